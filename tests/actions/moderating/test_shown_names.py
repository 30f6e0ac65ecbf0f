"""Names on the page: who writes them, when, under which number; and everything that takes them off."""

import pytest

from campaign import crypto
from campaign.actions.moderating import shown_names
from campaign.actions.moderating.decisions import reject, restore
from campaign.actions.moderating.shown_names import page_of_names, publish_names
from campaign.actions.signing.envelopes import seal_identity
from campaign.actions.signing.signatories import Choices, change, open_identity
from campaign.models import Notice, Petition, PublicVersion, Signatory
from campaign.models.signatory import PENDING, REJECTED, WITHDRAWN
from tests.factories import make_petition, make_signatory, make_staff

SHOWN = ("public_name", "name_number", "name_state")


@pytest.fixture
def at_once(db) -> Petition:
    """A petition whose names wait for nobody."""
    return make_petition("at-once", names_wait=False)


def approve(*rows: Signatory) -> None:
    Signatory.objects.filter(pk__in=[row.pk for row in rows]).update(name_state="approved")


def shown(row: Signatory) -> tuple:
    return Signatory.objects.values_list(*SHOWN).get(pk=row.pk)


def test_a_name_waits_for_a_moderator_where_the_petition_says_so(petition):
    row = make_signatory(petition, visibility="public")
    assert (publish_names(), shown(row)) == (0, (None, None, ""))
    approve(row)
    assert (publish_names(), shown(row)) == (1, ("Hong Gildong", 1, "approved"))
    assert publish_names() == 0


def test_elsewhere_it_is_shown_as_soon_as_it_is_confirmed(at_once):
    row = make_signatory(at_once, visibility="public", state=PENDING)
    assert (publish_names(), shown(row)) == (0, (None, None, ""))
    Signatory.objects.move("confirm", words_digest=None)
    assert (publish_names(), shown(row)) == (1, ("Hong Gildong", 1, "approved"))


def test_initials_are_of_the_names_own_script(at_once):
    rows = [make_signatory(at_once, visibility="initials", name=name) for name in ("Jane Roe", "김철수", "王伟")]
    publish_names()
    assert [shown(row)[0] for row in rows] == ["J. R.", "김**", "王**"]


@pytest.mark.parametrize("visibility", ["delivered", "counted"])
def test_who_did_not_choose_it_is_never_shown(at_once, visibility):
    row = make_signatory(at_once, visibility=visibility)
    approve(row)
    assert (publish_names(), shown(row)[0]) == (0, None)


def test_a_high_risk_petition_shows_no_names(db):
    petition = make_petition(mode="high_risk", names_wait=False, delivery_public_key="x25519.x", state="draft")
    row = make_signatory(make_petition("standard"), visibility="public")
    Signatory.objects.update(petition=petition)
    assert (publish_names(), shown(row)[0]) == (0, None)


@pytest.mark.parametrize("state", [PENDING, REJECTED, WITHDRAWN])
def test_only_what_is_confirmed_is_shown(at_once, state):
    row = make_signatory(at_once, visibility="public", state=state)
    assert (publish_names(), shown(row)[0]) == (0, None)


def test_every_petition_numbers_its_own_names_and_tells_the_pages(at_once, petition):
    rows = [make_signatory(each, visibility="public") for each in (at_once, petition, at_once)]
    approve(rows[1])
    version = PublicVersion.current()
    assert publish_names() == 3
    assert [shown(row)[1] for row in rows] == [1, 1, 2]
    assert PublicVersion.current() > version


def test_a_rejection_takes_the_name_off_and_undoing_it_brings_it_back(petition):
    row, boss = make_signatory(petition, visibility="public"), make_staff()
    approve(row)
    publish_names()
    reject(row, reason_class="forged", reason="A doubt.", by=boss)
    assert (publish_names(), shown(row)) == (0, (None, None, "approved"))
    restore(row, reason="No doubt.", by=boss)
    assert (publish_names(), shown(row)) == (1, ("Hong Gildong", 1, "approved"))


def test_a_change_puts_the_name_back_into_the_queue(petition):
    row = make_signatory(petition, visibility="public")
    approve(row)
    publish_names()
    change(row, choices=Choices(country="KR", visibility="public", wants_updates=False, name="Another Name"))
    assert (publish_names(), shown(row)) == (0, (None, None, ""))


