"""Every page of the site in every state and language, as the site answers it.

The answers are made once, in this process, and rolled back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone
from django.utils.translation import override

from campaign.actions.mailing import letters
from campaign.actions.mailing.updates import ticket_of
from campaign.actions.pages.editing import save_petition_edition, save_update
from campaign.actions.pages.kept import Kept
from campaign.actions.pages.petitions import close_petition, pause_petition, resume_petition
from campaign.actions.pages.publishing import make_next_version, publish_demands
from campaign.actions.pages.seeds import load_seeds
from campaign.mailbox import read_mails
from campaign.middleware import ClosedSiteMiddleware
from campaign.models import Article, OutgoingMail, Petition, PetitionEdition, Receipt, Signatory, Tally, Update
from campaign.models.signatory import CONFIRMED, EXPIRED, PENDING, REJECTED, WITHDRAWN
from campaign.views.errors import error_page
from tests.browser.asking import HOST, PROXY, Shown, as_page, ask, signed, typed
from tests.browser.pages_of_risk import NEWS, delivery_pages, high_risk_pages, news_by_mail
from tests.factories import make_signatory, move_signatory, post_form, show_name

LANGUAGES = [code for code, _name in settings.LANGUAGES]
SLUG = "stop-forced-repatriation"
STATES = {"pending": PENDING, "confirmed": CONFIRMED, "rejected": REJECTED, "withdrawn": WITHDRAWN, "flood": EXPIRED}
KINDS = ("articles", "petitions")
OTHER_WORDS = {"en": ("China", "Beijing"), "ko": ("중국이", "중국 정부가"), "zh-hans": ("中国", "中国政府")}
NAMES = ("김**", "J. D.", "محمد علي", "María-José Carreño Quiñones de la Fuente", "王**", "O’Brien", "राम कुमार")
NUMBERS = {"confirmed": 1_234, "pending": 87, "withdrawn": 9, "expired": 412, "rejected": {"forged": 1_020, "owner": 2}}


# --- Making them ---------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def pages(django_db_setup, django_db_blocker, tmp_path_factory) -> list[Shown]:
    """Every page; what made them is rolled back."""
    folder = tmp_path_factory.mktemp("pages")
    own = {
        "MEDIA_ROOT": folder / "media", "MAILBOX_DIR": folder / "mailbox", "SITE_URL": HOST,
        "EMAIL_BACKEND": "campaign.mailbox.MailboxBackend", "ORGANISATION_NAME": "Undersigned",
    }  # fmt: skip
    anew = patch.multiple(Kept, seconds=0.0, looks_every=0.0)
    with django_db_blocker.unblock(), override_settings(**own), anew, transaction.atomic():
        made = [page for language in LANGUAGES for page in empty_pages(language)]
        load_seeds(Path(settings.BASE_DIR) / "seeds")
        petition = Petition.objects.get()
        Petition.objects.update(signature_count=412)  # as pages may look after some weeks
        made += [page for language in LANGUAGES for page in pages_in(petition, language)]
        made += [ask("picture", "", f"/{language}/{kind}/{SLUG}/qr.svg") for language in LANGUAGES for kind in KINDS]
        made.append(ask("picture", "", f"/api/petitions/{SLUG}/"))  # for the script, should a look take long
        media = {path: path.read_bytes() for path in (folder / "media").rglob("*.*")}
        made += [Shown("picture", "", f"/media/{path.relative_to(folder / 'media')}", 200, typed(path), media[path])
                 for path in media]  # fmt: skip
        transaction.set_rollback(True)
    errors = [page for page in made if page.name.startswith("error ")]
    assert [page.name for page in errors if f"error {page.status}" not in page.name] == []
    return made


def empty_pages(language: str) -> Iterator[Shown]:
    yield ask("front page, empty", language, f"/{language}/")


def pages_in(petition: Petition, language: str) -> Iterator[Shown]:
    """Each page in one language. The petition is left as it was found, but for its news and its versions."""
    yield from pages_to_read(petition, language)
    yield from pages_of_record(petition, language)
    yield from pages_after_signing(petition, language)
    yield from own_pages(petition, language)
    yield from pages_not_open(petition, language)
    yield from pages_of_errors(language)
    yield from pages_of_mails(petition, language)
    for further in (delivery_pages, high_risk_pages):
        with undone():
            yield from further(petition, language)


@contextmanager
def undone() -> Iterator[None]:
    """What is made inside is taken back, so that later pages do not show it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def pages_to_read(petition: Petition, language: str) -> Iterator[Shown]:
    start, article = f"/{language}/petitions/{SLUG}/", f"/{language}/articles/{SLUG}/"
    yield ask("front page", language, f"/{language}/")
    yield ask("article", language, article)
    yield ask("petition", language, start)
    yield ask("embed", language, f"{start}embed/")
    with undone():  # as the first signatories find it
        for count in (0, 3):
            Petition.objects.update(signature_count=count)
            yield ask(f"petition, {count} signed", language, start)
            yield ask(f"embed, {count} signed", language, f"{start}embed/")
    yield ask("updates, empty", language, f"{start}updates/")
    for name in ("privacy", "safety", "imprint", "how-we-count"):
        yield ask(name, language, f"/{language}/{name}/")
    news = Update(petition=petition, language=language, title="News", body=f"{NEWS}\n\n" * 4)
    news.published_at = timezone.now()
    save_update(news)
    yield ask("versions, one", language, f"{start}versions/")
    publish_demands([revised(petition, language)])
    yield ask("versions", language, f"{start}versions/")
    hero = Article.objects.get().hero
    Article.objects.update(hero="")
    yield ask("front page, no picture", language, f"/{language}/")
    Article.objects.update(hero=hero)
    yield ask("updates", language, f"{start}updates/")
    yield ask("article, news and versions", language, article)


