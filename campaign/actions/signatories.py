"""What a signatory can do: sign, ask for her link, confirm, change, withdraw, say "this was not me"."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaign.actions import envelopes
from campaign.actions.addresses import Address, parse_address
from campaign.actions.envelopes import email_digest, open_identity
from campaign.actions.statements import store
from campaign.models import MailGate, OutgoingMail, Petition, PetitionEdition, Signatory
from campaign.models.signatory import STANDING

__all__ = ["Choices", "Words", "change", "confirm", "email_digest", "open_identity", "refuse", "sign", "withdraw"]
COUNTED = Signatory.Visibility.COUNTED


@dataclass(frozen=True)
class Words:
    """What somebody put into the form, cleaned."""

    name: str
    email: str | Address
    country: str
    visibility: str
    wants_updates: bool = False


@dataclass(frozen=True)
class Choices:
    """What a signatory chooses on her own page. `name` and `email` stay empty where they need not change."""

    country: str
    visibility: str
    wants_updates: bool
    name: str = ""
    email: str | Address = ""


def sign(petition: Petition, edition: PetitionEdition, *, words: Words) -> None:
    """Store a signature to be confirmed, or note a further form on the one that stands; owe a mail either way.

    The same statements run whoever signs. Raises AddressUnusableError, NotOpenError, or the database's errors.
    """
    address = parse_address(words.email)
    digest = envelopes.email_digest(petition, address)
    row = Signatory(
        petition=petition,
        edition=edition,
        visibility=words.visibility,
        country=words.country,
        wants_updates=words.wants_updates,
        email_digest=digest,
        words_digest=envelopes.words_digest(petition, digest, words.name),
    )
    mailbox = envelopes.seal_mailbox(petition, digest, address)
    row.mailbox = mailbox if words.wants_updates else None
    row.identity = None if words.visibility == COUNTED else envelopes.seal_identity(petition, digest, words.name)
    row.gate_link = envelopes.wrap_gate(row.pk, envelopes.gate_digest(address))
    _store(row, mailbox)


def sign_again(expired: Signatory, *, email: str | Address) -> None:
    """After expiry everything is erased but the link: take the address anew; the name is asked when confirming."""
    petition, edition = expired.petition, expired.edition
    current = petition.edition_in(edition.language) or edition
    address = parse_address(email)
    digest = envelopes.email_digest(petition, address)
    row = Signatory(
        petition=petition,
        edition=current,
        visibility=petition.default_visibility,
        email_digest=digest,
        words_differ=True,
    )
    row.gate_link = envelopes.wrap_gate(row.pk, envelopes.gate_digest(address))
    _store(row, envelopes.seal_mailbox(petition, digest, address))


def _store(row: Signatory, mailbox: bytes) -> None:
    """Insert the row, or note a further form on the one that stands for its mailbox; queue the mail."""
    mail = OutgoingMail(kind=OutgoingMail.Kind.FORM, mailbox=mailbox)
    if row.edition.is_signed:
        store(row, mail)
        return
    with transaction.atomic():
        store(row, mail)
        PetitionEdition.objects.filter(pk=row.edition_id, first_signed_at=None).update(first_signed_at=timezone.now())


@transaction.atomic
def ask_for_link(petition: Petition, *, email: str | Address) -> None:
    """Owe a mail with the link to whoever signed with this address; a row that leads to nothing if nobody did.

    Raises AddressUnusableError.
    """
    address = parse_address(email)
    digest = envelopes.email_digest(petition, address)
    standing = Signatory.objects.filter(petition=petition, email_digest=digest).values_list("pk", flat=True).first()
    mailbox = envelopes.seal_mailbox(petition, digest, address)
    OutgoingMail.objects.create(kind=OutgoingMail.Kind.LINK, signatory_id=standing, mailbox=mailbox)


def needs_name(signatory: Signatory, visibility: str) -> bool:
    """Whether the name must be typed (again) for this row to stand with this visibility.

    It must when none is held, and when a further form came in with other words: nobody confirms a stranger's.
    """
    return visibility != COUNTED and not signatory.is_name_standing


def confirm(signatory: Signatory, *, choices: Choices) -> bool:
    """Make a pending signature count. Whether this call did it; a repeat changes nothing."""
    values = _chosen(signatory, choices)
    rows = Signatory.objects.filter(pk=signatory.pk)
    if choices.visibility != COUNTED and not choices.name:
        # A form with other words may have come in since the page was shown: then the name must be asked.
        rows = rows.with_name_standing()
    return bool(rows.move("confirm", words_digest=None, words_differ=False, **values))


def change(signatory: Signatory, *, choices: Choices) -> bool:
    """Change what a confirmed signature shows and says. Whether it still stood to be changed."""
    rows = Signatory.objects.confirmed().filter(pk=signatory.pk)
    if choices.visibility != COUNTED and not choices.name:
        rows = rows.with_name_standing()
    if choices.wants_updates and not choices.email:
        rows = rows.filter(wants_updates=True)  # else no mailbox is kept to send them to
    return bool(rows.update(public_name=None, **_chosen(signatory, choices)))


def _chosen(signatory: Signatory, choices: Choices) -> dict[str, Any]:
    """The columns that the choices set; envelopes only where they change."""
    values: dict[str, Any] = {"country": choices.country, "visibility": choices.visibility}
    digest = bytes(signatory.email_digest or b"")
    if choices.visibility == COUNTED:
        values["identity"] = None
    elif choices.name:
        values["identity"] = envelopes.seal_identity(signatory.petition, digest, choices.name)
    values["wants_updates"] = choices.wants_updates
    if not choices.wants_updates:
        values["mailbox"] = None
    elif choices.email:
        values["mailbox"] = envelopes.seal_mailbox(signatory.petition, digest, parse_address(choices.email))
    return values


def what_is_held(signatory: Signatory) -> dict[str, Any]:
    """All that is kept of a signatory, as far as the public process may know; times in ISO 8601, UTC."""
    times = ("signed_at", "confirmed_at", "ended_at", "erased_at")
    clear = ("state", "visibility", "country", "wants_updates", "public_name")
    sealed = {
        "full name, sealed so that this site cannot read it back": signatory.is_name_standing
        and not signatory.erased_at,
        "e-mail address, sealed so that this site cannot read it back": signatory.wants_updates,
        "digest of the e-mail address": signatory.email_digest is not None,
        "digest of this page's link": signatory.token_hash is not None,
    }
    return {
        "petition": signatory.petition.slug,
        "language": signatory.edition.language,
        "version": signatory.edition.version,
        **{name: getattr(signatory, name) for name in (*clear, *times)},
        "kept, but not readable here": [what for what, is_kept in sealed.items() if is_kept],
        "erased by": signatory.petition.destroy_on,
    }


def is_mailbox_of(signatory: Signatory, email: str | Address) -> bool:
    """Whether an address is the one this signatory signed with. Raises AddressUnusableError."""
    return envelopes.email_digest(signatory.petition, email) == bytes(signatory.email_digest or b"")


@transaction.atomic
def withdraw(signatory: Signatory) -> bool:
    """End the signature and erase the person at once. Whether this call did it."""
    rows = Signatory.objects.filter(pk=signatory.pk)
    OutgoingMail.objects.owed().filter(signatory_id=signatory.pk).drop()
    return bool(rows.erase("withdraw"))


@transaction.atomic
def refuse(signatory: Signatory) -> bool:
    """Say that this was not me: withdraw, and send that address nothing for a year, whoever types it."""
    gate = envelopes.unwrap_gate(signatory) if signatory.state in STANDING else None
    if gate is not None:
        refused = MailGate(digest=gate, refused_at=timezone.now())
        # One statement that reads nothing: the public process may not see when an address was mailed.
        MailGate.objects.bulk_create(
            [refused], update_conflicts=True, unique_fields=["digest"], update_fields=["refused_at"]
        )
    return withdraw(signatory)
