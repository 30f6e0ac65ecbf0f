"""A signatory's rights: told before she signs, and hers on her own page at any time."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign import crypto
from campaign.actions.forgetting.privacy import forget_what_is_over
from campaign.actions.signing import holdings
from campaign.models import MailGate, OutgoingMail, Petition, Signatory
from tests.factories import make_petition, make_signatory, move_signatory, send_mails
from tests.views.test_own_page import CHOSEN, EMAIL, NAME, mailed, path_of

PETITION = "/{language}/petitions/let-them-choose/"
LINK = PETITION.format(language="en") + "check-your-email/"
VALUES = re.compile(r"'(?:[^']|'')*'|NULL|\bs\d+_x\d+\b|\b\d+\b")
AGES = {
    "en": ("You may sign from the age of 16.", "In South Korea you may sign from the age of 14."),
    "ko": ("만 16세부터 서명할 수 있습니다.", "대한민국에서는 만 14세부터 서명할 수 있습니다."),
    "zh-hans": ("年满16岁即可签名。", "在韩国，年满14岁即可签名。"),
}


# --- Told before she signs -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", AGES)
def test_the_age_stands_by_the_consent_and_in_the_privacy_notice(client, petition, language):
    for path in (PETITION, "/{language}/privacy/"):
        page = client.get(path.format(language=language)).content.decode()
        assert [sentence in page for sentence in AGES[language]] == [True, True], path


def test_the_age_follows_the_organisations_setting(client, petition, settings):
    settings.MINIMUM_AGES = {"": 18}
    page = client.get(PETITION.format(language="en")).content.decode()
    assert re.findall(r"You may sign from the age of \d+|In [\w ]+ you may sign", page) == [
        "You may sign from the age of 18",
    ]  # fmt: skip


def test_one_signature_per_address_is_said_on_the_form_and_in_both_mails(client, petition, mails):
    assert "One signature per address." in client.get(PETITION.format(language="en")).content.decode()
    make_signatory(petition, state="pending")
    row = make_signatory(petition, state="pending")
    move_signatory(row, "confirmed")
    send_mails()
    assert ["Each address signs once" in mail.body for mail in mails] == [True, True]
    assert ["Each address signs once" in mail.alternatives[0].content for mail in mails] == [True, True]


# --- Asking for the link tells nobody who signed ---------------------------------------------------------------------
def ask(client, kind, petition):
    """What an asker for the link sees, and what the database is asked meanwhile."""
    if kind == "blocked":
        make_signatory(petition, state="pending", email=EMAIL)
        send_mails()
        MailGate.objects.update(refused_at=timezone.now())
    elif kind != "unknown":
        make_signatory(petition, state=kind, email=EMAIL)
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(LINK, {"email": EMAIL})
    seen = (answer.status_code, answer.content, sorted(answer.items()), dict(answer.cookies))
    statements = [
        re.sub(r"(?:x?'(?:[^']|'')*'|NULL)(?:::\w+)?|\bs\d+_x\d+\b|\b\d+\b", "?", query["sql"]) for query in queries
    ]
    return seen, statements


@pytest.mark.parametrize("kind", ["pending", "confirmed", "rejected", "withdrawn", "expired", "blocked"])
def test_who_asks_for_the_link_gets_the_same_bytes_for_the_same_statements(client, db, kind):
    make_signatory(make_petition("another"), email=EMAIL)
    petition = make_petition()
    make_signatory(petition)
    unknown = ask(client, "unknown", petition)
    assert ask(client, kind, petition) == unknown


# --- Hers at any time ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["pending", "confirmed", "rejected"])
@pytest.mark.parametrize("petition_state", ["open", "paused", "closed"])
def test_she_withdraws_whatever_became_of_petition_and_signature(client, petition, state, petition_state):
    row = mailed(make_signatory(petition, state="pending"))
    move_signatory(row, state)
    closed_at = timezone.now() - timedelta(days=300) if petition_state == "closed" else None
    Petition.objects.update(state=petition_state, closed_at=closed_at)
    assert client.post(path_of(row), {"action": "withdraw"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.identity, row.email_digest) == ("withdrawn", None, None)


def test_she_corrects_and_hides_after_the_closing(client, petition):
    row = mailed(make_signatory(petition, state="pending", visibility="initials"))
    client.post(path_of(row), {"action": "confirm", "visibility": "initials"})
    Petition.objects.update(state="closed", closed_at=timezone.now() - timedelta(days=300))
    change = {"action": "change", "country": "FR", "visibility": "delivered", "name": "Corrected Name"}
    assert client.post(path_of(row), change).status_code == 303
    row.refresh_from_db()
    assert (row.country, row.visibility, row.public_name) == ("FR", "delivered", None)


# --- All that is held ------------------------------------------------------------------------------------------------
def test_no_column_of_a_signatory_is_kept_from_her():
    told = [*holdings.CLEAR, *holdings.NOT_SHOWN, *holdings.TOLD_OTHERWISE]
    assert sorted(told) == sorted(field.name for field in Signatory._meta.concrete_fields)


@pytest.mark.parametrize("state", ["pending", "confirmed", "rejected", "withdrawn", "expired"])
def test_she_downloads_all_that_is_held_in_every_state(client, petition, state):
    row = mailed(make_signatory(petition, state="pending", name=NAME, email=EMAIL, wants_updates=True, country="KR"))
    path = path_of(row)
    move_signatory(row, state)
    answer = client.post(path, {"action": "download"})
    held = answer.json()
    row.refresh_from_db()
    assert set(held) == {*holdings.CLEAR, "petition", "language", "version", "kept, but not readable here",
                         "may be kept elsewhere", "erased by"}  # fmt: skip
    assert (held["id"], held["state"], held["country"]) == (str(row.pk), state, row.country)
    assert ("Your full name, sealed so that this site cannot read it back" in held["kept, but not readable here"]) == (
        row.identity is not None
    )
    for word in (NAME, EMAIL, crypto.link_token("x", b"")):
        assert word not in answer.content.decode()


@pytest.mark.parametrize("state", ["pending", "confirmed", "rejected"])
def test_her_page_lists_what_is_kept_in_her_language(client, petition, state):
    row = mailed(make_signatory(petition, state="pending", name=NAME, email=EMAIL))
    move_signatory(row, state)
    page = client.get(path_of(row, "ko")).content.decode()
    assert ("이름" in page, 'value="download"' in page, NAME in page, EMAIL in page) == (True, True, False, False)
    english = client.get(path_of(row)).content.decode()
    assert "Your full name, sealed" in english
    assert "Which members of staff opened it" in english


def test_a_mail_that_is_owed_is_told_for_as_long_as_it_is(client, petition):
    row = mailed(make_signatory(petition, state="pending", email=EMAIL))
    sentence = "until the email that is owed to you has left"
    assert sentence not in client.get(path_of(row)).content.decode()
    client.post(LINK, {"email": EMAIL})
    assert sentence in client.get(path_of(row)).content.decode()
    OutgoingMail.objects.owed().drop()
    assert sentence not in client.get(path_of(row)).content.decode()


def test_after_the_public_date_nothing_is_left_to_show(client, petition):
    row = mailed(make_signatory(petition, state="pending"))
    client.post(path_of(row), CHOSEN)
    path = path_of(row)
    Petition.objects.update(destroy_on=timezone.now().date())
    forget_what_is_over()
    assert client.get(path).status_code == 404
