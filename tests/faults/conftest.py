"""Sites to do harm to: each test says what it needs, and has one of its own or shares one that it leaves whole."""

import pytest

from tests.site import new_site
from tests.site import show_logs_of_site as pytest_runtest_makereport  # noqa: F401 - pytest finds it by this name


@pytest.fixture
def site():
    """A seeded site without a worker, embedded even where the test run has a broker; it takes any number of forms."""
    with new_site(BROKER_URL="", CACHE_URL="", RATE_LIMITS="off", PROOF_OF_WORK="off") as site:
        yield site
