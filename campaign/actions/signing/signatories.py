"""What a signatory can do: sign, ask for her link, confirm, change, withdraw, say "this was not me"."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from campaign.actions.admitting.prices import FREE, Admission
from campaign.actions.signing import envelopes, statements
from campaign.actions.signing.addresses import Address, parse_address
from campaign.actions.signing.domains import domain_class
from campaign.actions.signing.envelopes import email_digest, open_identity
from campaign.models import MailGate, OutgoingMail, Petition, PetitionEdition, Signatory
from campaign.models.mail import WAITING
from campaign.models.signatory import STANDING
from campaign.models.signatory_rules import UNSHOWN

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


class NotOfferedError(ValueError):
    """A visibility that the petition does not offer; the forms ask for no such."""


def sign(petition: Petition, edition: PetitionEdition, *, words: Words, admission: Admission = FREE) -> None:
    """Store a signature to be confirmed, or note a further form on the one that stands; owe a mail either way.

    The same statements run whoever signs. Raises AddressUnusableError, NotOfferedError, NotOpenError, or the
    database's errors.
    """
    _refuse_to_show(petition, words.visibility)
    address = parse_address(words.email)
    digest = envelopes.email_digest(petition, address)
    row = Signatory(
        petition=petition,
        edition=edition,
        visibility=words.visibility,
        country=words.country,
        wants_updates=words.wants_updates,
        email_digest=digest,
        # Without it each further form counts as other words, and whoever confirms types the name anew.
        words_digest=envelopes.words_digest(petition, digest, words.name) if petition.keeps_words_digest else None,
        domain_class=domain_class(address),
    )
    mailbox = envelopes.seal_mailbox(petition, digest, address)
    row.mailbox = mailbox if words.wants_updates else None
    if words.visibility != COUNTED:
        row.identity, row.stub = envelopes.seal_identity(petition, digest, words.name)
    row.commitment = envelopes.commit(row.stub, envelopes.clear_words(edition, row.country, row.signed_at))
    row.gate_link = envelopes.wrap_gate(row.pk, envelopes.gate_digest(address))
    _store(row, mailbox, admission)


def _refuse_to_show(petition: Petition, visibility: str) -> None:
    if visibility not in petition.visibilities:
        raise NotOfferedError(visibility)


def sign_again(expired: Signatory, *, email: str | Address, admission: Admission = FREE) -> None:
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
        domain_class=domain_class(address),
    )
    row.gate_link = envelopes.wrap_gate(row.pk, envelopes.gate_digest(address))
    _store(row, envelopes.seal_mailbox(petition, digest, address), admission)


def _store(row: Signatory, mailbox: bytes, admission: Admission) -> None:
    """Insert the row, or note a further form on the one that stands for its mailbox; queue the mail."""
    row.network_tag = admission.network_tag
    mail = _owed_mail(OutgoingMail.Kind.FORM, mailbox, admission)
    if row.edition.is_signed:
        statements.store(row, mail, admission.proof)
        return
    with transaction.atomic():
        statements.store(row, mail, admission.proof)
        PetitionEdition.objects.filter(pk=row.edition_id, first_signed_at=None).update(first_signed_at=timezone.now())


def _owed_mail(kind: str, mailbox: bytes, admission: Admission) -> OutgoingMail:
    mail = OutgoingMail(kind=kind, mailbox=mailbox)
    if admission.waits:
        mail.state, mail.network_tag = WAITING, admission.network_tag
    return mail


@transaction.atomic
def ask_for_link(petition: Petition, *, email: str | Address, admission: Admission = FREE) -> None:
    """Owe a mail with the link to whoever signed with this address; a row that leads to nothing if nobody did.

    Raises AddressUnusableError.
    """
    address = parse_address(email)
    digest = envelopes.email_digest(petition, address)
    standing = Signatory.objects.filter(petition=petition, email_digest=digest).values_list("pk", flat=True).first()
    mail = _owed_mail(OutgoingMail.Kind.LINK, envelopes.seal_mailbox(petition, digest, address), admission)
    mail.signatory_id = standing
    mail.save(force_insert=True)


def needs_name(signatory: Signatory, visibility: str) -> bool:
    """Whether the name must be typed (again) for this row to stand with this visibility.

    It must when none is held, and when a further form came in with other words: nobody confirms a stranger's.
    """
    return visibility != COUNTED and not signatory.is_name_standing


def confirm(signatory: Signatory, *, choices: Choices) -> bool:
    """Make a pending signature count. Whether this call did it; a repeat changes nothing. Raises NotOfferedError."""
    if not signatory.petition.is_high_risk:
        return _confirm(signatory, choices)
    with transaction.atomic():
        is_done = _confirm(signatory, choices)
        if is_done:  # mails that wait for their turn hold the address, and nobody needs them any more
            OutgoingMail.objects.owed().filter(signatory_id=signatory.pk).drop()
        return is_done


def _confirm(signatory: Signatory, choices: Choices) -> bool:
    values = _chosen(signatory, choices)
    # A form with other words may have come in since the page was shown: then the name must be asked.
    keeps_name = choices.visibility != COUNTED and not choices.name
    return statements.move(
        signatory, "confirm", with_name_standing=keeps_name, words_digest=None, words_differ=False, **values
    )


# What is changed beside a name puts no refused one back; what was approved is looked at anew, for it may show more now.
_STILL_REFUSED = Case(When(name_state=Signatory.NameState.REFUSED, then=F("name_state")), default=Value(""))


@transaction.atomic
def change(signatory: Signatory, *, choices: Choices) -> bool:
    """Change what a confirmed signature shows and says. Whether it still stood to be changed."""
    # As it was seen: of two changes at once one is made, lest a name of the one stand with a commitment of the other.
    rows = Signatory.objects.confirmed().filter(pk=signatory.pk, commitment=signatory.commitment)
    if choices.visibility != COUNTED and not choices.name:
        rows = rows.with_name_standing()
    if choices.wants_updates and not choices.email:
        rows = rows.filter(wants_updates=True)  # else no mailbox is kept to send them to
    values = _chosen(signatory, choices)
    if values["commitment"] != signatory.commitment:
        values["amended_at"] = timezone.now()
    statements.show_link(signatory)
    return bool(rows.update(**UNSHOWN, name_state="" if choices.name else _STILL_REFUSED, **values))


def _chosen(signatory: Signatory, choices: Choices) -> dict[str, Any]:
    """The columns that the choices set; envelopes only where they change. Raises NotOfferedError."""
    _refuse_to_show(signatory.petition, choices.visibility)
    values: dict[str, Any] = {"country": choices.country, "visibility": choices.visibility}
    digest = bytes(signatory.email_digest or b"")
    if choices.visibility == COUNTED:
        values |= {"identity": None, "stub": None}
    elif choices.name:
        values["identity"], values["stub"] = envelopes.seal_identity(signatory.petition, digest, choices.name)
    values["commitment"] = _commitment(signatory, choices, values.get("stub", signatory.stub))
    values["wants_updates"] = choices.wants_updates
    if not choices.wants_updates:
        values["mailbox"] = None
    elif choices.email:
        values["mailbox"] = envelopes.seal_mailbox(signatory.petition, digest, parse_address(choices.email))
    return values


def _commitment(signatory: Signatory, choices: Choices, stub: bytes | memoryview | None) -> bytes:
    """What the log will say of these choices; the same as before where they change nothing of it."""
    if choices.visibility == signatory.visibility == COUNTED and signatory.commitment is not None:
        return bytes(signatory.commitment)
    return envelopes.commit(stub, envelopes.clear_words(signatory.edition, choices.country, signatory.signed_at))


def is_mailbox_of(signatory: Signatory, email: str | Address) -> bool:
    """Whether an address is the one this signatory signed with. Raises AddressUnusableError."""
    return envelopes.email_digest(signatory.petition, email) == bytes(signatory.email_digest or b"")


@transaction.atomic
def withdraw(signatory: Signatory) -> bool:
    """End the signature and erase the person at once. Whether this call did it."""
    rows = Signatory.objects.filter(pk=signatory.pk)
    OutgoingMail.objects.owed().filter(signatory_id=signatory.pk).drop()
    statements.show_link(signatory)
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
