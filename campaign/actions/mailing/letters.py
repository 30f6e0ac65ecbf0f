"""What a mail says: decided when it is sent, from the signatory's state then."""

from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.policy import compat32
from email.utils import formataddr
from secrets import token_hex
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import override

from campaign import crypto
from campaign.actions.mailing.updates import html_for_mail, ticket_of
from campaign.models import OutgoingMail, Petition, PetitionEdition, Signatory, Update
from campaign.models.signatory import CONFIRMED, PENDING, REJECTED

CONFIRM, STANDING, UPDATE = "confirm", "standing", "update"
NO_TOKEN = "-" * 43  # as long as a token, and none: no HMAC gives it
NO_TICKET = "~" * 76


def letter_for(mail: OutgoingMail) -> str | None:
    """Which letter a mail is now, or None when there is nothing to say."""
    if mail.signatory is None or mail.signatory.erased_at:
        return None
    state = mail.signatory.state
    if mail.kind == OutgoingMail.Kind.UPDATE:
        return UPDATE if state == CONFIRMED and mail.signatory.wants_updates and mail.news else None
    if state == PENDING:
        return CONFIRM if mail.signatory.is_confirmable else None
    if state == CONFIRMED or (state == REJECTED and mail.kind == OutgoingMail.Kind.LINK):
        return STANDING
    return None


@dataclass(frozen=True)
class Words:
    """A letter as all get it who signed the same text on the same day; NO_… stand where what is each one's own goes."""

    subject: str
    text: str
    html: str
    headers: dict[str, str]


class Letter(EmailMultiAlternatives):
    """A mail whose subject starts in its first line, and is folded by the room there is (RFC 2047; RFC 5322).

    Its boundary is too long a piece of chance to stand in a text (RFC 2046): none needs to be searched for it.
    """

    def message(self, *args: Any, **options: Any) -> Any:
        message = super().message(*args, **options)
        message.set_boundary(f"=_{token_hex(16)}")
        if message.policy is compat32:  # Django before 6 folds without counting the header's name
            message.replace_header("Subject", Header(str(self.subject), header_name="Subject"))
        return message


Rendered = dict[tuple[Any, ...], Words]


def compose(
    mail: OutgoingMail, *, letter: str, address: str, rendered: Rendered | None = None
) -> EmailMultiAlternatives:
    """The mail in the signatory's language: text and HTML, one link, no word the signatory typed (RFC 3834).

    `rendered` keeps the words for the next mail of the same kind: a round of mails passes the same one along.
    """
    signatory = cast(Signatory, mail.signatory)  # letter_for saw to it, and that a nonce stands
    own = {
        NO_TOKEN: crypto.link_token(settings.LINK_KEY, bytes(signatory.nonce or b"")),
        NO_TICKET: ticket_of(signatory.pk),
    }
    words = _words(mail, letter, {} if rendered is None else rendered)
    message = Letter(
        subject=words.subject,
        body=_with(words.text, own),
        from_email=formataddr(sender_of(signatory.petition)),
        to=[address],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": signatory.language,
            **{name: _with(value, own) for name, value in words.headers.items()},
        },
    )
    message.attach_alternative(_with(words.html, own), "text/html")
    return message


def _with(text: str, own: dict[str, str]) -> str:
    for place, word in own.items():
        text = text.replace(place, word)
    return text


def _words(mail: OutgoingMail, letter: str, rendered: Rendered) -> Words:
    signatory = cast(Signatory, mail.signatory)
    expires_at = signatory.expires_at
    day = None if letter == UPDATE else localdate(expires_at)
    key = (letter, mail.mailing_id, signatory.edition_id, day)
    if key not in rendered:
        with override(signatory.language):
            context = _context(signatory, expires_at) | (_of_news(mail) if letter == UPDATE else {})
            folder = _folder(signatory.petition)
            text, html = (render_to_string(f"{folder}/{letter}.{kind}", context) for kind in ("txt", "html"))
            rendered[key] = Words(_subject(letter, context), text, html, _headers(letter, context))
    return rendered[key]


def _headers(letter: str, context: dict[str, Any]) -> dict[str, str]:
    """Mail programs show a button for these two, and press it for her: one click, no page (RFC 2369, RFC 8058)."""
    if letter != UPDATE:
        return {}
    return {
        "List-Unsubscribe": f"<{context['unsubscribe_url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def expected_subject(petition: Petition, demand: PetitionEdition) -> str:
    """The subject to look for after signing, in the language of the moment."""
    return _subject(CONFIRM, {"demand": demand, "petition": petition})


def sender_of(petition: Petition) -> tuple[str, str]:
    """Name and address that mails come from: neutral ones where the mail itself may endanger who gets it."""
    if petition.is_high_risk:
        return settings.NEUTRAL_NAME, settings.NEUTRAL_FROM_EMAIL
    return settings.ORGANISATION_NAME, settings.DEFAULT_FROM_EMAIL


def _folder(petition: Petition) -> str:
    """Where the words are: mails of a high-risk petition name neither cause nor organisation, in no part of them."""
    return "mail/neutral" if petition.is_high_risk else "mail"


def _subject(letter: str, context: dict[str, Any]) -> str:
    return " ".join(render_to_string(f"{_folder(context['petition'])}/{letter}.subject.txt", context).split())


def _context(signatory: Signatory, expires_at: datetime) -> dict[str, Any]:
    petition = signatory.petition
    return {
        "petition": petition,
        "demand": signatory.edition,
        "link": settings.SITE_URL + reverse("own-page", args=[NO_TOKEN]),
        "petition_url": settings.SITE_URL + reverse("petition", args=[petition.slug]),
        "expires_at": expires_at,
        "neutral_name": settings.NEUTRAL_NAME,
        "site_url": settings.SITE_URL,
        "organisation_name": settings.ORGANISATION_NAME,
        "organisation_contact": settings.ORGANISATION_CONTACT,
    }


def _of_news(mail: OutgoingMail) -> dict[str, object]:
    news = cast(Update, mail.news)  # letter_for saw to it
    return {
        "news": news,
        "news_html": html_for_mail(news.body_html),
        "unsubscribe_url": settings.SITE_URL + reverse("unsubscribe", args=[NO_TICKET]),
        "updates_url": settings.SITE_URL + reverse("updates", args=[cast(Signatory, mail.signatory).petition.slug]),
    }