def revised(petition: Petition, language: str) -> PetitionEdition:
    """A second version, in which a word of each line is another."""
    edition = make_next_version(petition, language=language, reason="Shorter, and clearer.")
    lines = edition.demand.splitlines()
    old, new = OTHER_WORDS.get(language, ("", ""))
    edition.demand = "\n".join([line.replace(old, new) for line in lines[:-1]])
    edition.addressee = f"{edition.addressee.split('(')[0].split('（')[0].split(',')[0]}"
    save_petition_edition(edition)
    return edition


def pages_of_record(petition: Petition, language: str) -> Iterator[Shown]:
    start = f"/{language}/petitions/{SLUG}/"
    yield ask("names, empty", language, f"{start}names/")
    yield ask("integrity, empty", language, f"{start}integrity/")
    for number, name in enumerate(NAMES, 101):
        show_name(make_signatory(petition), name, number)
    for day in (1, 8, 10):
        Tally.objects.create(petition=petition, day=date(2027, 3, day), **NUMBERS)
    yield ask("names", language, f"{start}names/")
    yield ask("integrity", language, f"{start}integrity/")
    Tally.objects.all().delete()
    Signatory.objects.update(public_name=None, name_number=None)


def pages_after_signing(petition: Petition, language: str) -> Iterator[Shown]:
    start = f"/{language}/petitions/{SLUG}/"
    yield ask("form, nothing filled in", language, f"{start}sign/", {})
    yield ask("form, all wrong", language, f"{start}sign/", post_form(
        name="http://x", email="a@b", country="ZZ", visibility="", consent=None, website="x"))  # fmt: skip
    yield ask("check your email", language, f"{start}check-your-email/")
    yield ask("check your email, sent again", language, f"{start}check-your-email/", {"email": "a@example.org"})
    yield ask("check your email, wrong", language, f"{start}check-your-email/", {"email": "a@"})
    with patch("campaign.views.petitions.slow_lane.is_felt", return_value=True):
        yield ask("check your email, slow lane", language, f"{start}check-your-email/")


def own_pages(petition: Petition, language: str) -> Iterator[Shown]:
    for name, state in STATES.items():
        row, path = signed(petition, language)
        move_signatory(row, state)
        yield ask(f"own page, {name}", language, path)
    row, path = signed(petition, language)
    Signatory.objects.filter(pk=row.pk).update(signed_at=row.signed_at - timedelta(days=8))
    move_signatory(row, EXPIRED)
    yield ask("own page, expired", language, path)
    for visibility in ("public", "initials", "counted"):
        row, path = signed(petition, language, visibility=visibility)
        yield ask(f"own page, pending, {visibility}", language, path)
        move_signatory(row, CONFIRMED)
        yield ask(f"own page, confirmed, {visibility}", language, path)
    email = f"twice-{language}@example.org"
    _row, path = signed(petition, language, email=email)
    Client().post(f"/{language}/petitions/{SLUG}/sign/", post_form(name="Somebody Else", email=email))
    yield ask("own page, words differ", language, path)
    yield ask("own page, words differ, no name", language, path, {"action": "confirm"})
    row, path = signed(petition, language)
    move_signatory(row, CONFIRMED)
    wrong = {"action": "change", "wants_updates": "on", "country": "ZZ", "visibility": "x"}
    yield ask("own page, change refused", language, path, wrong)
    yield from pages_with_receipt(petition, language)
    yield ask("own page, unknown", language, f"/{language}/s/{'A' * 43}/")
    path = f"/{language}/u/{ticket_of(row.pk)}/"
    yield ask("unsubscribe", language, path)
    yield ask("unsubscribe, done", language, path, {"List-Unsubscribe": "One-Click"})


