"""Every page of the site in every state and language, as the site answers it, and a browser to look at them.

The answers are made once, in this process, and rolled back. A browser then gets them at the addresses they have, with
their headers, so the Content-Security-Policy stands. What asks for anything else has a complaint coming.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError, transaction
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from campaign import crypto
from campaign.actions import letters
from campaign.actions.editing import save_update
from campaign.actions.petitions import close_petition, pause_petition, resume_petition
from campaign.actions.publishing import make_next_version, publish_demands
from campaign.actions.seeds import load_seeds
from campaign.mailbox import read_mails
from campaign.middleware import KeptPagesMiddleware
from campaign.models import Article, OutgoingMail, Petition, Signatory, Update
from campaign.models.signatory import CONFIRMED, EXPIRED, PENDING, REJECTED, WITHDRAWN
from campaign.views.errors import error_page
from tests.factories import make_signatory, move_signatory, post_form, send_mails

LANGUAGES = [code for code, _name in settings.LANGUAGES]
SLUG = "stop-forced-repatriation"
HOST = "http://localhost"  # to browsers as good as https
MAILS = "mail, "  # what the names of HTML mails begin with: no pages of the site, and no policy
PROXY = "proxy, "  # as those that the proxy answers when the site cannot
STATES = {"pending": PENDING, "confirmed": CONFIRMED, "rejected": REJECTED, "withdrawn": WITHDRAWN, "expired": EXPIRED}
NEWS = "The letter was **handed over** on the steps of the ministry.\n\n* 12 members came\n* none spoke"


@dataclass(frozen=True)
class Shown:
    """A page in a state, as it was answered."""

    name: str
    language: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_mail(self) -> bool:
        return self.name.startswith(MAILS)


# --- Making them ---------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def pages(django_db_setup, django_db_blocker, tmp_path_factory) -> list[Shown]:
    """Every page; what made them is rolled back."""
    folder = tmp_path_factory.mktemp("pages")
    own = {
        "MEDIA_ROOT": folder / "media", "MAILBOX_DIR": folder / "mailbox", "SITE_URL": HOST,
        "EMAIL_BACKEND": "campaign.mailbox.MailboxBackend", "ORGANISATION_NAME": "Undersigned",
    }  # fmt: skip
    anew = patch.multiple(KeptPagesMiddleware, seconds=0.0, looks_every=0.0)
    with django_db_blocker.unblock(), override_settings(**own), anew, transaction.atomic():
        made = [page for language in LANGUAGES for page in empty_pages(language)]
        load_seeds(Path(settings.BASE_DIR) / "seeds")
        petition = Petition.objects.get()
        Petition.objects.update(signature_count=412)  # as pages may look after some weeks
        made += [page for language in LANGUAGES for page in pages_in(petition, language)]
        media = {path: path.read_bytes() for path in (folder / "media").rglob("*.*")}
        made += [Shown("picture", "", f"/media/{path.relative_to(folder / 'media')}", 200, typed(path), media[path])
                 for path in media]  # fmt: skip
        transaction.set_rollback(True)
    return made


def typed(path: Path) -> dict[str, str]:
    return {"Content-Type": mimetypes.guess_type(path)[0] or "text/html; charset=utf-8"}


def ask(name: str, language: str, path: str, data: dict[str, str] | None = None, **headers: str) -> Shown:
    """The answer to one request, by a client that keeps nothing and meets errors as a reader does."""
    client = Client(raise_request_exception=False, headers=headers)
    answer = client.get(path) if data is None else client.post(path, data)
    return Shown(name, language, path, answer.status_code, dict(answer.items()), answer.content)


def empty_pages(language: str) -> Iterator[Shown]:
    yield ask("front page, empty", language, f"/{language}/")


def pages_in(petition: Petition, language: str) -> Iterator[Shown]:
    """Each page in one language. The petition is left as it was found, but for its news and its versions."""
    yield from pages_to_read(petition, language)
    yield from pages_after_signing(petition, language)
    yield from own_pages(petition, language)
    yield from pages_not_open(petition, language)
    yield from pages_of_errors(language)
    yield from pages_of_mails(petition, language)


def pages_to_read(petition: Petition, language: str) -> Iterator[Shown]:
    start, article = f"/{language}/petitions/{SLUG}/", f"/{language}/articles/{SLUG}/"
    yield ask("front page", language, f"/{language}/")
    yield ask("article", language, article)
    yield ask("petition", language, start)
    yield ask("embed", language, f"{start}embed/")
    yield ask("updates, empty", language, f"{start}updates/")
    for name in ("privacy", "safety", "imprint", "how-we-count"):
        yield ask(name, language, f"/{language}/{name}/")
    save_update(Update(petition=petition, language=language, title="News", body=NEWS, published_at=timezone.now()))
    publish_demands([make_next_version(petition, language=language, reason="Shorter, and clearer.")])
    hero = Article.objects.get().hero
    Article.objects.update(hero="")
    yield ask("front page, no picture", language, f"/{language}/")
    Article.objects.update(hero=hero)
    yield ask("updates", language, f"{start}updates/")
    yield ask("article, news and versions", language, article)


def pages_after_signing(petition: Petition, language: str) -> Iterator[Shown]:
    start = f"/{language}/petitions/{SLUG}/"
    yield ask("form, nothing filled in", language, f"{start}sign/", {})
    yield ask("form, all wrong", language, f"{start}sign/", post_form(
        name="http://x", email="a@b", country="ZZ", visibility="", consent=None, website="x"))  # fmt: skip
    yield ask("check your email", language, f"{start}check-your-email/")
    yield ask("check your email, sent again", language, f"{start}check-your-email/", {"email": "a@example.org"})
    yield ask("check your email, wrong", language, f"{start}check-your-email/", {"email": "a@"})


def own_pages(petition: Petition, language: str) -> Iterator[Shown]:
    for name, state in STATES.items():
        row, path = signed(petition, language)
        move_signatory(row, state)
        yield ask(f"own page, {name}", language, path)
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
    yield ask("own page, unknown", language, f"/{language}/s/{'A' * 43}/")


def signed(petition: Petition, language: str, **words: str) -> tuple[Signatory, str]:
    """A signatory to whom the link was mailed, and where it leads."""
    row = make_signatory(petition, state=PENDING, language=language, **words)
    send_mails()
    row.refresh_from_db()
    return row, f"/{language}/s/{crypto.link_token(settings.LINK_KEY, bytes(row.nonce))}/"


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
    with override(language):
        answer = error_page(RequestFactory().get(fixed), 429)
    yield Shown("error 429", language, fixed, 429, dict(answer.items()), answer.content)
    with patch("campaign.views.pages.render", side_effect=RuntimeError("made by a test")):
        yield ask("error 500", language, fixed)
    with patch("campaign.actions.signatories.sign", side_effect=DatabaseError("made by a test")):
        yield ask("error 503", language, sign, post_form())
    if language == LANGUAGES[0]:
        for path in sorted((Path(settings.BASE_DIR) / "deploy/pages").glob("*.html")):
            yield Shown(
                f"{PROXY}{path.stem}", language, f"/{path.name}", int(path.stem), typed(path), path.read_bytes()
            )


def pages_of_mails(petition: Petition, language: str) -> Iterator[Shown]:
    """The HTML of each kind of mail, and the development mailbox with what was sent so far."""
    row, _path = signed(petition, language)
    mail = OutgoingMail.objects.filter(signatory=row).get()
    for letter in (letters.CONFIRM, letters.STANDING):
        body = letters.compose(mail, letter=letter, address="a@example.org").alternatives[0].content.encode()
        yield Shown(f"{MAILS}{letter}", language, f"/mail-{language}-{letter}", 200, typed(Path("mail.html")), body)
    here = {"Host": "localhost", "Accept-Language": language}
    yield ask("mailbox", language, "/mailbox/", None, **here)
    name, _mail = read_mails()[0]
    yield ask("mailbox, mail", language, f"/mailbox/{name}/", None, **here)


# --- Looking at them -----------------------------------------------------------------------------------------------
@dataclass
class Eye:
    """A window in which the pages are shown, and what happened in it that should not."""

    page: Page
    files: dict[str, Shown]
    shown: Shown | None = None
    complaints: list[str] = field(default_factory=list)

    def show(self, shown: Shown) -> None:
        """Open a page as it was answered."""
        self.shown = shown
        self.page.goto(HOST + shown.path, wait_until="load")

    def answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        shown = self.shown if self.shown and path == self.shown.path else self.files.get(path)
        static = finders.find(path.removeprefix(settings.STATIC_URL)) if path.startswith(settings.STATIC_URL) else None
        if not route.request.url.startswith(HOST + "/") or not (shown or static):
            self.complaints.append(f"request: {route.request.url}")
            route.abort()
        elif shown:
            route.fulfill(status=shown.status, headers=shown.headers, body=shown.body)
        else:
            route.fulfill(path=static)

    def hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings; a refusal by the Content-Security-Policy is one. A page's own status is none."""
        is_own_status = self.shown and message.location.get("url") == HOST + self.shown.path
        if message.type in ("error", "warning") and not (is_own_status and "status of" in message.text):
            self.complaints.append(f"console: {message.text}")


@contextmanager
def open_eye(browser: Browser, pages: list[Shown], **options) -> Iterator[Eye]:
    context = browser.new_context(reduced_motion="reduce", **options)
    eye = Eye(context.new_page(), {page.path: page for page in pages if page.name == "picture"})
    context.route("**/*", eye.answer)
    eye.page.on("console", eye.hear)
    eye.page.on("pageerror", lambda error: eye.complaints.append(f"script: {error}"))
    try:
        yield eye
    finally:
        context.close()
