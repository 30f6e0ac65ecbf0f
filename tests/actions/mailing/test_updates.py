"""News by mail: to those who asked for it, once each, in their language, until they say no."""

import re

import pytest
from django.core.exceptions import PermissionDenied

from campaign.actions.mailing import updates
from campaign.actions.staff.access import RefusedError
from campaign.models import MailGate, Mailing, OutgoingMail, Signatory
from tests.factories import make_petition, make_signatory, make_staff, move_signatory, send_mails
from tests.officers import make_high_risk_petition
from tests.parallel import in_parallel
from tests.smtp import post_office
from tests.views.test_updates import make_update


@pytest.fixture
def office():
    with post_office() as office:
        yield office


@pytest.fixture
def editor(db):
    return make_staff("Editor", name="editor")


@pytest.fixture
def reader(petition):
    return make_reader(petition)


def make_reader(petition, **words):
    """Somebody who asked for news; her mails of before are gone."""
    row = make_signatory(petition, **{"wants_updates": True} | words)
    OutgoingMail.objects.all().delete()
    return row


def mail_out(update, editor, **more):
    mailing = updates.mail_update(update, by=editor, **more)
    while updates.advance_mailings() + send_mails():
        pass
    mailing.refresh_from_db()
    return mailing


def text_of(mail, kind="plain"):
    return mail.get_body((kind,)).get_content()


def test_only_who_confirmed_and_asked_gets_the_news(petition, office, editor):
    for state in ("pending", "confirmed", "rejected", "withdrawn", "expired"):
        make_reader(petition, state=state, email=f"{state}@example.org")
    make_reader(petition, wants_updates=False)
    make_reader(make_petition("another"))
    mailing = mail_out(make_update(petition), editor)
    assert [mail["To"] for mail in office.mails] == ["confirmed@example.org"]
    assert (mailing.position, mailing.total, mailing.percent, mailing.is_under_way) == (1, 1, 100, False)
    assert OutgoingMail.objects.get().mailbox is None


def test_the_mail_tells_the_news_and_how_to_end_them(petition, office, editor, reader):
    update = make_update(petition, "They listened")
    update.body_html += '<p><a href="/en/privacy/">here</a><img src="/media/cards/x.jpg"></p>'
    update.save()
    mail_out(update, editor)
    (mail,) = office.mails
    assert (mail["Subject"], mail["Content-Language"]) == ("They listened", "en")
    ticket = f"http://testserver/en/u/{updates.ticket_of(reader.pk)}/"
    assert mail["List-Unsubscribe"].replace("\n", "").replace(" ", "") == f"<{ticket}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = text_of(mail), text_of(mail, "html")
    assert ("They **listened**." in text, "<strong>listened</strong>" in html) == (True, True)
    assert (text.count("/en/s/"), text.count(ticket), html.count(ticket)) == (1, 1, 1)
    assert ('href="http://testserver/en/privacy/"' in html, "<img" in html) == (True, False)
    assert not re.findall(r"~{5}|-{43}|\{\{|\{%", text + html)


def test_no_other_mail_carries_the_button_that_ends_news(petition, office):
    make_signatory(petition, state="pending")
    send_mails()
    assert (len(office.mails), office.mails[0]["List-Unsubscribe"]) == (1, None)


def test_each_gets_the_text_in_her_language_or_else_the_one_staff_came_from(petition, office, editor):
    for language in ("en", "ko", "zh-hans"):
        make_reader(petition, language=language, email=f"{language}@example.org")
    korean = make_update(petition, "경청했습니다", language="ko")
    mail_out(make_update(petition, "They listened"), editor, translations=[korean])
    subjects = {mail["To"]: mail["Subject"] for mail in office.mails}
    assert subjects == {
        "en@example.org": "They listened", "ko@example.org": "경청했습니다", "zh-hans@example.org": "They listened",
    }  # fmt: skip


def test_the_news_of_a_high_risk_petition_are_told_behind_the_link_alone(db, office, editor):
    petition = make_high_risk_petition()
    reader = make_reader(petition)
    mail_out(make_update(petition, "They listened"), editor)
    (mail,) = office.mails
    assert (mail["From"], mail["Subject"]) == ("Undersigned <petitions@example.org>", "The news you asked for")
    text, html = text_of(mail), text_of(mail, "html")
    telling = ("listened", "Let them choose", "Ministry", "Test Organisation", "contact@", "/petitions/")
    assert [word for word in telling if word in text + html] == []
    ticket = f"http://testserver/en/u/{updates.ticket_of(reader.pk)}/"
    assert (text.count("/en/s/"), text.count(ticket), html.count(ticket)) == (1, 1, 1)


