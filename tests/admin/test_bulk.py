"""The page of a bulk decision: what it rejected is put back by a button."""

from time import time

import pytest
from django.test import Client

from campaign.actions.moderating.bulk import advance_bulk_decisions, decide_in_bulk
from campaign.models import BulkDecision, Petition, Signatory
from campaign.models.signatory import CONFIRMED, REJECTED
from tests.factories import make_signatory, make_staff


@pytest.fixture
def moderator(logged_in) -> Client:
    return logged_in("Moderator")


@pytest.fixture
def rejection(petition) -> BulkDecision:
    """One that has come to its end."""
    bulk = order(petition)
    advance_bulk_decisions()
    bulk.refresh_from_db()
    return bulk


def order(petition: Petition) -> BulkDecision:
    rows = [make_signatory(petition).pk for _ in range(2)]
    return decide_in_bulk(rows, act="reject", reason_class="forged", reason="A flood.", by=make_staff(name="another"))


def page(bulk: BulkDecision, act: str = "") -> str:
    return f"/admin/campaign/bulkdecision/{bulk.pk}/{f'act/{act}' if act else 'change'}/"


def offered(client: Client, bulk: BulkDecision) -> list[str]:
    return [act.name for act, _address in client.get(page(bulk)).context["acts"]]


def states() -> set[str]:
    return set(Signatory.objects.values_list("state", flat=True))


def test_what_it_rejected_is_put_back_after_a_reason_was_given(moderator, rejection):
    assert (offered(moderator, rejection), states()) == (["undo"], {REJECTED})
    assert list(moderator.post(page(rejection, "undo")).context["form"].errors) == ["reason"]
    answer = moderator.post(page(rejection, "undo"), {"reason": "They were real."})
    undoing = BulkDecision.objects.get(undoes=rejection)
    assert (answer["Location"], undoing.reason) == (page(undoing), "They were real.")
    assert (offered(moderator, rejection), offered(moderator, undoing)) == ([], ["cancel"])
    advance_bulk_decisions()
    assert states() == {CONFIRMED}


def test_undoing_asks_first_who_one_is_where_that_was_long_ago(moderator, rejection):
    session = moderator.session
    session["checked_at"] = time() - 3_600
    session.save()
    answer = moderator.post(page(rejection, "undo"), {"reason": "They were real."})
    assert answer["Location"].startswith("/admin/check/?next=")
    assert not BulkDecision.objects.filter(undoes=rejection).exists()


def test_what_is_under_way_is_cancelled_and_not_undone(moderator, petition):
    bulk = order(petition)
    assert offered(moderator, bulk) == ["cancel"]
    moderator.post(page(bulk, "undo"), {"reason": "Too early."})
    assert BulkDecision.objects.count() == 1


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_undoes_nothing(logged_in, rejection, group):
    assert logged_in(group).post(page(rejection, "undo"), {"reason": "Why."}).status_code == 403
    assert BulkDecision.objects.count() == 1