def pages_with_receipt(petition: Petition, language: str) -> Iterator[Shown]:
    row, path = signed(petition, language)
    move_signatory(row, CONFIRMED)
    Signatory.objects.filter(pk=row.pk).update(entry_index=7)  # as the log's tick leaves it
    yield ask("own page, receipt offered", language, path)
    Receipt.objects.create(signatory=row)
    stages = {"asked": {}, "ready": {"sealed": b"sealed"}, "failed": {"sealed": None, "failed": True}}
    for name, values in stages.items():
        Receipt.objects.filter(pk=row.pk).update(**{"failed": False} | values)
        yield ask(f"own page, receipt {name}", language, path)


def pages_not_open(petition: Petition, language: str) -> Iterator[Shown]:
    start = f"/{language}/petitions/{SLUG}/"
    _row, pending = signed(petition, language)
    for name, move in (("paused", pause_petition), ("closed", close_petition)):
        move(petition)
        yield ask(f"not open, {name}", language, f"{start}sign/", post_form())
        yield ask(f"petition, {name}", language, start)
        yield ask(f"article, {name}", language, f"/{language}/articles/{SLUG}/")
        yield ask(f"embed, {name}", language, f"{start}embed/")
        yield ask(f"own page, pending, {name}", language, pending)
    Petition.objects.update(state="paused", closed_at=None)
    resume_petition(petition)


def pages_of_errors(language: str) -> Iterator[Shown]:
    sign, fixed = f"/{language}/petitions/{SLUG}/sign/", f"/{language}/privacy/"
    yield ask("error 403", language, sign, post_form(), **{"Sec-Fetch-Site": "cross-site"})
    yield ask("error 404", language, f"/{language}/nothing-here/")
    yield ask("error 413", language, sign, post_form(name="x" * settings.SIGN_BODY_MAX_BYTES))
    for status in (409, 422, 429):
        with override(language):
            answer = error_page(RequestFactory().get(fixed), status)
        yield Shown(f"error {status}", language, fixed, status, dict(answer.items()), answer.content)
    with patch.object(ClosedSiteMiddleware, "_is_open", return_value=False):
        yield ask("error 503, closed", language, fixed)
    with patch("campaign.views.pages.render", side_effect=RuntimeError("made by a test")):
        yield ask("error 500", language, fixed)
    with patch("campaign.actions.signing.signatories.sign", side_effect=DatabaseError("made by a test")):
        yield ask("error 503", language, sign, post_form())
    if language == LANGUAGES[0]:
        for path in sorted((Path(settings.BASE_DIR) / "deploy/pages").glob("*.html")):
            yield Shown(
                f"{PROXY}{path.stem}", language, f"/{path.name}", int(path.stem), typed(path), path.read_bytes()
            )


def pages_of_mails(petition: Petition, language: str) -> Iterator[Shown]:
    """The HTML of each kind of mail, and the development mailbox with what was sent so far."""
    row, _path = signed(petition, language, wants_updates=True)
    mail = OutgoingMail.objects.filter(signatory=row).get()
    for letter in (letters.CONFIRM, letters.STANDING):
        yield as_page(letter, language, letters.compose(mail, letter=letter, address="a@example.org"))
    with undone():
        yield as_page("update", language, news_by_mail(petition, row, language))
    here = {"Host": "localhost", "Accept-Language": language}
    yield ask("mailbox", language, "/mailbox/", None, **here)
    name, _mail = read_mails()[0]
    yield ask("mailbox, mail", language, f"/mailbox/{name}/", None, **here)
