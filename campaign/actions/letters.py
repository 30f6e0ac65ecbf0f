"""What a mail says: decided when it is sent, from the signatory's state then."""

from email.utils import formataddr
from typing import cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from campaign import crypto
from campaign.models import OutgoingMail, Petition, PetitionEdition, Signatory
from campaign.models.signatory import CONFIRMED, PENDING, REJECTED

CONFIRM, STANDING = "confirm", "standing"


def letter_for(mail: OutgoingMail) -> str | None:
    """Which letter a mail is now, or None when there is nothing to say."""
    if mail.signatory is None:
        return None
    state = mail.signatory.state
    if state == PENDING:
        return CONFIRM if mail.signatory.is_confirmable else None
    if state == CONFIRMED or (state == REJECTED and mail.kind == OutgoingMail.Kind.LINK):
        return STANDING
    return None


def compose(mail: OutgoingMail, *, letter: str, address: str) -> EmailMultiAlternatives:
    """The mail in the signatory's language: text and HTML, one link, no word the signatory typed (RFC 3834)."""
    signatory = cast(Signatory, mail.signatory)  # letter_for saw to it, and that a nonce stands
    with override(signatory.language):
        context = _context(signatory, crypto.link_token(settings.LINK_KEY, bytes(signatory.nonce or b"")))
        message = EmailMultiAlternatives(
            subject=_subject(letter, context),
            body=render_to_string(f"mail/{letter}.txt", context),
            from_email=formataddr((settings.ORGANISATION_NAME, settings.DEFAULT_FROM_EMAIL)),
            to=[address],
            headers={
                "Message-ID": mail.message_id,
                "Auto-Submitted": "auto-generated",
                "Content-Language": signatory.language,
            },
        )
        message.attach_alternative(render_to_string(f"mail/{letter}.html", context), "text/html")
    return message


def expected_subject(petition: Petition, demand: PetitionEdition) -> str:
    """The subject to look for after signing, in the language of the moment."""
    return _subject(CONFIRM, {"demand": demand, "petition": petition, "is_high_risk": petition.is_high_risk})


def _subject(letter: str, context: dict[str, object]) -> str:
    return " ".join(render_to_string(f"mail/{letter}.subject.txt", context).split())


def _context(signatory: Signatory, token: str) -> dict[str, object]:
    petition = signatory.petition
    return {
        "petition": petition,
        "demand": signatory.edition,
        "signatory": signatory,
        "link": settings.SITE_URL + reverse("own-page", args=[token]),
        "petition_url": settings.SITE_URL + reverse("petition", args=[petition.slug]),
        "expires_at": signatory.signed_at + settings.PENDING_LIFETIME,
        "is_high_risk": petition.is_high_risk,
        "site_url": settings.SITE_URL,
        "organisation_name": settings.ORGANISATION_NAME,
        "organisation_contact": settings.ORGANISATION_CONTACT,
    }
