"""Many at once at the site's real door: one mailbox is one row, one signature, counted once."""

import pytest

from tests.factories import make_address
from tests.parallel import in_parallel
from tests.site import wait_until

pytestmark = pytest.mark.slow
POSTS, LOOKS = 40, 50


def signatories(site):
    return site.rows("SELECT state, entry_index FROM campaign_signatory")


def test_forty_posts_of_one_address_make_one_row_and_forty_confirmations_one_signature(site):
    email = make_address()
    answers = in_parallel(POSTS, lambda: site.sign(email))
    assert [answer.status for answer in answers] == [303] * POSTS
    assert len({(answer.headers["Location"], answer.text) for answer in answers}) == 1
    assert [state for state, _ in signatories(site)] == ["pending"]

    site.start_workers()
    path = site.own_page(email)
    prefetched = in_parallel(LOOKS, lambda: site.get(path, **{"Sec-Purpose": "prefetch"}))
    assert [answer.status for answer in prefetched] == [200] * LOOKS
    assert [state for state, _ in signatories(site)] == ["pending"]
    answers = in_parallel(POSTS, lambda: site.post(path, {"action": "confirm", "name": "Hong Gildong"}))
    assert [(answer.status, answer.headers["Location"]) for answer in answers] == [(303, path)] * POSTS
    wait_until(lambda: [index for _, index in signatories(site)] == [1], "the signature is in the log")
    assert [state for state, _ in signatories(site)] == ["confirmed"]
    assert site.rows("SELECT signature_count FROM campaign_petition") == [(1,)]
    wait_until(lambda: site.count == 1, "the count is told")
    assert len(site.office.mails) == 1
