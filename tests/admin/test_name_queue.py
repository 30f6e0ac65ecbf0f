"""The page of the names that wait: what it shows, what its one button does, and who may open it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.actions.moderating import name_queue
from campaign.admin.sessions import CHECKED
from campaign.models import AccessRecord, Decision, ListedWord, Petition, Signatory
from tests.admin.filling import filled_in
from tests.factories import make_petition, make_signatory
from tests.officers import make_high_risk_petition

WHY = {"reason_class": "no_name", "reason": "A word, and no name."}


@pytest.fixture
def moderator(logged_in) -> Client:
    return logged_in("Moderator")


def page(petition: Petition) -> str:
    return f"/admin/campaign/signatory/names/{petition.pk}/"


def make_waiting(petition: Petition, *names: str) -> list[Signatory]:
    return [make_signatory(petition, name=name, visibility="public") for name in names]


def presets(answer) -> dict[str, str]:
    return {name.shown: choice for name, choice in answer.context["names"]}


def posted(answer, **acts: str) -> dict[str, str]:
    """The page as a browser posts it; `acts` by the first word of a name, in small letters."""
    words = {}
    for name, choice in answer.context["names"]:
        words[f"seal-{name.signatory.pk}"] = name.seal
        words[f"choice-{name.signatory.pk}"] = acts.get(name.shown.split()[0].lower(), choice)
    return words


def test_names_without_a_hint_are_preset_to_be_approved_and_those_with_one_stand_first(moderator, petition):
    ListedWord.objects.create(word="asdf")
    make_waiting(petition, "Jane Roe", "Asdf", "Ana Lima")
    answer = moderator.get(page(petition))
    assert list(presets(answer).items()) == [("Asdf", "later"), ("Jane Roe", "approve"), ("Ana Lima", "approve")]
    text = answer.content.decode()
    assert ("It contains the listed word “Asdf”." in text, text.count(" checked>")) == (True, 3)
    assert AccessRecord.objects.values_list("act", "petition", "rows").get() == ("opened", petition.pk, 3)


def test_one_button_approves_refuses_and_leaves_for_later(moderator, petition):
    make_waiting(petition, "Jane Roe", "Asdf", "Ana Lima")
    words = posted(moderator.get(page(petition)), asdf="refuse", ana="later")
    answer = moderator.post(page(petition), words | WHY, follow=True)
    assert "Approved: 1. Refused: 1. Still waiting: 1." in answer.content.decode()
    states = Signatory.objects.order_by("pk").values_list("name_state", flat=True)
    assert list(states) == ["approved", "refused", ""]
    made = Decision.objects.order_by("act").values_list("act", "reason_class")
    assert list(made) == [("approve_name", ""), ("refuse_name", "no_name")]


def test_the_next_page_follows_what_was_left_for_later_and_leads_back_to_it(moderator, petition, monkeypatch):
    monkeypatch.setattr(name_queue, "PAGE", 1)
    make_waiting(petition, "Jane Roe", "Ana Lima")
    first = moderator.get(page(petition))
    second = moderator.post(page(petition), posted(first, jane="later"), follow=True)
    assert (list(presets(first)), list(presets(second))) == (["Jane Roe"], ["Ana Lima"])
    last = moderator.post(page(petition), posted(second), follow=True)
    assert (presets(last), f'href="{page(petition)}"' in last.content.decode()) == ({}, True)
    assert list(presets(moderator.get(page(petition)))) == ["Jane Roe"]


def test_a_refusal_without_its_reason_decides_nothing_and_keeps_what_was_chosen(moderator, petition):
    make_waiting(petition, "Jane Roe", "Asdf")
    words = posted(moderator.get(page(petition)), jane="later", asdf="refuse")
    answer = moderator.post(page(petition), words)
    assert list(answer.context["form"].errors) == ["reason_class", "reason"]
    assert presets(answer) == {"Jane Roe": "later", "Asdf": "refuse"}
    assert not Decision.objects.exists()


@pytest.mark.parametrize("words", [{}, {"seal-x": "1", "choice-x": "approve"}, {"reason_class": "odd"}])
def test_what_is_no_choice_decides_nothing(moderator, petition, words):
    make_waiting(petition, "Jane Roe")
    assert moderator.post(page(petition), words).status_code in (200, 302)
    assert not Decision.objects.exists()


def test_an_empty_queue_says_so_and_leaves_no_record(moderator, petition):
    assert "No name waits." in moderator.get(page(petition)).content.decode()
    assert not AccessRecord.objects.exists()


def test_where_names_do_not_wait_none_is_opened(moderator):
    petition = make_petition("at-once", names_wait=False)
    make_waiting(petition, "Jane Roe")
    text = moderator.get(page(petition)).content.decode()
    assert ("wait for nobody" in text, "Jane Roe" in text, AccessRecord.objects.exists()) == (True, False, False)


def test_a_high_risk_petition_leads_back_to_its_page(moderator):
    petition = make_high_risk_petition()
    answer = moderator.get(page(petition), follow=True)
    assert "A high-risk petition shows no names" in answer.content.decode()
    assert moderator.get(page(Petition(pk=petition.pk + 1))).status_code == 404


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_who_does_not_moderate_sees_and_decides_nothing(logged_in, petition, group):
    (row,) = make_waiting(petition, "Jane Roe")
    stranger = logged_in(group)
    words = {f"seal-{row.pk}": name_queue.seal_of(row), f"choice-{row.pk}": "approve"}
    assert (stranger.get(page(petition)).status_code, stranger.post(page(petition), words).status_code) == (403, 403)
    assert "/signatory/names/" not in stranger.get("/admin/").content.decode()
    assert (Decision.objects.exists(), AccessRecord.objects.exists()) == (False, False)


def test_names_are_opened_and_decided_on_only_after_a_fresh_check(moderator, petition):
    make_waiting(petition, "Jane Roe")
    words = posted(moderator.get(page(petition)))
    session = moderator.session
    session[CHECKED] = (timezone.now() - timedelta(hours=2)).timestamp()
    session.save()
    for answer in (moderator.get(page(petition)), moderator.post(page(petition), words)):
        assert answer["Location"].startswith("/admin/check/")
    assert (AccessRecord.objects.count(), Decision.objects.exists()) == (1, False)


def test_a_post_without_its_token_is_refused(moderator, petition):
    moderator.handler.enforce_csrf_checks = True
    assert moderator.post(page(petition), {}).status_code == 403


def test_the_first_page_and_the_petition_lead_to_the_names_that_wait(moderator, petition):
    make_petition("another")
    assert "/signatory/names/" not in moderator.get("/admin/").content.decode()
    make_waiting(petition, "Jane Roe")
    text = moderator.get("/admin/").content.decode()
    assert (f'href="{page(petition)}"' in text, text.count("/signatory/names/")) == (True, 1)
    assert moderator.post(f"/admin/campaign/petition/{petition.pk}/act/names/")["Location"] == page(petition)


@pytest.mark.parametrize("waits", [True, False])
def test_whether_names_wait_is_chosen_on_the_petitions_page(logged_in, petition, waits):
    editor, address = logged_in("Editor"), f"/admin/campaign/petition/{petition.pk}/change/"
    words = filled_in(editor, address) | {"names_wait": "on" if waits else ""}
    assert editor.post(address, words).status_code == 302
    assert Petition.objects.get().names_wait is waits


def test_the_page_takes_the_same_statements_for_one_name_and_for_three(moderator, petition):
    taken = []
    for names in (["Jane Roe"], ["Ana Lima", "Kim Min"]):
        make_waiting(petition, *names)
        with CaptureQueriesContext(connection) as statements:
            moderator.get(page(petition))
        taken.append(len(statements))
    assert taken[0] == taken[1]
