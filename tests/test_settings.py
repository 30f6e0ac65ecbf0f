"""The environment: what must be set, what may be, and which role holds what."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from campaign import environment
from campaign.environment import ROLES, SECRETS
from campaign.management.commands.keys import new_secrets

ROOT = Path(__file__).parent.parent
SHOW = "from django.conf import settings as s; import json; print(json.dumps({n: getattr(s, n) for n in %r}))"


def start(show=("CAMPAIGN_ROLE",), without=(), **variables):
    """Read the settings in a process of its own, with all secrets but those named; stdout and stderr."""
    keys = {name: f"value of {name}" for name in SECRETS if name not in without}
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "campaign.settings"} | keys | variables
    code = SHOW % (tuple(show),)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_stops_the_start_with_its_name(name):
    result = start(without=[name], EMAIL_URL="smtp://localhost:25", CAMPAIGN_ROLE="all")
    assert result.returncode != 0
    assert f"needs {name}" in result.stderr


@pytest.mark.parametrize("role", [role for role in ROLES if role != "offline"])
def test_a_role_reads_only_the_secrets_it_holds(role):
    result = start(show=SECRETS, CAMPAIGN_ROLE=role, EMAIL_URL="smtp://localhost:25", DATA_DIR="/nowhere")
    assert result.returncode == 0, result.stderr
    for name, holders in SECRETS.items():
        assert (f"value of {name}" in result.stdout) == (role in holders), name


def test_a_secret_can_be_a_file(tmp_path):
    path = tmp_path / "link"
    path.write_text("from a file\n")
    result = start(show=["LINK_KEY"], LINK_KEY_FILE=str(path), EMAIL_URL="smtp://localhost:25")
    assert '"from a file"' in result.stdout


def test_a_secret_file_that_is_not_there_is_named():
    result = start(LINK_KEY_FILE="/nowhere/link", EMAIL_URL="smtp://localhost:25")
    assert "LINK_KEY_FILE names /nowhere/link" in result.stderr


def test_who_sends_mail_must_know_where_to():
    assert "EMAIL_URL" in start(CAMPAIGN_ROLE="worker").stderr
    assert start(CAMPAIGN_ROLE="public").returncode == 0


@pytest.mark.parametrize(("name", "value"), [("CAMPAIGN_ROLE", "boss"), ("DEVELOPMENT", "maybe")])
def test_a_typo_is_not_taken_for_no(name, value):
    result = start(EMAIL_URL="smtp://localhost:25", **{name: value})
    assert result.returncode != 0
    assert value in result.stderr


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://user:pass@mail.example:2525", '["mail.example", 2525, "user", false]'),
        ("smtp+tls://user:pass@mail.example:587", '["mail.example", 587, "user", true]'),
    ],
)
def test_the_mail_server_is_one_address(url, expected):
    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_USE_TLS")
    code = f"from django.conf import settings as s; import json; print(json.dumps([getattr(s, n, 0) for n in {names}]))"
    keys = dict.fromkeys(SECRETS, "x")
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "campaign.settings", "EMAIL_URL": url} | keys
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == expected


@pytest.mark.parametrize("role", ROLES)
def test_djangos_check_for_production_has_nothing_to_say_of_any_role(role, tmp_path):
    told = {"SITE_URL": "https://petition.example.org", "TRUSTED_PROXIES": "1", "EMAIL_URL": "smtp://localhost:25"}
    env = {"PATH": os.environ["PATH"], "CAMPAIGN_ROLE": role, "DATA_DIR": str(tmp_path)} | told | new_secrets()
    # Django 6.1 moves the mail settings into MAILERS, as pyproject.toml says.
    warnings = ["-W", "error", "-W", "ignore:The EMAIL_"]
    command = [sys.executable, *warnings, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    assert result.stdout == "System check identified no issues (1 silenced).\n"


def test_docs_tell_the_truth_about_who_holds_what():
    rows = re.findall(r"^\| `(\w+)` \|(.*?)\|(.*?)\|(.*?)\|", (ROOT / "docs/security.md").read_text(), re.MULTILINE)
    told = {name: [role for role, cell in zip(("public", "admin", "worker"), cells, strict=True) if cell.strip()]
            for name, *cells in rows}  # fmt: skip
    held = {
        name: [role for role in ("public", "admin", "worker") if role in holders] for name, holders in SECRETS.items()
    }
    assert told == held


def test_only_settings_and_their_reader_read_the_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "campaign").rglob("*.py")
        if re.search(r"os\.environ|os\.getenv|environ\.Env", path.read_text())
    }
    assert readers <= {"campaign/settings.py", "campaign/environment.py", "campaign/celery.py", "campaign/wsgi.py"}
    assert environment.SECRETS


def test_a_redis_that_hangs_holds_nobody_for_longer_than_half_a_second():
    redis = {"BROKER_URL": "redis://127.0.0.1:1/0", "CACHE_URL": "redis://127.0.0.1:1/1"}
    result = start(show=["CACHES", "CELERY_BROKER_TRANSPORT_OPTIONS"], CAMPAIGN_ROLE="public", **redis)
    told = json.loads(result.stdout)
    for options in (told["CACHES"]["default"]["OPTIONS"], told["CELERY_BROKER_TRANSPORT_OPTIONS"]):
        assert 0 < options["socket_timeout"] <= 0.5
        assert 0 < options["socket_connect_timeout"] <= 0.5
