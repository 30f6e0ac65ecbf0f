"""Staff who are logged in, and what the admin's tests ask of a page."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import make_staff


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def logged_in(db) -> Callable[..., Client]:
    """A browser of a member of staff in the named groups; of a superuser with none."""

    def log_in(*groups: str) -> Client:
        client = Client()
        client.force_login(make_staff(*groups, name="-".join(groups) or "boss"))
        return client

    return log_in


@pytest.fixture
def boss(logged_in) -> Client:
    return logged_in()
