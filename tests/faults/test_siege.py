"""A small siege; `bench/siege.py --posts 100000` is the real one, and its figures stand in docs/security.md."""

import pytest

from bench.siege import besiege
from tests.site import new_site


@pytest.fixture
def site():
    """As it comes: proofs asked for, networks counted; behind one proxy."""
    with new_site(BROKER_URL="", CACHE_URL="", TRUSTED_PROXIES="1", WEB_WORKERS="1", WEB_THREADS="8") as site:
        site.start_workers()
        yield site


@pytest.mark.slow
def test_a_siege_leaves_the_count_alone_bombs_nobody_and_lets_readers_sign(site):
    findings = besiege(site, posts=640, seconds=600)  # so many on the busiest machine; else half a minute
    assert findings.broken == [], findings.text
    assert sum(findings.answers.values()) == 640 + 2 * 8
