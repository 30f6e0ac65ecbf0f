"""POST sign: who may, what is answered, what is stored."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.actions.forgetting.privacy import expire_signatories
from campaign.models import MailGate, OutgoingMail, PetitionEdition, Signatory
from tests.factories import make_article, make_demand, make_petition, make_signatory, post_form, send_mails
from tests.parallel import in_parallel

PATH = "/en/petitions/let-them-choose/sign/"
NEXT = "/en/petitions/let-them-choose/check-your-email/"
SECURE = {"secure": True}
ALLOWED = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "none", "Origin": "http://testserver"},
    {"Origin": "http://testserver"},
]
REFUSED = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://sibling.testserver"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    {"Sec-Fetch-Site": "none", "Origin": "http://evil.example"},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver:8080"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": ""},
]


def as_answer(response):
    """Everything of an answer that the other side can see."""
    return response.status_code, response.content, sorted(response.items()), dict(response.cookies)


@pytest.mark.parametrize("headers", ALLOWED)
def test_our_own_page_and_clients_without_headers_may_sign(client, petition, headers):
    response = client.post(PATH, post_form(), headers=headers)
    assert (response.status_code, response["Location"]) == (303, NEXT)
    assert Signatory.objects.count() == OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("headers", REFUSED)
def test_other_sites_get_403_and_write_nothing(client, petition, headers):
    response = client.post(PATH, post_form(), headers=headers)
    assert response.status_code == 403
    assert Signatory.objects.count() == OutgoingMail.objects.count() == 0


def test_http_for_https_is_another_origin(client, petition):
    assert client.post(PATH, post_form(), headers={"Origin": "http://testserver"}, **SECURE).status_code == 403
    assert client.post(PATH, post_form(), headers={"Origin": "https://testserver"}, **SECURE).status_code == 303


def test_getting_the_sign_address_leads_to_the_petition(client, petition):
    response = client.get(PATH)
    assert (response.status_code, response["Location"]) == (303, "/en/petitions/let-them-choose/")


def test_what_is_stored_is_sealed_and_pending(client, petition):
    client.post(PATH, post_form(name="김민", email="Kim.Min@Example.org", country="KR", visibility="public"))
    row = Signatory.objects.get()
    assert (row.state, row.country, row.visibility, row.wants_updates) == ("pending", "KR", "public", False)
    assert (row.edition.language, row.edition.version, row.mailbox, row.token_hash) == ("en", 1, None, None)
    assert row.identity is not None
    assert "김민".encode() not in bytes(row.identity)
    assert OutgoingMail.objects.get().signatory_id == row.pk


def test_who_wants_only_to_be_counted_leaves_no_name(client, petition):
    client.post(PATH, post_form(visibility="counted"))
    assert Signatory.objects.get().identity is None


def test_who_wants_updates_leaves_an_address(client, petition):
    client.post(PATH, post_form(wants_updates="on"))
    assert Signatory.objects.get().mailbox is not None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_signatory_and_mail_are_one_transaction(client, petition, monkeypatch):
    monkeypatch.setattr(OutgoingMail._meta.get_field("state"), "_get_default", lambda: "lost")
    assert client.post(PATH, post_form()).status_code == 503  # the database knows no such state of a mail
    assert Signatory.objects.count() == 0


def sign_as(client, kind, petition):
    """Bring gildong@example.org to a state, and post the form once more with other words."""
    if kind == "blocked":
        row = make_signatory(petition, state="pending", email="gildong@example.org")
        send_mails()
        MailGate.objects.update(refused_at=row.signed_at)
    elif kind != "new":
        make_signatory(petition, state=kind, email="gildong@example.org")
    with CaptureQueriesContext(connection) as queries:
        response = client.post(PATH, post_form(name="Somebody Else"))
    return as_answer(response), [without_values(query["sql"]) for query in queries]


def without_values(sql):
    return re.sub(r"'(?:[^']|'')*'|\bs\d+_x\d+\b|\b\d+\b", "?", sql)


@pytest.mark.parametrize("kind", ["pending", "confirmed", "rejected", "withdrawn", "expired", "blocked"])
def test_every_address_gets_the_same_bytes_and_the_same_statements(client, db, kind):
    make_signatory(make_petition("another"), email="somebody@example.org")
    petition = make_petition()
    make_signatory(petition)  # the edition is signed already, as it is for all but the very first
    make_signatory(petition, email="new@example.org", state="withdrawn")
    new = sign_as(client, "new", petition)
    Signatory.objects.filter(petition=petition, state="pending").delete()
    assert sign_as(client, kind, petition) == new


@pytest.mark.parametrize("state", ["withdrawn", "expired"])
def test_after_withdrawal_and_expiry_a_new_form_is_a_new_signature(client, petition, state):
    make_signatory(petition, state=state, email="gildong@example.org")
    client.post(PATH, post_form())
    assert sorted(Signatory.objects.values_list("state", flat=True)) == sorted(["pending", state])


@pytest.mark.parametrize("state", ["pending", "confirmed", "rejected"])
def test_a_further_form_never_changes_the_words_that_stand(client, petition, state):
    row = make_signatory(petition, state=state, email="gildong@example.org", name="First", country="DE")
    client.post(PATH, post_form(name="Second", country="KR", visibility="public", wants_updates="on"))
    after = Signatory.objects.get()
    assert after.words_differ == (state == "pending")
    for name in ("identity", "mailbox", "country", "visibility", "wants_updates", "words_digest", "edition_id"):
        assert getattr(after, name) == getattr(row, name), name


def test_a_further_form_with_the_same_words_is_no_difference(client, petition):
    make_signatory(petition, state="pending", email="gildong@example.org", name="Hong Gildong")
    client.post(PATH, post_form(name="  Hong   Gildong "))
    assert not Signatory.objects.get().words_differ


def test_that_words_differ_is_not_forgotten_when_the_first_come_again(client, petition):
    make_signatory(petition, state="pending", email="gildong@example.org", name="Hong Gildong")
    client.post(PATH, post_form(name="A Stranger"))
    client.post(PATH, post_form(name="Hong Gildong"))
    assert Signatory.objects.get().words_differ


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kim.Min+1@googlemail.com", "kimmin@gmail.com"),
        ("user@bücher.example", "USER@xn--bcher-kva.example"),
        ("a+tag@example.org", "A@EXAMPLE.ORG"),
    ],
)
def test_two_spellings_of_one_mailbox_are_one_signature(client, petition, one, other):
    for email in (one, other):
        assert client.post(PATH, post_form(email=email)).status_code == 303
    assert Signatory.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_forty_parallel_posts_make_one_row(client):
    make_petition()
    statuses = in_parallel(40, lambda: Client().post(PATH, post_form()).status_code)
    assert statuses == [303] * 40
    assert Signatory.objects.count() == 1
    assert OutgoingMail.objects.count() == 40
    while send_mails():
        pass
    assert list(OutgoingMail.objects.filter(state="sent").values_list("kind", flat=True)) == ["form"]
    assert not OutgoingMail.objects.owed().exists()


def test_the_first_signature_fixes_the_edition(client, petition):
    assert PetitionEdition.objects.get(language="ko").first_signed_at is None
    client.post("/ko/petitions/let-them-choose/sign/", post_form())
    assert PetitionEdition.objects.get(language="ko").first_signed_at is not None
    assert PetitionEdition.objects.get(language="en").first_signed_at is None


def test_one_signs_the_text_one_has_read(client, petition):
    read = petition.edition_in("en").digest
    make_demand(petition, version=2)
    response = client.post(PATH, post_form(edition=read))
    assert response.status_code == 422
    assert "changed since you opened the page" in response.content.decode()
    newest = petition.edition_in("en")
    assert f'value="{newest.digest[:16]}"' in response.content.decode()
    client.post(PATH, post_form(edition=newest.digest))
    assert Signatory.objects.get().edition == newest


def test_a_form_that_comes_back_still_leads_to_the_article_and_only_to_languages_there_are(client, petition):
    make_article(petition, slug="sent-back")
    PetitionEdition.objects.filter(language="ko").delete()
    page = client.post(PATH, post_form(name="")).content.decode()
    assert page.count('<a href="/en/articles/sent-back/">Read what it is about</a>') == 1
    assert re.findall(r'<li><a href="(/[^"]+/sign/)" lang', page) == [
        "/en/petitions/let-them-choose/sign/", "/zh-hans/petitions/let-them-choose/sign/",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_a_petition_that_is_not_open_says_so_with_409(client, petition, state):
    petition.state, petition.closed_at = state, petition.opens_at
    petition.save()
    assert client.post(PATH, post_form()).status_code == 409
    assert Signatory.objects.count() == 0


def test_a_draft_is_not_there(client, db):
    make_petition(state="draft")
    assert client.post(PATH, post_form()).status_code == 404
    assert client.get("/en/petitions/let-them-choose/").status_code == 404


def test_a_further_form_after_expiry_by_the_clock_is_a_new_signature(client, petition, time_machine):
    make_signatory(petition, state="pending", email="gildong@example.org")
    time_machine.move_to(timezone.now() + timedelta(days=8))
    expire_signatories()
    client.post(PATH, post_form())
    assert sorted(Signatory.objects.values_list("state", flat=True)) == ["expired", "pending"]
