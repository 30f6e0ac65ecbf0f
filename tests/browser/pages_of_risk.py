"""The pages and mails of a high-risk petition, which tell less; and deliveries, in public and for the addressee."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from campaign import crypto
from campaign.actions.mailing import letters
from campaign.actions.pages.editing import save_update
from campaign.models import (
    Addressee,
    ArticleEdition,
    Delivery,
    Handover,
    Mailing,
    OutgoingMail,
    Petition,
    PetitionEdition,
    Signatory,
    Update,
)
from campaign.models.signatory import CONFIRMED
from tests.browser.asking import Shown, as_page, ask, signed
from tests.factories import make_article, make_staff, move_signatory, post_form
from tests.officers import make_high_risk_petition

SLUG = "a-letter"
NEWS = "The letter was **handed over** on the steps of the ministry.\n\n* 12 members came\n* none spoke"
RISK = "high-risk, "
REPLY = "Thank you for your letter.\n\nThe ministry has taken note of it, and will answer each of its points."


# --- High-risk -------------------------------------------------------------------------------------------------------
def high_risk_pages(model: Petition, language: str) -> Iterator[Shown]:
    petition = high_risk_like(model, language)
    start = f"/{language}/petitions/{SLUG}/"
    for kind in ("articles", "petitions"):
        yield ask("picture", "", f"/{language}/{kind}/{SLUG}/qr.svg")
    yield ask("picture", "", f"/api/petitions/{SLUG}/")
    yield ask(f"{RISK}article", language, f"/{language}/articles/{SLUG}/")
    yield ask(f"{RISK}petition", language, start)
    yield ask(f"{RISK}embed", language, f"{start}embed/")
    yield ask(f"{RISK}names", language, f"{start}names/")
    yield ask(f"{RISK}form refused", language, f"{start}sign/", post_form(visibility="public", consent=None))
    yield ask(f"{RISK}check your email", language, f"{start}check-your-email/")
    row, path = signed(petition, language, wants_updates=True)
    yield ask(f"{RISK}own page, pending", language, path)
    mail = OutgoingMail.objects.filter(signatory=row).get()
    move_signatory(row, CONFIRMED)
    yield ask(f"{RISK}own page, confirmed", language, path)
    for letter in (letters.CONFIRM, letters.STANDING):
        yield as_page(f"{RISK}{letter}", language, letters.compose(mail, letter=letter, address="a@example.org"))
    yield as_page(f"{RISK}update", language, news_by_mail(petition, row, language))


def high_risk_like(model: Petition, language: str) -> Petition:
    """An open one with the words of another, and an article; nobody has signed yet."""
    petition = make_high_risk_petition(SLUG, languages=(language,))
    words = PetitionEdition.objects.filter(petition=model, language=language).order_by("version").values()[0]
    told = {name: words[name] for name in ("title", "addressee", "demand", "demand_html")}
    PetitionEdition.objects.filter(petition=petition).update(**told)
    make_article(petition, SLUG)
    text = ArticleEdition.objects.filter(article__petition=model, language=language).values()[0]
    told = {name: text[name] for name in ("title", "standfirst", "byline", "body", "body_html")}
    ArticleEdition.objects.filter(article__petition=petition, language=language).update(**told)
    return petition


def news_by_mail(petition: Petition, row: Signatory, language: str) -> object:
    """The mail with a piece of news, as its worker composes it."""
    mailing = Mailing.objects.create(
        petition=petition, language=language, total=1, ordered_by=make_staff(name=language)
    )
    news = Update(petition=petition, language=language, title="News", body=NEWS, published_at=timezone.now())
    news.mailing = mailing
    save_update(news)
    mail = OutgoingMail.objects.create(kind=OutgoingMail.Kind.UPDATE, signatory=row, mailbox=b"", mailing=mailing)
    return letters.compose(mail, letter=letters.UPDATE, address="a@example.org")


# --- Deliveries ------------------------------------------------------------------------------------------------------
def delivery_pages(petition: Petition, language: str) -> Iterator[Shown]:
    record = f"/{language}/petitions/{petition.slug}/deliveries/"
    yield ask("deliveries, none", language, record)
    delivery, path = built(petition, language)
    yield ask("deliveries, built", language, record)
    yield ask("addressee, built", language, path)
    hand_over(delivery)
    yield ask("addressee, handed over", language, path)
    Delivery.objects.update(state="acknowledged")
    Handover.objects.update(acknowledged_at=timezone.now(), reply=REPLY, replied_on=timezone.localdate())
    delivery.striking_notices.create(numbers=[7, 19, 204])
    yield ask("addressee, acknowledged", language, path)
    yield ask("deliveries", language, record)


def built(petition: Petition, language: str) -> tuple[Delivery, str]:
    """A delivery as the worker leaves it, and the path of its addressee's own page."""
    nonce, now = crypto.new_nonce(), timezone.now()
    token = crypto.link_token(settings.LINK_KEY, nonce)
    addressee = Addressee.objects.create(name=petition.edition_in(language).addressee)
    delivery = Delivery.objects.create(
        petition=petition, kind="bundle", state="built", number=1, addressee=addressee, purpose="x", built_at=now,
        requested_by=make_staff(name=f"officer-{language}"), row_count=1_234, is_self_approved=True, entry_index=1_873,
        manifest_digest="3f9a" * 16, link_nonce=nonce, link_hash=crypto.token_hash(token), languages=[language],
    )  # fmt: skip
    return delivery, f"/{language}/d/{token}/"


def hand_over(delivery: Delivery) -> None:
    picture = (Path(settings.BASE_DIR) / "seeds/hero.webp").read_bytes()
    Delivery.objects.update(state="handed_over")
    Handover.objects.create(
        delivery=delivery, happened_on=timezone.localdate() - timedelta(days=30), place="Seoul",
        received_by="Post room", receipt_number="2027-118", recorded_by=delivery.requested_by,
        photo=ContentFile(picture, "photo.webp"), photo_alt="Two people carry a box up the steps of a ministry.",
        stamp=ContentFile(picture, "stamp.webp"),
    )  # fmt: skip
