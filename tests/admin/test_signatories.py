"""Signatories in the admin: seen without a name, opened on the record, rejected and restored with a reason."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client

from campaign import crypto
from campaign.actions.moderating.bulk import advance_bulk_decisions, decide_in_bulk
from campaign.actions.staff.access import find_by_address
from campaign.models import AccessRecord, BulkDecision, Decision, Signatory
from campaign.models.signatory import CONFIRMED, PENDING, REJECTED
from tests.factories import make_petition, make_signatory, make_staff, show_name
from tests.officers import make_high_risk_petition

LIST = "/admin/campaign/signatory/"
NAME, ADDRESS, PURPOSE = "Amina Yusuf", "amina@example.org", "She asked what we hold."


@pytest.fixture
def moderator(logged_in) -> Client:
    return logged_in("Moderator")


@pytest.fixture
def row(petition) -> Signatory:
    return make_signatory(petition, name=NAME, email=ADDRESS)


def page(row: Signatory, act: str = "") -> str:
    return f"{LIST}{row.pk}/act/{act}/" if act else f"{LIST}{row.pk}/change/"


# --- Seen ------------------------------------------------------------------------------------------------------------
def test_list_and_page_show_neither_name_nor_address(moderator, row):
    show_name(row, NAME)
    for address in (LIST, page(row), page(row, "who")):
        text = moderator.get(address).content.decode()
        assert (NAME in text, ADDRESS in text) == (False, False)


def test_a_signature_is_never_added_edited_or_deleted_here(boss, row):
    assert [boss.get(f"{LIST}{address}").status_code for address in ("add/", f"{row.pk}/delete/")] == [403, 403]
    assert boss.post(page(row), {"state": "withdrawn"}).status_code == 403
    boss.post(LIST, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
    assert Signatory.objects.get().state == CONFIRMED


def test_the_name_is_shown_on_a_post_with_a_purpose_and_the_look_is_recorded(moderator, row):
    assert moderator.post(page(row, "who"), {"purpose": ""}).status_code == 200
    assert not AccessRecord.objects.exists()
    answer = moderator.post(page(row, "who"), {"purpose": PURPOSE})
    assert NAME in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    record = AccessRecord.objects.get()
    assert (record.act, record.by.username, record.signatory_id, record.petition_id, record.purpose, record.rows) == (
        "opened", "Moderator", row.pk, row.petition_id, PURPOSE, 1,
    )  # fmt: skip


def test_a_name_sealed_to_another_key_is_told_to_be_so_and_leaves_no_record(moderator, row):
    Signatory.objects.update(identity=crypto.seal(crypto.public_key_of(crypto.new_private_key()), b"{}", b""))
    answer = moderator.post(page(row, "who"), {"purpose": PURPOSE}, follow=True)
    assert "does not open with the key" in answer.content.decode()
    assert not AccessRecord.objects.exists()


def test_no_history_session_or_cookie_keeps_a_name_or_an_address(moderator, row):
    moderator.post(page(row, "who"), {"purpose": PURPOSE})
    moderator.post(f"{LIST}find/", {"address": ADDRESS, "petition": "", "purpose": PURPOSE})
    moderator.post(page(row, "reject"), {"reason_class": "other", "reason": "A doubt."})
    assert not LogEntry.objects.exists()
    kept = [str(list(AccessRecord.objects.values()))]
    kept += [str(list(Decision.objects.values())), str(moderator.cookies)]
    kept += [json.dumps(session.get_decoded()) for session in Session.objects.all()]
    assert [text for text in kept if "Amina" in text or "amina" in text] == []


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_sees_and_finds_nobody(logged_in, row, group):
    stranger = logged_in(group)
    words = {"purpose": PURPOSE, "reason": "Why.", "address": ADDRESS, "act": "reject", "ids": str(row.pk)}
    for address in (page(row), page(row, "who"), page(row, "reject"), f"{LIST}find/", f"{LIST}decide/"):
        assert stranger.post(address, words).status_code == 403
        assert stranger.get(address).status_code in (403, 405)
    assert (AccessRecord.objects.count(), Signatory.objects.get().state) == (0, CONFIRMED)


# --- Found -----------------------------------------------------------------------------------------------------------
def test_an_exact_address_finds_its_signatures_and_the_search_is_recorded(moderator, row):
    other = make_signatory(make_petition("another"), email="Amina+x@Example.org", state=PENDING)
    make_signatory(row.petition, email="aminata@example.org")
    words = {"address": ADDRESS.upper(), "petition": "", "purpose": PURPOSE}
    answer = moderator.post(f"{LIST}find/", words)
    assert [found.pk for found in answer.context["found"]] == [other.pk, row.pk]
    assert ADDRESS not in answer.content.decode().lower()
    record = AccessRecord.objects.get()
    assert (record.act, record.signatory_id, record.petition, record.rows) == ("searched", None, None, 2)


def test_a_search_on_one_petition_leaves_the_others_alone(moderator, row):
    words = {"address": ADDRESS, "petition": make_petition("another").pk, "purpose": PURPOSE}
    assert list(moderator.post(f"{LIST}find/", words).context["found"]) == []
    assert AccessRecord.objects.get().rows == 0


def test_nobody_finds_out_who_signed_a_high_risk_petition(moderator, row):
    petition = make_high_risk_petition("another")
    make_signatory(petition, email=ADDRESS)
    words = {"address": ADDRESS, "petition": "", "purpose": PURPOSE}
    assert [found.pk for found in moderator.post(f"{LIST}find/", words).context["found"]] == [row.pk]
    answer = moderator.post(f"{LIST}find/", words | {"petition": petition.pk})
    assert list(answer.context["form"].errors) == ["petition"]
    by = make_staff("Moderator", name="another")
    assert find_by_address(ADDRESS, petition=petition, purpose=PURPOSE, by=by) == []


def test_an_address_in_the_query_string_finds_nothing(moderator, row):
    assert "found" not in moderator.get(f"{LIST}find/", {"address": ADDRESS, "purpose": PURPOSE}).context
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("words", [{"address": "nobody"}, {"purpose": ""}, {"purpose": f"Mail from {ADDRESS}"}])
def test_a_search_without_an_address_or_an_anonymous_purpose_is_asked_again(moderator, row, words):
    answer = moderator.post(f"{LIST}find/", {"address": ADDRESS, "petition": "", "purpose": PURPOSE} | words)
    assert list(answer.context["form"].errors) == list(words)
    assert not AccessRecord.objects.exists()


# --- Decided ---------------------------------------------------------------------------------------------------------
def test_one_is_rejected_and_restored_with_a_reason(moderator, row):
    for act, state, kind in (("reject", REJECTED, {"reason_class": "abusive"}), ("restore", CONFIRMED, {})):
        moderator.get(page(row, act))
        moderator.post(page(row, act), kind | {"reason": ""})
        assert Decision.objects.filter(act=act).count() == 0
        assert moderator.post(page(row, act), kind | {"reason": "A reason."}).status_code == 302
        assert Signatory.objects.get().state == state
    assert list(Decision.objects.order_by("pk").values_list("act", "reason_class", "reason")) == [
        ("reject", "abusive", "A reason."), ("restore", "", "A reason."),
    ]  # fmt: skip
    assert "A reason." in moderator.get(page(row)).content.decode()


def test_buttons_are_shown_only_where_they_can_do_something(moderator, petition):
    acts = {}
    for state in (PENDING, CONFIRMED, REJECTED):
        row = make_signatory(petition, state=state)
        acts[state] = [act.name for act, _address in moderator.get(page(row)).context["acts"]]
    assert acts == {PENDING: ["who"], CONFIRMED: ["who", "reject"], REJECTED: ["who", "restore"]}


def test_a_late_button_says_so_and_does_nothing(moderator, row):
    moderator.post(page(row, "reject"), {"reason_class": "other", "reason": "One."})
    answer = moderator.post(page(row, "reject"), {"reason_class": "other", "reason": "Two."}, follow=True)
    assert "Nothing was changed" in answer.content.decode()
    assert Decision.objects.count() == 1


def choose(client: Client, rows: list[Signatory], act: str = "reject", **values):
    return client.post(LIST, {"action": f"{act}_selected", "_selected_action": [row.pk for row in rows], **values})


def test_many_are_rejected_after_the_number_was_shown_and_the_reason_given(moderator, petition):
    rows = [make_signatory(petition) for _ in range(3)] + [make_signatory(petition, state=PENDING)]
    preview = choose(moderator, rows)
    assert (preview.context["number"], preview.context["other"]) == (3, 1)
    assert not BulkDecision.objects.exists()
    hidden = preview.context["form"].initial
    again = moderator.post(f"{LIST}decide/", hidden | {"reason": ""})
    assert (again.context["number"], list(again.context["form"].errors)) == (3, ["reason_class", "reason"])
    ordered = moderator.post(f"{LIST}decide/", hidden | {"reason_class": "forged", "reason": "A flood."})
    bulk = BulkDecision.objects.get()
    assert ordered["Location"] == f"/admin/campaign/bulkdecision/{bulk.pk}/change/"
    assert 'http-equiv="refresh"' in moderator.get(ordered["Location"]).content.decode()
    advance_bulk_decisions()
    assert Signatory.objects.filter(state=REJECTED).count() == 3
    assert 'http-equiv="refresh"' not in moderator.get(ordered["Location"]).content.decode()


def test_a_bulk_decision_is_cancelled_from_its_page(moderator, row):
    bulk = decide_in_bulk([row.pk], act="reject", reason_class="other", reason="Why.", by=make_boss())
    assert moderator.post(f"/admin/campaign/bulkdecision/{bulk.pk}/act/cancel/").status_code == 302
    advance_bulk_decisions()
    assert Signatory.objects.get().state == CONFIRMED


def make_boss():
    return make_staff(name="another-boss")


def test_all_that_a_filter_shows_can_be_chosen_up_to_a_limit(moderator, petition, monkeypatch):
    rows = [make_signatory(petition, country="FR") for _ in range(3)]
    make_signatory(petition, country="DE")
    address = {"QUERY_STRING": "country=FR"}
    words = {"action": "reject_selected", "_selected_action": [rows[0].pk], "select_across": "1"}
    assert moderator.post(LIST, words, **address).context["number"] == 3
    monkeypatch.setattr("campaign.admin.signatories.BULK_MAX", 2)
    assert "more than 2" in moderator.post(LIST, words, follow=True, **address).content.decode()


@pytest.mark.parametrize("words", [{}, {"act": "erase", "ids": "x"}, {"act": "reject", "ids": "1 or 1=1"}])
def test_what_nobody_chose_is_not_decided(moderator, row, words):
    assert moderator.post(f"{LIST}decide/", words | {"reason": "Why."}).status_code == 302
    assert not BulkDecision.objects.exists()


# --- The name on the page --------------------------------------------------------------------------------------------
def offered(client: Client, row: Signatory) -> list[str]:
    return [act.name for act, _address in client.get(page(row)).context["acts"]]


def test_a_name_is_taken_off_the_page_and_let_wait_again_by_buttons(moderator, row):
    show_name(row, NAME)
    assert "refuse-name" in offered(moderator, row)
    assert list(moderator.post(page(row, "refuse-name")).context["form"].errors) == ["reason_class", "reason"]
    moderator.post(page(row, "refuse-name"), {"reason_class": "no_name", "reason": "A slogan."})
    row.refresh_from_db()
    assert (row.name_state, row.public_name, row.state) == ("refused", None, CONFIRMED)
    assert [name for name in offered(moderator, row) if name.endswith("-name")] == ["review-name"]
    moderator.post(page(row, "review-name"), {"reason": "It is a name in Igbo."})
    row.refresh_from_db()
    assert row.name_state == ""
    assert list(Decision.objects.order_by("pk").values_list("act", "reason_class")) == [
        ("refuse_name", "no_name"), ("review_name", ""),
    ]  # fmt: skip


def test_a_name_that_nobody_chose_to_show_has_no_such_buttons(moderator, row):
    assert [name for name in offered(moderator, row) if name.endswith("-name")] == []
    moderator.post(page(row, "refuse-name"), {"reason_class": "no_name", "reason": "A slogan."})
    assert not Decision.objects.exists()


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_decides_about_no_name(logged_in, row, group):
    show_name(row, NAME)
    words = {"reason_class": "no_name", "reason": "A slogan."}
    assert logged_in(group).post(page(row, "refuse-name"), words).status_code == 403
    assert Signatory.objects.get().public_name == NAME
