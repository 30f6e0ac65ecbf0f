"""Fixtures that many tests share: a petition to sign, a client that keeps no cookies, the mails sent."""

import os
import secrets
from unittest.mock import patch

# Playwright's synchronous interface runs an event loop; the live server's database calls are meant.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

from campaign.actions.admitting import networks, prices
from campaign.actions.pages.kept import Kept
from campaign.models import Petition
from tests.factories import make_petition

# No test asserts a time, so none fails for being slow on a machine that others use, too.
property_settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """On SQLite, test on a file as the site runs on one: threads share it, and the WAL is real."""
    config = settings.DATABASES["default"]
    if config["ENGINE"].endswith("sqlite3"):
        config.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _nobody_left_behind(django_db_setup, django_db_blocker):
    """PostgreSQL drops no database that a killed process of some test still holds a connection to."""
    yield
    if connection.vendor == "postgresql":
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_between_tests():
    """After a test that commits SQLite empties tables by DELETE, from which some are guarded."""
    empty = connection.ops.execute_sql_flush

    def empty_all(statements):
        with connection.cursor() as cursor:
            guards = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE%'"
            for name, _sql in (found := cursor.execute(guards).fetchall()):
                cursor.execute(f"DROP TRIGGER {name}")
            empty(statements)
            for _name, sql in found:
                cursor.execute(sql)

    with patch.object(connection.ops, "execute_sql_flush", empty_all if connection.vendor == "sqlite" else empty):
        yield


@pytest.fixture(autouse=True)
def _look_for_changes_at_once(monkeypatch):
    monkeypatch.setattr(Kept, "looks_every", 0.0)
    monkeypatch.setattr(Kept, "seconds", 0.0)


@pytest.fixture(autouse=True)
def _in_english():
    """A request leaves its language behind in the thread; the next test must not find it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _folders_of_its_own(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.EXPORT_DIR = tmp_path / "exports"
    settings.JOURNAL_DIR = tmp_path / "journal"
    settings.LOG_DIR = tmp_path / "log"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _weak_passwords_are_quick(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def limits(settings, monkeypatch):
    """Limits per network and proof of work, with little work; nothing is remembered of another test."""
    settings.RATE_LIMITS = settings.PROOF_OF_WORK = True
    monkeypatch.setattr(networks, "memory", networks.Memory())
    monkeypatch.setattr(prices, "FIRST_WORK", 50)
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": secrets.token_hex(4)}
    settings.CACHES = {"default": memory}


@pytest.fixture
def petition(db) -> Petition:
    return make_petition()


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def mails():
    """The mails sent by this test: Django's test runner keeps them in memory."""
    return outbox.outbox
