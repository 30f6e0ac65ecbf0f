"""News are mailed by a button on their page, watched, and cancelled."""

from campaign.actions.mailing.updates import advance_mailings
from campaign.models import Mailing, Update
from tests.factories import make_signatory
from tests.views.test_updates import make_update

LIST = "/admin/campaign/mailing/"


def page_of(update, act=""):
    return f"/admin/campaign/update/{update.pk}/" + (f"act/{act}/" if act else "change/")


def buttons(client, address):
    return [act.name for act, _address in client.get(address).context["acts"]]


def test_an_editor_mails_news_in_two_languages_and_watches(logged_in, petition):
    editor = logged_in("Editor")
    make_signatory(petition, wants_updates=True)
    english, korean = make_update(petition), make_update(petition, "경청했습니다", language="ko")
    assert buttons(editor, page_of(english)) == ["mail"]
    assert "경청했습니다" in editor.get(page_of(english, "mail")).content.decode()
    answer = editor.post(page_of(english, "mail"), {"translations": [korean.pk]})
    mailing = Mailing.objects.get()
    assert answer["Location"] == f"{LIST}{mailing.pk}/change/"
    page = editor.get(answer["Location"]).content.decode()
    assert ('http-equiv="refresh"' in page, "경청했습니다" in page, "It was handed over" in page) == (True, True, True)
    advance_mailings()
    assert 'http-equiv="refresh"' not in editor.get(answer["Location"]).content.decode()
    assert buttons(editor, answer["Location"]) == []
    assert (buttons(editor, page_of(english)), buttons(editor, page_of(korean))) == ([], [])


def test_two_texts_in_one_language_are_refused(logged_in, petition):
    make_signatory(petition, wants_updates=True)
    update = make_update(petition)
    others = [make_update(petition, title, language="ko").pk for title in ("하나", "둘")]
    answer = logged_in("Editor").post(page_of(update, "mail"), {"translations": others})
    assert "Choose one text for each language." in answer.content.decode()
    assert not Mailing.objects.exists()


def test_a_mailing_is_cancelled(logged_in, petition):
    editor = logged_in("Editor")
    make_signatory(petition, wants_updates=True)
    editor.post(page_of(make_update(petition), "mail"))
    editor.post(f"{LIST}{Mailing.objects.get().pk}/act/cancel/")
    assert (advance_mailings(), Mailing.objects.get().is_under_way) == (0, False)


def test_that_nobody_asked_is_said(logged_in, petition):
    answer = logged_in("Editor").post(page_of(make_update(petition), "mail"), follow=True)
    assert "Nobody has asked for news" in answer.content.decode()
    assert Update.objects.get().mailing is None


def test_drafts_have_no_such_button(logged_in, petition):
    assert buttons(logged_in("Editor"), page_of(make_update(petition, published_in=None))) == []
