"""Petitions in the admin: drafts are edited, signed demands stand, each move is a button, promises hold."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from campaign import crypto
from campaign.actions.delivering.canary import open_canary
from campaign.actions.pages.editing import save_petition_edition
from campaign.models import Petition, PetitionEdition, PublicVersion
from tests.admin.filling import filled_in
from tests.factories import make_petition, make_signatory
from tests.officers import PRIVATE, PUBLIC, make_draft, make_high_risk_petition

LIST = "/admin/campaign/petition/"


@pytest.fixture
def editor(logged_in) -> Client:
    return logged_in("Editor")


def change(petition: Petition) -> str:
    return f"{LIST}{petition.pk}/change/"


def act(client: Client, petition: Petition, name: str, **words):
    return client.post(f"{LIST}{petition.pk}/act/{name}/", words, follow=True)


# --- Editing ---------------------------------------------------------------------------------------------------------
def test_a_petition_is_written_with_its_demand(editor):
    words = filled_in(editor, f"{LIST}add/") | {
        "slug": "rivers", "mode": "standard", "destroy_on": "2040-01-01", "goal_steps": "10, 20",
        "editions-0-language": "ko", "editions-0-title": "강", "editions-0-addressee": "A",
        "editions-0-demand": "Do *it*.", "editions-0-delivered_columns": ["name", "country"],
    }  # fmt: skip
    answer = editor.post(f"{LIST}add/", words)
    assert answer.status_code == 302, answer.context["errors"]
    petition = Petition.objects.get()
    edition = petition.editions.get()
    assert (petition.state, petition.goal_steps) == ("draft", [10, 20])
    assert (edition.language, edition.version, edition.delivered_columns) == ("ko", 1, ["name", "country"])
    assert edition.demand_html == "<p>Do <em>it</em>.</p>"
    assert edition.published_at is None


def test_saving_without_a_change_changes_nothing(editor, petition):
    make_signatory(petition)
    before = list(PetitionEdition.objects.order_by("pk").values()), Petition.objects.values().get()
    answer = editor.post(change(petition), filled_in(editor, change(petition)))
    assert answer.status_code == 302, answer.context["errors"]
    assert (list(PetitionEdition.objects.order_by("pk").values()), Petition.objects.values().get()) == before


def test_a_demand_nobody_signed_is_edited(editor, petition):
    words = filled_in(editor, change(petition))
    assert words["editions-0-language"] == "en"
    words["editions-0-demand"] = "Say it **clearly**."
    assert editor.post(change(petition), words).status_code == 302
    edition = PetitionEdition.objects.get(language="en")
    assert edition.demand_html == "<p>Say it <strong>clearly</strong>.</p>"


def test_a_signed_demand_has_no_field_to_edit(editor, petition):
    make_signatory(petition)
    words = filled_in(editor, change(petition))
    assert [words[name] for name in sorted(words) if name.endswith("-language")][:2] == ["ko", "zh-hans"]
    text = editor.get(change(petition)).content.decode()
    assert "signed demands, which never change" in text.lower()
    assert "full name, country, language, day of signing" in text


def test_a_demand_signed_while_it_is_edited_stays_as_it_was_signed(editor, petition):
    words = filled_in(editor, change(petition)) | {"editions-0-demand": "Something else."}
    signed = make_signatory(petition).edition
    words["closes_at_0"], words["closes_at_1"] = "2039-01-01", "00:00:00"
    answer = editor.post(change(petition), words, follow=True)
    assert PetitionEdition.objects.get(pk=signed.pk).demand == signed.demand
    assert Petition.objects.get().closes_at is None
    assert answer.status_code == 200


def test_a_demand_signed_while_it_is_saved_is_refused_by_the_database(editor, petition, monkeypatch):
    def sign_and_save(edition: PetitionEdition) -> None:
        PetitionEdition.objects.filter(pk=edition.pk).update(first_signed_at=timezone.now())
        save_petition_edition(edition)

    monkeypatch.setattr("campaign.admin.petitions.save_petition_edition", sign_and_save)
    words = filled_in(editor, change(petition)) | {"editions-0-demand": "Something else."}
    words["closes_at_0"], words["closes_at_1"] = "2039-01-01", "00:00:00"
    answer = editor.post(change(petition), words, follow=True)
    assert "Nothing was saved" in answer.content.decode()
    assert (Petition.objects.get().closes_at, PetitionEdition.objects.filter(demand="Something else.").count()) == (
        None,
        0,
    )


def test_a_second_demand_in_a_language_is_refused(editor, petition):
    words = filled_in(editor, change(petition)) | {
        "editions-TOTAL_FORMS": "4", "editions-3-language": "en", "editions-3-title": "T",
        "editions-3-addressee": "A", "editions-3-demand": "D", "editions-3-delivered_columns": ["name"],
    }  # fmt: skip
    answer = editor.post(change(petition), words)
    assert "There is an edition in this language already." in answer.content.decode()
    assert PetitionEdition.objects.count() == 3


@pytest.mark.parametrize("goals", ["", "ten", "20, 10", "0, 5", "5, 5"])
def test_goals_that_do_not_rise_are_refused(editor, petition, goals):
    answer = editor.post(change(petition), filled_in(editor, change(petition)) | {"goal_steps": goals})
    assert list(answer.context["adminform"].form.errors) == ["goal_steps"]


def test_what_a_goal_stands_for_is_written_beside_the_petition(editor, petition):
    said = {"goal": "500", "language": "en", "meaning": "as many as live in the village"}
    words = filled_in(editor, change(petition)) | {"goal_meanings-TOTAL_FORMS": "1"}
    words |= {f"goal_meanings-0-{name}": value for name, value in said.items()}
    version = PublicVersion.current()
    answer = editor.post(change(petition), words | {"goal_meanings-0-goal": "600"})
    assert "The petition has no such goal." in answer.content.decode()
    assert editor.post(change(petition), words).status_code == 302
    assert petition.goal_meanings.values_list("goal", "language", "meaning").get() == (500, *[*said.values()][1:])
    assert PublicVersion.current() > version


def test_the_day_of_destruction_may_come_earlier_and_never_later(editor, petition):
    promised = petition.destroy_on
    for days, status in ((1, 200), (-1, 302)):
        words = filled_in(editor, change(petition)) | {"destroy_on": str(promised + timedelta(days=days))}
        assert editor.post(change(petition), words).status_code == status
    assert Petition.objects.get().destroy_on == promised - timedelta(days=1)


def test_mode_key_and_address_are_fixed_once_it_was_opened(editor, petition):
    words = filled_in(editor, change(petition))
    assert {"slug", "mode", "delivery_public_key"} & words.keys() == set()
    key = crypto.public_key_of(crypto.new_private_key())
    editor.post(change(petition), words | {"mode": "high_risk", "delivery_public_key": key, "slug": "other"})
    assert Petition.objects.values_list("mode", "delivery_public_key", "slug").get() == ("standard", "", petition.slug)


GOOD_KEY = crypto.public_key_of(crypto.new_private_key("mlkem768x25519"))


@pytest.mark.parametrize(
    ("mode", "key", "wrong"),
    [
        ("high_risk", GOOD_KEY, []),
        ("high_risk", "", ["delivery_public_key"]),
        ("high_risk", "AGE1XYZ", ["delivery_public_key"]),
        ("high_risk", GOOD_KEY[:-9], ["delivery_public_key"]),
        ("high_risk", PRIVATE, ["delivery_public_key"]),
        ("high_risk", crypto.public_key_of(crypto.new_private_key("x25519")), ["delivery_public_key"]),
        ("standard", GOOD_KEY, ["delivery_public_key"]),
    ],
)
def test_a_high_risk_petition_has_a_key_that_can_be_read_and_no_other_has_one(editor, mode, key, wrong):
    petition = make_petition(state="draft")
    words = filled_in(editor, change(petition)) | {"mode": mode, "delivery_public_key": key}
    answer = editor.post(change(petition), words)
    assert (list(answer.context["adminform"].form.errors) if answer.context else []) == wrong
    assert Petition.objects.get().delivery_public_key == ("" if wrong else key)


def test_a_key_is_taken_as_it_was_pasted(editor):
    petition = make_petition(state="draft")
    wrapped = "\n  ".join(GOOD_KEY[place : place + 64] for place in range(0, len(GOOD_KEY), 64))
    words = filled_in(editor, change(petition)) | {"mode": "high_risk", "delivery_public_key": wrapped}
    assert editor.post(change(petition), words).status_code == 302
    assert Petition.objects.get().delivery_public_key == GOOD_KEY


def test_a_key_whose_other_half_this_server_holds_is_refused(editor, settings):
    settings.DELIVERY_PRIVATE_KEY = f"{settings.DELIVERY_PRIVATE_KEY} {PRIVATE}"
    petition = make_petition(state="draft")
    words = filled_in(editor, change(petition)) | {"mode": "high_risk", "delivery_public_key": PUBLIC}
    assert "This server holds the private half of this key." in editor.post(change(petition), words).content.decode()


def test_a_high_risk_petition_shows_nobody_by_default_either(editor):
    petition = make_draft()
    words = filled_in(editor, change(petition)) | {"default_visibility": "initials"}
    answer = editor.post(change(petition), words)
    assert list(answer.context["adminform"].form.errors) == ["default_visibility"]


@pytest.mark.parametrize(
    ("language", "words"), [
        ("en", ("What you lose", "neither names nor email addresses can be searched for")),
        ("ko", ("잃게 되는 것이 있습니다", "이름으로도 이메일 주소로도 검색할 수 없습니다")),
        ("zh-hans", ("您将失去的是", "姓名和电子邮件地址都无法搜索")),
    ],
)  # fmt: skip
def test_what_staff_lose_in_high_risk_mode_is_said_where_it_is_chosen(editor, language, words):
    page = editor.get(f"{LIST}add/", headers={"Accept-Language": language}).content.decode()
    assert [part for part in words if part not in page] == []


# --- The officers' key -----------------------------------------------------------------------------------------------
@pytest.fixture
def officer(logged_in) -> Client:
    return logged_in("Delivery officer")


def test_officers_open_a_canary_and_type_its_code_back(officer, editor, settings):
    settings.CAMPAIGN_ROLE = "admin"
    petition = make_draft()
    file = officer.post(f"{LIST}{petition.pk}/act/canary/")
    assert file["Content-Disposition"] == f'attachment; filename="{petition.slug}.canary.json"'
    assert "Prove that the officers can open" in act(editor, petition, "open").content.decode()
    assert "not the code" in act(officer, petition, "prove-key", code="0000 0000 0000").content.decode()
    assert "not proven yet" in editor.get(change(petition)).content.decode()
    page = act(officer, petition, "prove-key", code=open_canary(file.content.decode(), PRIVATE)).content.decode()
    assert "The key is proven" in page
    assert f"{crypto.fingerprint(PUBLIC)} (proven)" in page
    act(editor, petition, "open")
    assert Petition.objects.get().state == "open"
    assert act(officer, petition, "prove-key", code="0000 0000 0000").context["messages"]


def test_the_key_itself_is_not_shown_once_it_is_fixed_but_its_fingerprint(editor):
    page = editor.get(change(make_high_risk_petition())).content.decode()
    assert (PUBLIC in page, crypto.fingerprint(PUBLIC) in page) == (False, True)


@pytest.mark.parametrize("group", ["Editor", "Moderator"])
def test_who_is_no_officer_proves_nothing(logged_in, group):
    petition, stranger = make_draft(), logged_in(group)
    for name in ("canary", "prove-key"):
        assert stranger.post(f"{LIST}{petition.pk}/act/{name}/", {"code": "1"}).status_code == 403


def test_a_standard_petition_has_no_canary(boss, petition):
    assert "Nothing was changed" in boss.post(f"{LIST}{petition.pk}/act/canary/", follow=True).content.decode()


@pytest.mark.parametrize("state", ["open", "draft"])
def test_only_a_draft_is_deleted(boss, state):
    petition = make_petition(state=state)
    boss.post(f"{LIST}{petition.pk}/delete/", {"post": "yes"})
    assert Petition.objects.exists() is (state == "open")


# --- Buttons ---------------------------------------------------------------------------------------------------------
def test_a_petition_goes_its_way_by_buttons(editor):
    petition = make_petition(state="draft")
    states = []
    for name in ("open", "pause", "resume", "close", "open"):
        editor.get(f"{LIST}{petition.pk}/act/{name}/")
        act(editor, petition, name)
        states.append(Petition.objects.get().state)
    assert states == ["open", "paused", "open", "closed", "closed"]
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == ["Open", "Pause", "Resume", "Close"]


def test_looking_at_a_button_presses_it_not(editor, petition):
    for name in ("pause", "close"):
        assert editor.get(f"{LIST}{petition.pk}/act/{name}/").status_code == 200
    assert Petition.objects.get().state == "open"


def test_what_is_missing_is_said_when_it_cannot_be_opened(editor):
    petition = make_petition(state="draft", languages=())
    assert "Publish the demand in at least one language." in act(editor, petition, "open").content.decode()
    assert Petition.objects.get().state == "draft"


def test_a_new_version_takes_a_reason_and_is_published_by_a_button(editor, petition):
    assert act(editor, petition, "new-version", language="en", reason="").status_code == 200
    assert PetitionEdition.objects.count() == 3
    act(editor, petition, "new-version", language="en", reason="Clearer.")
    draft = PetitionEdition.objects.get(version=2)
    assert (draft.reason, draft.published_at) == ("Clearer.", None)
    act(editor, petition, "publish", editions=[draft.pk])
    draft.refresh_from_db()
    assert draft.published_at <= timezone.now()


@pytest.mark.parametrize("group", ["Moderator", "Delivery officer"])
def test_who_is_no_editor_moves_and_edits_nothing(logged_in, petition, group):
    stranger = logged_in(group)
    for name in ("pause", "close", "new-version", "publish"):
        assert stranger.post(f"{LIST}{petition.pk}/act/{name}/").status_code == 403
    assert stranger.post(change(petition), {}).status_code == 403
    assert stranger.get(change(petition)).status_code == 200
    assert Petition.objects.get().state == "open"


def test_the_preview_shows_what_is_not_public_yet(editor):
    petition = make_petition(state="draft")
    answer = editor.get(f"{LIST}{petition.pk}/preview/ko/")
    assert "Let them choose (ko)" in answer.content.decode()
    assert 'lang="ko"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert editor.get(f"{LIST}{petition.pk}/preview/fr/").status_code == 404