def test_each_piece_of_news_is_mailed_once(petition, editor, reader):
    update = make_update(petition)
    updates.mail_update(update, by=editor)
    with pytest.raises(RefusedError, match="only once"):
        updates.mail_update(update, by=editor)
    assert Mailing.objects.count() == 1


def test_a_draft_is_not_mailed(petition, editor, reader):
    with pytest.raises(RefusedError, match="stand on the site"):
        updates.mail_update(make_update(petition, published_in=None), by=editor)
    assert not Mailing.objects.exists()


def test_where_nobody_asked_nothing_is_mailed(petition, editor):
    with pytest.raises(RefusedError, match="Nobody has asked"):
        updates.mail_update(make_update(petition), by=editor)


def test_a_moderator_mails_nothing(petition, reader):
    with pytest.raises(PermissionDenied):
        updates.mail_update(make_update(petition), by=make_staff("Moderator", name="moderator"))


# --- A row with a cursor ---------------------------------------------------------------------------------------------
def test_the_queue_holds_no_more_than_soon_leave(petition, editor, settings):
    settings.MAILING_AHEAD = 2
    rows = [make_reader(petition) for _ in range(5)]
    mailing = updates.mail_update(make_update(petition), by=editor)
    assert (updates.advance_mailings(), updates.advance_mailings()) == (2, 0)
    mailing.refresh_from_db()
    assert (mailing.percent, mailing.cursor) == (40, rows[1].pk)
    while send_mails() + updates.advance_mailings():
        pass
    assert OutgoingMail.objects.filter(state="sent").count() == 5


def test_a_worker_killed_in_a_slice_has_done_nothing_yet(petition, office, editor, reader, monkeypatch):
    updates.mail_update(make_update(petition), by=editor)
    with monkeypatch.context() as patch:
        patch.setattr(OutgoingMail.objects, "bulk_create", lambda _mails: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            updates.advance_mailings()
    assert (Mailing.objects.get().position, OutgoingMail.objects.count()) == (0, 0)
    updates.advance_mailings()
    send_mails()
    assert len(office.mails) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_workers_owe_and_send_each_mail_once(office):
    petition = make_petition()
    for number in range(20):
        make_reader(petition, email=f"person{number}@example.org")
    updates.mail_update(make_update(petition), by=make_staff())
    in_parallel(6, lambda: (updates.advance_mailings(), send_mails()))
    while updates.advance_mailings() + send_mails():
        pass
    assert sorted(mail["To"] for mail in office.mails) == sorted(f"person{number}@example.org" for number in range(20))


def test_a_cancelled_mailing_mails_the_rest_to_nobody(petition, office, editor, settings):
    settings.MAILING_AHEAD = 1
    for _ in range(3):
        make_reader(petition)
    mailing = updates.mail_update(make_update(petition), by=editor)
    updates.advance_mailings()
    send_mails()
    updates.advance_mailings()
    assert (updates.cancel_mailing(mailing, by=editor), updates.cancel_mailing(mailing, by=editor)) == (True, False)
    assert (updates.advance_mailings(), send_mails(), len(office.mails)) == (0, 0, 1)
    assert not OutgoingMail.objects.exclude(mailbox=None).exists()


# --- Until she says no -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", ["no more news", "rejected", "withdrawn", "text gone"])
def test_what_changed_after_the_mail_was_owed_decides(petition, office, editor, reader, change):
    update = make_update(petition)
    updates.mail_update(update, by=editor)
    updates.advance_mailings()
    if change == "no more news":
        updates.unsubscribe(reader.pk)
    elif change == "text gone":
        update.delete()
    elif change == "rejected":
        Signatory.objects.filter(pk=reader.pk).move("reject")
    else:
        move_signatory(reader, "withdrawn")
    assert send_mails() == 0
    assert (OutgoingMail.objects.get().state, OutgoingMail.objects.get().mailbox) == ("skipped", None)


def test_who_said_that_it_was_not_her_gets_no_news_either(petition, office, editor, reader):
    mail_out(make_update(petition), editor)
    MailGate.objects.update(refused_at=reader.signed_at)
    mail_out(make_update(petition, "More"), editor)
    assert len(office.mails) == 1


def test_news_take_nothing_from_the_mails_that_forms_cause(client, petition, office, editor):
    make_reader(petition, email="gildong@example.org")
    mail_out(make_update(petition), editor)
    client.post("/en/petitions/let-them-choose/check-your-email/", {"email": "gildong@example.org"})
    send_mails()
    mail_out(make_update(petition, "More"), editor)
    assert [mail["Subject"] for mail in office.mails] == [
        "It was handed over", "You have signed already: Let them choose (en)", "More",
    ]  # fmt: skip
