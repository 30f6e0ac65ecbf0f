"""Plain functions that make rows. Each says in its arguments what the test is about."""

import secrets
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from campaign import crypto
from campaign.actions.mailing import mail
from campaign.actions.signing import signatories
from campaign.models import Article, ArticleEdition, Petition, PetitionEdition, Signatory
from campaign.models.signatory import CONFIRMED, EXPIRED, PENDING, REJECTED, WITHDRAWN

LANGUAGES = ("en", "ko", "zh-hans")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # before any day that a test travels to


def make_petition(slug: str = "let-them-choose", *, languages: tuple[str, ...] = LANGUAGES, **values: Any) -> Petition:
    """An open petition with a published demand in each language."""
    state = values.pop("state", "open")
    values.setdefault("destroy_on", timezone.now().date().replace(year=timezone.now().year + 2, day=1))
    petition = Petition.objects.create(slug=slug, **values)
    for language in languages:
        make_demand(petition, language=language)
    if state == "open":  # by the row, not by the action: tests open what the action would refuse
        Petition.objects.filter(pk=petition.pk).update(state="open", opens_at=timezone.now())
        petition.refresh_from_db()
    return petition


def make_demand(petition: Petition, *, language: str = "en", version: int = 1, **values: Any) -> PetitionEdition:
    values = {
        "title": f"Let them choose ({language})",
        "addressee": "The Ministry",
        "demand": "We ask the Ministry to act.",
        "demand_html": "<p>We ask the Ministry to act.</p>",
        "reason": "" if version == 1 else "A clearer second demand.",
        "published_at": LONG_AGO,
    } | values
    return PetitionEdition.objects.create(petition=petition, language=language, version=version, **values)


def make_article(petition: Petition | None = None, slug: str = "sent-back", **values: Any) -> Article:
    """A published article, ready in each language."""
    article = Article.objects.create(slug=slug, petition=petition, published_at=timezone.now(), **values)
    for language in LANGUAGES:
        ArticleEdition.objects.create(
            article=article,
            language=language,
            translation="ready",
            title=f"Sent back ({language})",
            standfirst="What happens at the border.",
            body="Text.",
            body_html="<p>Text.</p>",
        )
    return article


def make_address() -> str:
    return f"person-{secrets.token_hex(6)}@example.org"


def make_signatory(petition: Petition, *, state: str = CONFIRMED, language: str = "en", **words: Any) -> Signatory:
    """A signatory made as the site makes one, then moved to `state`."""
    words = {
        "name": "Hong Gildong",
        "email": make_address(),
        "country": "DE",
        "visibility": "delivered",
        "wants_updates": False,
    } | words
    edition = petition.editions.published().filter(language=language).order_by("-version")[0]
    digest = signatories.email_digest(petition, words["email"])
    signatories.sign(petition, edition, words=signatories.Words(**words))
    row = Signatory.objects.get(petition=petition, email_digest=digest)
    move_signatory(row, state)
    return Signatory.objects.select_related("petition", "edition").get(pk=row.pk)


def move_signatory(row: Signatory, state: str) -> None:
    """Bring a pending row to a state by the moves the site makes."""
    rows = Signatory.objects.filter(pk=row.pk)
    if state in (CONFIRMED, REJECTED):
        token = crypto.link_token(settings.LINK_KEY, bytes(row.nonce))  # which was mailed to her
        assert rows.move("confirm", words_digest=None, token_hash=crypto.token_hash(token))
    if state == REJECTED:
        assert rows.move("reject")
    if state == WITHDRAWN:
        assert rows.erase("withdraw")
    if state == EXPIRED:
        assert rows.erase("expire")
    assert state in (PENDING, CONFIRMED, REJECTED, WITHDRAWN, EXPIRED)


def show_name(row: Signatory, name: str = "Hong Gildong", number: int = 1) -> None:
    """Put a name on the page, as approving and the worker's next round would."""
    shown = {"name_state": "approved", "public_name": name, "name_number": number}
    visibility = "initials" if row.visibility == "initials" else "public"
    Signatory.objects.filter(pk=row.pk).update(visibility=visibility, **shown)
    row.refresh_from_db()


def post_form(**values: Any) -> dict[str, Any]:
    """What a browser posts from the petition's form."""
    form = {
        "name": "Hong Gildong",
        "email": "gildong@example.org",
        "country": "KR",
        "visibility": "delivered",
        "consent": "on",
        "website": "",
        "proof": "",
    } | values
    return {name: value for name, value in form.items() if value is not None}


def send_mails() -> int:
    """One round of the worker."""
    return mail.send_due_mails()


def make_staff(*groups: str, name: str = "staff") -> Any:
    """A member of staff in the named groups; with none, a superuser."""
    users = get_user_model().objects
    user = users.create_user(name, password="correct horse battery", is_staff=True, is_superuser=not groups)
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    return user
