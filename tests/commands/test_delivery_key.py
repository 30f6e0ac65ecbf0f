"""`manage.py keys` on the officers' machine: no database, no secret of the site, no passphrase on the command line."""

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from campaign import crypto, keyfile
from campaign.actions.delivering.canary import make_canary
from campaign.keyfile import Cost
from tests.officers import PRIVATE, make_draft

PHRASE = "six words that nobody would guess"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(keyfile, "COST", Cost(n=2**4))
    monkeypatch.setattr(keyfile.lock, "__defaults__", (Cost(n=2**4),))


@pytest.fixture
def phrase(tmp_path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(PHRASE + "\n")
    return path


def run(act: str, key: Path, phrase: Path | None, **options) -> str:
    out = io.StringIO()
    call_command("keys", act, delivery_key=key, passphrase_file=phrase, stdout=out, **options)
    return out.getvalue()


def test_a_new_key_lies_under_its_passphrase_and_its_public_half_beside_it(tmp_path, phrase):
    key = tmp_path / "delivery.key"
    told = run("new", key, phrase)
    public = (tmp_path / "delivery.key.public").read_text().strip()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert crypto.suite_of(public) == "mlkem768x25519"
    assert crypto.public_key_of(keyfile.unlock(key.read_text(), PHRASE)) == public
    assert f"Fingerprint: {crypto.fingerprint(public)}" in told
    assert crypto.fingerprint(public) in run("check", key, phrase)
    assert keyfile.unlock(key.read_text(), PHRASE) not in told


def test_a_key_is_never_written_over_another(tmp_path, phrase):
    key = tmp_path / "delivery.key"
    run("new", key, phrase)
    before = key.read_text()
    with pytest.raises(CommandError, match="never overwritten"):
        run("new", key, phrase)
    key.unlink()
    with pytest.raises(CommandError, match="never overwritten"):
        run("new", key, phrase)
    assert json.loads(before)["public"] == (tmp_path / "delivery.key.public").read_text().strip()


def test_a_new_passphrase_is_asked_for_twice_at_the_terminal(tmp_path, monkeypatch):
    key, typed = tmp_path / "delivery.key", []
    monkeypatch.setattr(sys, "stdin", type("Terminal", (io.StringIO,), {"isatty": lambda self: True})())
    monkeypatch.setattr("campaign.management.passphrase.getpass", lambda prompt: typed.append(prompt) or PHRASE)
    run("new", key, None)
    assert typed == ["Passphrase: ", "The same passphrase again: "]
    run("check", key, None)
    assert typed[2:] == ["Passphrase: "]


def test_two_different_passphrases_make_no_key(tmp_path, monkeypatch):
    typed = iter([PHRASE, PHRASE + "x"])
    monkeypatch.setattr(sys, "stdin", type("Terminal", (io.StringIO,), {"isatty": lambda self: True})())
    monkeypatch.setattr("campaign.management.passphrase.getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="two different passphrases"):
        run("new", tmp_path / "delivery.key", None)
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_a_file_must_hold_the_passphrase(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(PHRASE))
    with pytest.raises(CommandError, match="give --passphrase-file"):
        run("new", tmp_path / "delivery.key", None)


def test_a_weak_passphrase_makes_no_key(tmp_path, phrase):
    phrase.write_text("too short")
    with pytest.raises(CommandError, match="take six words"):
        run("new", tmp_path / "delivery.key", phrase)
    assert list(tmp_path.iterdir()) == [phrase]


def test_a_canary_is_opened_and_its_code_shown(db, tmp_path, phrase):
    key, canary = tmp_path / "delivery.key", tmp_path / "canary.json"
    key.write_text(keyfile.lock(PRIVATE, PHRASE))
    canary.write_text(make_canary(make_draft()))
    told = run("check", key, phrase, canary=canary)
    code = told.strip().splitlines()[-1].rpartition(": ")[2]
    assert len(code.replace(" ", "")) == 12
    for path, words in ((canary, "no canary"), (key, "no key file"), (phrase, "does not open")):
        before = path.read_text()
        path.write_text(f"{path.name} with other words in it")
        with pytest.raises(CommandError, match=words):
            run("check", key, phrase, canary=canary)
        path.write_text(before)


def test_a_file_that_is_not_there_is_named(tmp_path, phrase):
    with pytest.raises(CommandError, match=r"delivery\.key cannot be read"):
        run("check", tmp_path / "delivery.key", phrase)


def test_it_runs_offline_with_no_database_and_no_secret_of_the_site(db, tmp_path, phrase):
    """As on the officers' machine: a bare environment, and a database that nothing could reach."""
    canary = tmp_path / "canary.json"
    bare = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody:x@127.0.0.1:9/none", "DATA_DIR": "/nowhere"}

    def keys(*words: str) -> str:
        command = [sys.executable, "manage.py", "keys", *words, "--passphrase-file", str(phrase)]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=bare, capture_output=True, text=True, check=True
        ).stdout

    keys("new", "--delivery-key", str(tmp_path / "k"))
    petition = make_draft()
    petition.delivery_public_key = (tmp_path / "k.public").read_text().strip()
    canary.write_text(make_canary(petition))
    told = keys("check", f"--delivery-key={tmp_path / 'k'}", "--canary", str(canary))
    assert "The canary opens." in told
    assert "scrypt" in (tmp_path / "k").read_text()
