"""The count: it follows, it is never wrong for long, and it never costs a signature anything."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.actions import counting
from campaign.actions.counting import count_signatures, reconcile_counts
from campaign.models import Notice, Petition, PublicVersion, Signatory
from tests.factories import make_petition, make_signatory, post_form
from tests.parallel import in_parallel


def count_of(petition):
    return Petition.objects.get(pk=petition.pk).signature_count


def test_the_count_follows_confirming_rejecting_restoring_and_withdrawing(petition):
    row = Signatory.objects.filter(pk=make_signatory(petition, state="pending").pk)
    counts = []
    for action in (None, "confirm", "reject", "restore", "withdraw"):
        if action == "withdraw":
            assert row.erase("withdraw")
        elif action:
            assert row.move(action, **({"words_digest": None} if action == "confirm" else {}))
        count_signatures()
        counts.append(count_of(petition))
    assert counts == [0, 1, 0, 1, 0]


def test_a_petitions_count_moves_once_a_slice_and_never_with_a_signature(client, petition, settings):
    settings.COUNT_SLICE = 10
    with CaptureQueriesContext(connection) as signing:
        for number in range(3):
            client.post("/en/petitions/let-them-choose/sign/", post_form(email=f"p{number}@example.org"))
    assert not [query for query in signing if 'UPDATE "campaign_petition"' in query["sql"]]
    for _ in range(25):
        make_signatory(petition)
    with CaptureQueriesContext(connection) as counting_queries:
        assert count_signatures() == 25
    assert len([q for q in counting_queries if 'UPDATE "campaign_petition"' in q["sql"]]) == 3
    assert count_of(petition) == 25


def test_counting_with_nothing_to_count_asks_once_and_writes_nothing(petition, django_assert_num_queries):
    make_signatory(petition)
    count_signatures()
    before = PublicVersion.current()
    with django_assert_num_queries(1):
        assert count_signatures() == 0
    assert PublicVersion.current() == before


def test_each_petition_has_its_own_count(db):
    one, other = make_petition(), make_petition("other")
    for petition in (one, one, other):
        make_signatory(petition)
    count_signatures()
    assert (count_of(one), count_of(other)) == (2, 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_counters_at_once_count_once(settings):
    settings.COUNT_SLICE = 7
    settings.TICK_SECONDS = 20.0
    petition = make_petition()
    for _ in range(40):
        make_signatory(petition)
    taken = in_parallel(4, count_signatures)
    assert sum(taken) == 40
    assert count_of(petition) == 40


def test_a_counter_killed_in_mid_slice_has_counted_nothing_of_it(petition, monkeypatch):
    for _ in range(3):
        make_signatory(petition)

    class Killed(BaseException):
        pass

    def killed(*_args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(counting, "_move_count", killed)
        with pytest.raises(Killed):
            count_signatures()
    assert count_of(petition) == 0
    assert Signatory.objects.filter(counted=True).count() == 0
    count_signatures()
    assert count_of(petition) == 3


def test_a_wrong_count_is_found_mended_and_told(petition, caplog):
    make_signatory(petition)
    count_signatures()
    Petition.objects.update(signature_count=99)
    assert reconcile_counts() == 1
    assert count_of(petition) == 1
    notice = Notice.objects.get()
    assert (notice.kind, notice.level) == ("count-mended", "error")
    assert notice.details == {"petition": "let-them-choose", "was": 99, "now": 1}
    assert "let-them-choose was 99 and is 1" in caplog.text
    assert reconcile_counts() == 0


def test_what_is_not_yet_counted_is_no_error(petition):
    make_signatory(petition)
    assert reconcile_counts() == 0
    assert not Notice.objects.exists()


def test_the_goal_is_the_next_one_to_reach():
    petition = Petition(goal_steps=[10, 20], signature_count=10)
    assert petition.goal == 20
    petition.signature_count = 25
    assert petition.goal == 20
