"""What readers and signatories of a high-risk petition meet: fewer choices, a warning, pages that tell little."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils import timezone
from django.utils.translation import override

from campaign.actions.mailing.updates import ticket_of
from campaign.actions.signing import signatories
from campaign.actions.signing.signatories import Choices, NotOfferedError, Words
from campaign.models import OutgoingMail, PetitionEdition, RiskyProvider, Signatory
from tests.factories import LANGUAGES, make_article, make_petition, make_signatory, post_form, send_mails
from tests.officers import make_high_risk_petition

PATH = "/en/petitions/let-them-choose/"


@pytest.fixture
def petition(db):
    return make_high_risk_petition()


def link_of(mails):
    return re.search(r"http://testserver(/\S+/s/\S+)", mails[-1].body)[1]


# --- Nobody is shown -------------------------------------------------------------------------------------------------
def test_only_what_shows_nobody_is_offered(client, petition):
    page = client.get(PATH).content.decode()
    assert re.findall(r'name="visibility" value="(\w+)"', page) == ["delivered", "counted"]


@pytest.mark.parametrize("visibility", ["public", "initials"])
def test_a_posted_choice_that_would_show_somebody_is_refused_kindly(client, petition, visibility):
    answer = client.post(f"{PATH}sign/", post_form(visibility=visibility))
    page = answer.content.decode()
    assert (answer.status_code, Signatory.objects.count(), OutgoingMail.objects.count()) == (422, 0, 0)
    assert page.count("This petition shows nobody’s name or initials.") == 2  # in the summary, and at the field
    assert 'value="gildong@example.org"' in page


@pytest.mark.parametrize(("action", "state"), [("confirm", "pending"), ("change", "confirmed")])
def test_nor_can_she_choose_it_on_her_own_page(client, petition, mails, action, state):
    row = make_signatory(petition, state="pending")
    send_mails()
    if state == "confirmed":
        client.post(link_of(mails), {"action": "confirm"})
    assert re.findall(r'name="visibility" value="(\w+)"', client.get(link_of(mails)).content.decode()) == [
        "delivered", "counted",
    ]  # fmt: skip
    answer = client.post(link_of(mails), {"action": action, "visibility": "public"})
    assert answer.status_code == 422
    row.refresh_from_db()
    assert (row.state, row.visibility, row.public_name) == (state, "delivered", None)


def test_no_other_door_takes_such_a_choice(petition):
    words = Words(name="Hong Gildong", email="gildong@example.org", country="", visibility="public")
    with pytest.raises(NotOfferedError):
        signatories.sign(petition, petition.edition_in("en"), words=words)
    row = make_signatory(petition, state="pending")
    choices = Choices(country="", visibility="initials", wants_updates=False)
    for act in (signatories.confirm, signatories.change):
        with pytest.raises(NotOfferedError):
            act(row, choices=choices)


# --- The mailbox -----------------------------------------------------------------------------------------------------
def test_confirming_leaves_no_address_in_the_row_or_the_outbox(client, petition, mails):
    make_signatory(petition, state="pending", email="gildong@example.org")
    send_mails()
    client.post(f"{PATH}sign/", post_form())  # a further form, whose mail waits for its turn
    assert OutgoingMail.objects.owed().filter(mailbox__isnull=False).count() == 1
    client.post(link_of(mails), {"action": "confirm", "name": "Hong Gildong"})
    assert Signatory.objects.values_list("state", "mailbox").get() == ("confirmed", None)
    assert set(OutgoingMail.objects.values_list("state", "mailbox")) == {("sent", None), ("skipped", None)}
    send_mails()
    assert len(mails) == 1


def test_a_confirmation_that_fails_drops_no_mail(client, petition, mails):
    make_signatory(petition, state="pending", email="gildong@example.org")
    send_mails()
    client.post(f"{PATH}sign/", post_form())
    answer = client.post(link_of(mails), {"action": "confirm"})  # without the name that must be typed now
    assert answer.status_code == 422
    assert OutgoingMail.objects.owed().count() == 1


def test_the_address_stays_only_for_news(client, petition, mails):
    make_signatory(petition, state="pending", wants_updates=True)
    send_mails()
    client.post(link_of(mails), {"action": "confirm"})
    assert Signatory.objects.get().mailbox is not None
    client.post(link_of(mails), {"action": "change"})
    assert Signatory.objects.values_list("wants_updates", "mailbox").get() == (False, None)


def test_that_news_keep_the_address_is_said_beside_the_box(client, petition):
    assert "To send you news we must keep your address" in client.get(PATH).content.decode()
    make_petition("usual")
    assert "To send you news we must keep your address" not in client.get("/en/petitions/usual/").content.decode()


def test_no_digest_is_kept_that_names_could_be_tried_against(client, petition):
    client.post(f"{PATH}sign/", post_form())
    assert Signatory.objects.get().words_digest is None
    client.post(f"{PATH}sign/", post_form())
    assert Signatory.objects.get().words_differ


def test_who_typed_the_form_twice_is_told_why_the_name_is_asked_again(client, petition, mails):
    for _ in range(2):
        client.post(f"{PATH}sign/", post_form())
    send_mails()
    assert "For your safety we cannot compare names" in client.get(link_of(mails)).content.decode()
    client.post(link_of(mails), {"action": "confirm", "name": "Hong Gildong"})
    assert Signatory.objects.get().state == "confirmed"


# --- The warning -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
def test_risky_providers_are_named_beside_the_field(client, petition, language):
    page = client.get(f"/{language}/petitions/let-them-choose/").content.decode()
    hint = re.search(r'<p class="hint" id="id_email_helptext">(.*?)</p>', page, re.DOTALL)[1]
    endings = RiskyProvider.endings()
    told = hint.replace("\u2060", "")  # which holds a dot and its country together
    assert [name for name in endings.values() if name not in told] == []
    assert {"qq.com", "163.com", "126.com", "sina.com", "cn", "kp"} <= set(endings)
    assert f'data-risky="{" ".join(endings)}"' in page


def test_an_address_at_one_is_taken_all_the_same(client, petition):
    assert client.post(f"{PATH}sign/", post_form(email="somebody@qq.com")).status_code == 303
    assert Signatory.objects.count() == 1


def test_the_list_is_what_staff_made_of_it(client, petition):
    RiskyProvider.objects.exclude(domain="qq.com").delete()
    RiskyProvider.objects.create(domain="xn--fiqs8s")
    assert RiskyProvider.endings() == {"qq.com": "qq.com", "xn--fiqs8s": ".中国"}
    RiskyProvider.objects.all().delete()
    page = client.get(PATH).content.decode()
    assert ("data-risky" in page, "Some email providers" in page) == (False, False)


def test_a_standard_petition_warns_of_nobody(client, db):
    make_petition("usual")
    assert "data-risky" not in client.get("/en/petitions/usual/").content.decode()


# --- What is told outside of the page --------------------------------------------------------------------------------
TELLING = ("Let them choose", "Sent back", "The Ministry", "What happens at the border", "Test Organisation")


def told_outside(page):
    """What histories, tabs, search engines, previews and share sheets take of a page."""
    head = page.partition("<body")[0]
    return head + "".join(re.findall(r'data-title="[^"]*"|href="mailto:[^"]*"|<iframe.*?iframe', page))


def pages_of(petition_slug, article_slug, language):
    """Every page under the slug of a petition or article: a new one is looked at, too."""
    in_languages = [each for each in get_resolver().url_patterns if isinstance(each.pattern, LocalePrefixPattern)]
    patterns = [pattern for each in in_languages for pattern in each.url_patterns]
    names = {each.name for each in patterns if "<slug:slug>" in str(each.pattern)}
    with override(language):
        for name in sorted(names - {"sign"}):
            yield reverse(name, args=[article_slug if name.startswith("article") else petition_slug])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_preview_or_share_text_names_cause_or_organisation(client, petition, language):
    make_article(petition)
    for path in pages_of(petition.slug, "sent-back", language):
        answer = client.get(path)
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        told = told_outside(answer.content.decode())
        assert answer.status_code == 200, path
        assert [word for word in TELLING if word in told] == [], path
        assert "application/ld+json" not in told, path


def test_a_standard_petition_is_told_by_its_title(client, db):
    make_article(make_petition())
    for path in ("/en/articles/sent-back/", PATH):
        assert len([word for word in TELLING if word in told_outside(client.get(path).content.decode())]) >= 2


def test_pages_with_errors_and_of_a_signatory_are_neutral_too(client, petition, mails):
    make_signatory(petition, state="pending")
    send_mails()
    pages = [client.post(f"{PATH}sign/", {}), client.get(link_of(mails))]
    client.post(link_of(mails), {"action": "confirm"})
    pages += [client.get(link_of(mails)), client.post(link_of(mails), {"action": "withdraw"}, follow=True)]
    titles = [re.search("<title>(.*?)</title>", page.content.decode())[1] for page in pages]
    assert titles == ["Error: Petition · Undersigned", *["Your page · Undersigned"] * 3]
    for page in pages:
        assert [word for word in TELLING if word in told_outside(page.content.decode())] == []


def test_the_page_that_ends_news_names_nobody(client, petition):
    row = make_signatory(petition, wants_updates=True)
    page = client.get(f"/en/u/{ticket_of(row.pk)}/").content.decode()
    assert re.search("<title>(.*?)</title>", page)[1] == "Send me no more news · Undersigned"
    assert petition.slug not in client.post(f"/en/u/{ticket_of(row.pk)}/").content.decode()


def test_no_page_leads_to_a_social_site(client, petition):
    make_article(petition)
    for path in ("/en/articles/sent-back/", PATH):
        page = client.get(path).content.decode()
        assert re.findall(r"wa\.me|t\.me|line\.me|facebook|x\.com", page) == []


def test_the_preview_has_a_picture_that_shows_nothing(client, petition):
    page = client.get(PATH).content.decode()
    assert '<meta property="og:image" content="http://testserver/static/img/neutral.png">' in page


def test_the_feed_names_it_not(client, petition):
    make_article(petition)
    make_article(make_petition("usual"), slug="usual")
    feed = client.get("/en/feed.atom").content.decode()
    assert re.findall("<title>(.*?)</title>", feed)[1:] == ["Sent back (en)", "Article"]
    assert feed.count("What happens at the border.") == 1


def test_mails_come_from_nobody_in_particular(client, petition, mails, settings):
    settings.NEUTRAL_NAME, settings.NEUTRAL_FROM_EMAIL = "Letters", "post@example.net"
    client.post(f"{PATH}sign/", post_form())
    send_mails()
    mail = mails[0]
    assert (mail.from_email, mail.subject) == ("Letters <post@example.net>", "One step left: please confirm")
    whole = mail.message().as_string() + mail.body + mail.alternatives[0][0]
    assert [word for word in (*TELLING, "contact@example.org", "petitions@example.org") if word in whole] == []
    page = client.get(f"{PATH}check-your-email/").content.decode()
    assert ("post@example.net" in page, "One step left: please confirm" in page) == (True, True)


# --- The count -------------------------------------------------------------------------------------------------------
def test_that_the_count_moves_hourly_is_said_when_she_confirmed_and_where_counting_is_explained(
    client, petition, mails
):
    make_signatory(petition, state="pending")
    send_mails()
    client.post(link_of(mails), {"action": "confirm"})
    page = client.get(link_of(mails)).content.decode()
    assert ("The count moves once an hour" in page, "within seconds" in page) == (True, False)
    assert "the number moves once an hour" in client.get("/en/how-we-count/").content.decode()


def test_a_high_risk_petition_gives_no_receipts_and_shows_no_names(petition):
    usual = make_petition("usual")
    assert (petition.gives_receipts, petition.shows_names, petition.count_interval) == (
        False,
        False,
        timedelta(hours=1),
    )
    assert (usual.gives_receipts, usual.shows_names, usual.count_interval) == (True, True, timedelta(0))


def test_the_same_bytes_go_to_every_address(client, petition):
    """As in standard mode: known or not, the answer is one."""
    make_signatory(petition, state="confirmed", email="gildong@example.org")
    PetitionEdition.objects.update(first_signed_at=timezone.now())
    answers = [
        Client().post(f"{PATH}sign/", post_form(email=email)) for email in ("gildong@example.org", "new@example.org")
    ]
    assert len({(each.status_code, each.content, each["Location"]) for each in answers}) == 1
