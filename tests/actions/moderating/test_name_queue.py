"""The queue of names: who may open it, what stands in it in which order, and what approving and refusing do."""

import pytest
from django.core.exceptions import PermissionDenied

from campaign.actions.counting.log import tend_logs
from campaign.actions.moderating import name_queue
from campaign.actions.moderating.name_queue import decide_names, open_queue, refuse_name, review_name, waiting
from campaign.actions.moderating.shown_names import publish_names
from campaign.actions.signing.signatories import Choices, change
from campaign.actions.staff.access import RefusedError
from campaign.models import AccessRecord, Decision, ListedWord, Petition, Signatory
from campaign.models.signatory import PENDING
from tests.factories import make_petition, make_signatory, make_staff
from tests.officers import make_high_risk_petition

WHY = {"reason_class": "no_name", "reason": "A word, and no name."}


@pytest.fixture
def moderator(db):
    return make_staff("Moderator")


def make_waiting(petition: Petition, *names: str, visibility: str = "public") -> list[Signatory]:
    return [make_signatory(petition, name=name, visibility=visibility) for name in names]


def shown(page) -> list[str]:
    return [each.shown for each in page]


def seals(page) -> dict:
    return {each.signatory.pk: each.seal for each in page}


def test_what_waits_longest_comes_first_and_the_look_is_recorded(petition, moderator, monkeypatch):
    monkeypatch.setattr(name_queue, "PAGE", 2)
    make_waiting(petition, "Jane Roe", "Kim Min", "Ana Lima")
    make_signatory(petition, visibility="delivered")
    make_signatory(petition, visibility="public", state=PENDING)
    make_waiting(make_petition("another"), "Somebody Else")
    assert shown(open_queue(petition, by=moderator)) == ["Jane Roe", "Kim Min"]
    record = AccessRecord.objects.get()
    assert (record.act, record.by, record.petition, record.rows, record.purpose) == (
        "opened", moderator, petition, 2, "names that wait to be shown",
    )  # fmt: skip


def test_an_empty_queue_leaves_no_record(petition, moderator):
    assert (open_queue(petition, by=moderator), AccessRecord.objects.count()) == ([], 0)


def test_who_chose_initials_shows_a_moderator_no_more_than_everybody(petition, moderator):
    ListedWord.objects.create(word="roe")
    make_waiting(petition, "Jane Roe", visibility="initials")
    (only,) = open_queue(petition, by=moderator)
    assert (only.shown, only.hints.word, bool(only.hints)) == ("J. R.", "", False)


def test_a_hint_sorts_and_does_not_decide(petition, moderator):
    make_waiting(petition, "Jane Roe", "Kim Min", "Jоhn Doe", "kim min", "Mickey Mouse", "KIM MIN")
    page = open_queue(petition, by=moderator)
    assert [(each.shown, each.hints.often, each.hints.word, each.hints.is_mixed) for each in page] == [
        ("Kim Min", 3, "", False), ("Jоhn Doe", 0, "", True), ("kim min", 3, "", False),
        ("Mickey Mouse", 0, "Mickey Mouse", False), ("KIM MIN", 3, "", False), ("Jane Roe", 0, "", False),
    ]  # fmt: skip
    assert waiting(petition).count() == 6


@pytest.mark.parametrize(("word", "name", "is_hit"), [
    ("test", "Test Person", True), ("test", "Anna Testa", False), ("测试", "王测试", True),
    ("홍길동", "홍길동님", True), ("n.n.", "A N.N. B", True), ("n.n.", "A N.N.B", False), ("none", "None", True),
])  # fmt: skip
def test_a_listed_word_is_found_by_itself_and_within_a_script_that_writes_no_gaps(
    petition, moderator, word, name, is_hit
):
    ListedWord.objects.all().delete()
    ListedWord.objects.create(word=word)
    make_waiting(petition, name)
    assert bool(open_queue(petition, by=moderator)[0].hints.word) == is_hit


