"""`manage.py keys`: makes every secret once, and says whether they fit."""

import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaign import crypto
from campaign.environment import SECRETS


def run(*args, **options):
    out = StringIO()
    call_command("keys", *args, stdout=out, **options)
    return out.getvalue()


def test_new_writes_every_secret_for_its_owner_only_and_never_over_another(tmp_path):
    folder = tmp_path / "keys"
    run("new", directory=folder)
    files = {path.name: path for path in folder.iterdir()}
    assert set(files) == set(SECRETS)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = {name: path.read_text() for name, path in files.items()}
    assert "nothing was changed" in run("new", directory=folder)
    assert {name: path.read_text() for name, path in files.items()} == before
    for pair in ("POST", "DELIVERY"):
        assert crypto.public_key_of(before[f"{pair}_PRIVATE_KEY"]) == before[f"{pair}_PUBLIC_KEY"].strip()


def test_half_a_pair_is_not_completed_with_a_stranger(tmp_path):
    run("new", directory=tmp_path)
    (tmp_path / "POST_PUBLIC_KEY").unlink()
    with pytest.raises(CommandError, match="one half of the POST key"):
        run("new", directory=tmp_path)


def test_new_without_a_folder_prints_lines_for_an_environment_file():
    names = [line.partition("=")[0] for line in run("new").splitlines()]
    assert sorted(names) == sorted(SECRETS)


def test_check_tells_what_this_role_holds(settings):
    assert "POST: role all holds both halves." in run("check")
    settings.POST_PRIVATE_KEY = ""
    assert "POST: role all holds the public half only." in run("check")


def test_check_finds_halves_that_do_not_fit(settings):
    settings.DELIVERY_PUBLIC_KEY = crypto.public_key_of(crypto.new_private_key())
    with pytest.raises(CommandError, match="do not fit each other"):
        run("check")


def test_check_finds_a_key_that_is_none(settings):
    settings.POST_PUBLIC_KEY = "x25519.nonsense"
    with pytest.raises(CommandError, match="do not fit each other"):
        run("check")
