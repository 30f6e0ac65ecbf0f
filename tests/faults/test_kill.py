"""The worker killed, or told to stop, in the middle of a batch to a slow mail server."""

import time
from collections import Counter

import pytest

from tests.factories import make_address
from tests.site import wait_until

pytestmark = pytest.mark.slow
MAILS = 60
SECONDS_PER_MAIL = 0.05
STOP_SECONDS = 10


def owe_mails(site, number):
    """Sign with `number` addresses, while no worker runs."""
    addresses = [make_address() for _ in range(number)]
    assert [site.sign(email).status for email in addresses] == [303] * number
    return addresses


def states(site):
    return dict(site.rows("SELECT state, count(*) FROM campaign_outgoingmail GROUP BY state"))


def wait_for_mails(site, number):
    wait_until(lambda: len(site.office.mails) >= number, f"{number} mails have arrived", 60)


def copies(site):
    """How many copies of each mail arrived."""
    return Counter((mail["To"], mail["Message-ID"]) for mail in site.office.mails)


def test_a_worker_killed_while_it_sends_loses_nothing_and_any_extra_copy_is_the_same_mail(site):
    addresses = owe_mails(site, MAILS)
    site.office.seconds_per_mail = SECONDS_PER_MAIL
    for arrived in (10, 30):
        site.start_workers()
        wait_for_mails(site, arrived)
        site.kill("worker")
        assert states(site)["sending"] > 0
    site.start_workers()
    wait_until(lambda: states(site) == {"sent": MAILS}, f"{MAILS} mails are sent", 60)
    assert sorted(address for address, _ in copies(site)) == sorted(addresses)


def test_a_worker_told_to_stop_gives_its_claims_back_and_sends_nothing_twice(site):
    addresses = owe_mails(site, MAILS)
    site.office.seconds_per_mail = SECONDS_PER_MAIL
    site.start_workers()
    wait_for_mails(site, 10)
    asked_at = time.monotonic()
    code = site.stop("worker")
    assert (code, time.monotonic() - asked_at < STOP_SECONDS) == (0, True)
    sent = len(site.office.mails)
    assert states(site) == {"sent": sent, "queued": MAILS - sent}
    site.start_workers()
    wait_until(lambda: states(site) == {"sent": MAILS}, f"{MAILS} mails are sent", 60)
    assert sorted(address for address, _ in copies(site).elements()) == sorted(addresses)