def test_a_refused_name_is_not_shown_and_the_signature_counts(petition, moderator):
    good, bad = make_waiting(petition, "Jane Roe", "Asdf")
    assert decide_names(seals(open_queue(petition, by=moderator)), refused={bad.pk}, by=moderator, **WHY) == (1, 1)
    publish_names()
    tend_logs()
    assert list(Signatory.objects.order_by("pk").values_list("state", "public_name", "name_state")) == [
        ("confirmed", "Jane Roe", "approved"), ("confirmed", None, "refused"),
    ]  # fmt: skip
    assert Petition.objects.get().signature_count == 2
    assert set(Decision.objects.values_list("act", "signatory", "reason_class", "reason", "decided_by")) == {
        ("approve_name", good.pk, "", "", moderator.pk),
        ("refuse_name", bad.pk, "no_name", "A word, and no name.", moderator.pk),
    }
    assert open_queue(petition, by=moderator) == []


def test_a_decision_holds_for_the_name_that_was_seen_and_no_other(petition, moderator):
    """Between look and decision she types another name, or lets herself be seen in full."""
    renamed, opened = make_waiting(petition, "Jane Roe", "Ana Lima")
    Signatory.objects.filter(pk=opened.pk).update(visibility="initials")
    seen = seals(open_queue(petition, by=moderator))
    change(renamed, choices=Choices(country="KR", visibility="public", wants_updates=False, name="An Insult"))
    Signatory.objects.filter(pk=opened.pk).update(visibility="public")
    assert decide_names(seen, refused=set(), by=moderator) == (0, 0)
    assert (waiting(petition).count(), Decision.objects.count()) == (2, 0)


def test_deciding_twice_makes_one_decision(petition, moderator):
    make_waiting(petition, "Jane Roe")
    seen = seals(open_queue(petition, by=moderator))
    assert [decide_names(seen, refused=set(), by=moderator) for _ in range(2)] == [(1, 0), (0, 0)]
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("words", [{}, {"reason": "Why."}, {"reason_class": "no_name"}, WHY | {"reason_class": "x"}])
def test_a_refusal_without_its_reason_is_none(petition, moderator, words):
    (row,) = make_waiting(petition, "Asdf")
    with pytest.raises(ValueError, match="class of reason"):
        decide_names(seals(open_queue(petition, by=moderator)), refused={row.pk}, by=moderator, **words)
    assert waiting(petition).count() == 1


def test_what_does_not_open_is_left_out(petition, moderator):
    bad, _good = make_waiting(petition, "Jane Roe", "Ana Lima")
    Signatory.objects.filter(pk=bad.pk).update(identity=b"broken")
    assert shown(open_queue(petition, by=moderator)) == ["Ana Lima"]


def test_a_high_risk_petition_has_no_queue(db, moderator):
    with pytest.raises(RefusedError):
        open_queue(make_high_risk_petition(), by=moderator)


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_opens_and_decides_nothing(petition, group):
    (row,) = make_waiting(petition, "Jane Roe")
    stranger = make_staff(group)
    with pytest.raises(PermissionDenied):
        open_queue(petition, by=stranger)
    for decide in (
        lambda: decide_names({row.pk: name_queue.seal_of(row)}, refused=set(), by=stranger),
        lambda: refuse_name(row, by=stranger, **WHY),
        lambda: review_name(row, reason="Why.", by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            decide()
    assert (AccessRecord.objects.count(), Decision.objects.count()) == (0, 0)


def test_a_shown_name_is_taken_off_and_a_refused_one_looked_at_again(petition, moderator):
    (row,) = make_waiting(petition, "Jane Roe")
    decide_names(seals(open_queue(petition, by=moderator)), refused=set(), by=moderator)
    publish_names()
    assert [refuse_name(row, by=moderator, **WHY) for _ in range(2)] == [True, False]
    assert Signatory.objects.values_list("public_name", "name_number", "name_state").get() == (None, None, "refused")
    assert publish_names() == 0
    assert [review_name(row, reason="It is a name.", by=moderator) for _ in range(2)] == [True, False]
    assert shown(open_queue(petition, by=moderator)) == ["Jane Roe"]
    assert list(Decision.objects.order_by("pk").values_list("act", flat=True)) == [
        "approve_name", "refuse_name", "review_name",
    ]  # fmt: skip


def test_opening_takes_the_same_statements_for_one_name_and_for_three(petition, moderator, django_assert_num_queries):
    moderator.has_perm("asked once, and kept")
    for names in (["Jane Roe"], ["Ana Lima", "Kim Min"]):
        make_waiting(petition, *names)
        with django_assert_num_queries(6):  # rows, words, whether the site is closed, record, and the transaction's two
            open_queue(petition, by=moderator)