@pytest.mark.parametrize("visibility", ["public", "initials", "delivered"])
def test_a_refused_name_comes_back_with_no_change_but_one_of_the_name(at_once, visibility):
    row = make_signatory(at_once, visibility="public", name="Buy Cheap Watches")
    Signatory.objects.update(name_state="refused")
    same = Choices(country="KR", visibility=visibility, wants_updates=False)
    assert change(row, choices=same)
    assert (publish_names(), shown(row)) == (0, (None, None, "refused"))
    row.refresh_from_db()
    assert change(row, choices=Choices(country="KR", visibility="public", wants_updates=False, name="Hong Gildong"))
    assert (publish_names(), shown(row)[0]) == (1, "Hong Gildong")


def test_a_change_that_comes_between_reading_and_writing_wins(at_once, monkeypatch):
    """She corrects her name while the worker holds the old one open."""
    row = make_signatory(at_once, visibility="public", name="Jane Roe")
    corrected, _stub = seal_identity(at_once, bytes(row.email_digest), "Jane Rowe")

    def read_and_be_overtaken(signatory):
        name = open_identity(signatory)
        Signatory.objects.update(identity=corrected)
        return name

    with monkeypatch.context() as patched:
        patched.setattr(shown_names, "open_identity", read_and_be_overtaken)
        assert (publish_names(), shown(row)) == (0, (None, None, ""))
    assert (publish_names(), shown(row)[0]) == (1, "Jane Rowe")


def test_a_name_that_does_not_open_is_told_once_and_holds_up_nobody(at_once, monkeypatch):
    monkeypatch.setattr(shown_names, "_SLICE", 1)
    bad, good = make_signatory(at_once, visibility="public"), make_signatory(at_once, visibility="public")
    sealed = crypto.seal(crypto.public_key_of(crypto.new_private_key()), b"{}", b"")
    Signatory.objects.filter(pk=bad.pk).update(identity=sealed)
    assert [publish_names(), publish_names()] == [1, 0]
    assert (shown(bad)[0], shown(good)[0]) == (None, "Hong Gildong")
    assert [(notice.kind, notice.details) for notice in Notice.objects.all()] == [("name-unreadable", {"number": 1})]


def test_a_worker_killed_in_mid_slice_shows_nothing_and_doubles_nothing(at_once, monkeypatch):
    rows = [make_signatory(at_once, visibility="public") for _ in range(3)]
    with monkeypatch.context() as patched:
        patched.setattr(PublicVersion, "bump", interrupt)
        with pytest.raises(KeyboardInterrupt):
            publish_names()
    assert {shown(row) for row in rows} == {(None, None, "")}
    assert (publish_names(), [shown(row)[1] for row in rows]) == (3, [1, 2, 3])


def interrupt() -> None:
    raise KeyboardInterrupt


# --- The page --------------------------------------------------------------------------------------------------------
def test_pages_are_counted_from_the_oldest_so_that_each_keeps_its_names(at_once, monkeypatch):
    monkeypatch.setattr(shown_names, "NAMES_ON_A_PAGE", 2)
    rows = [make_signatory(at_once, visibility="public", name=f"Person {letter}") for letter in "ABCDE"]
    publish_names()
    assert [page_of_names(at_once, page).names for page in (1, 2, 3)] == [
        ["Person B", "Person A"], ["Person D", "Person C"], ["Person E"],
    ]  # fmt: skip
    assert page_of_names(at_once) == page_of_names(at_once, 3)
    assert page_of_names(at_once, 4) is None
    Signatory.objects.filter(pk=rows[0].pk).erase("withdraw")
    assert [page_of_names(at_once, page).names for page in (1, 2)] == [["Person B"], ["Person D", "Person C"]]


def test_a_petition_without_names_has_one_empty_page(petition):
    assert (page_of_names(petition).names, page_of_names(petition).last_page) == ([], 1)
    assert page_of_names(petition, 2) is None


def test_a_page_takes_the_same_statements_for_one_name_and_for_three(at_once, django_assert_num_queries):
    for number in (1, 2):
        for _ in range(number):
            make_signatory(at_once, visibility="public")
        publish_names()
        with django_assert_num_queries(2):
            page_of_names(at_once)
