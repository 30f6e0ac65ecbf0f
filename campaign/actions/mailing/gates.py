"""The gate before each address: how often it may be mailed, over the whole site, and whether at all."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaign.models import MailGate, OutgoingMail

PASS, SKIP, WAIT = "pass", "skip", "wait"
_NOTED = ["form_at", "form_mail", "link_at", "link_mail", "unconfirmed_mails", "used_at"]
_TRIES = 5


@dataclass(frozen=True)
class Asking:
    """A mail that asks to pass: which gate, of which kind, for whom."""

    mail_id: UUID
    digest: bytes
    kind: str
    signatory_id: UUID
    is_confirmed: bool


@dataclass(frozen=True)
class Answer:
    verdict: str
    due_at: datetime | None = None


def ask(asking: Iterable[Asking]) -> dict[UUID, Answer]:
    """Answer for each mail whether it passes now, and note in the gate that it did."""
    asking = list(asking)
    for _ in range(_TRIES - 1):
        # Another worker, or a "not me", made one of the gates meanwhile: at the next look it is there.
        with suppress(IntegrityError):
            return _ask(asking)
    return _ask(asking)


@transaction.atomic
def _ask(asking: list[Asking]) -> dict[UUID, Answer]:
    """Gates are locked, then made, in the order of their digests: two workers neither both pass nor block each other.

    Raises IntegrityError when somebody else made a gate that was not there.
    """
    digests = sorted({one.digest for one in asking})
    locked = MailGate.objects.filter(digest__in=digests).order_by("digest").select_for_update()
    standing = {bytes(gate.digest): gate for gate in locked}
    new = {digest: MailGate(digest=digest) for digest in digests if digest not in standing}
    gates = standing | new
    answers = {one.mail_id: _answer(gates[one.digest], one) for one in asking}
    MailGate.objects.bulk_create(new.values())
    # As an upsert of rows that are there and locked: bulk_update would write a CASE per row and field.
    MailGate.objects.bulk_create(
        standing.values(), update_conflicts=True, unique_fields=["digest"], update_fields=_NOTED
    )
    return answers


def _answer(gate: MailGate, one: Asking) -> Answer:
    if gate.is_refused:
        return Answer(SKIP)  # also what passed before it was, and was put off since
    if one.mail_id in (gate.form_mail, gate.link_mail):
        return Answer(PASS)  # it passed before: it was put off, or the worker that had it was killed
    if one.kind == OutgoingMail.Kind.UPDATE:
        return Answer(PASS)  # she asked for it, once for each piece of news; no form makes more of them
    if not one.is_confirmed and gate.unconfirmed_mails >= settings.UNCONFIRMED_MAILS_MAX:
        return Answer(SKIP)
    opens_at = _opens_at(gate, one.kind)
    if opens_at > timezone.now():
        # The link is on its way already: a second copy helps only whoever floods. Another petition's waits its turn.
        return Answer(SKIP) if _has_its_link(gate, one) else Answer(WAIT, opens_at)
    _note(gate, one)
    return Answer(PASS)


def _has_its_link(gate: MailGate, one: Asking) -> bool:
    passed = OutgoingMail.objects.filter(pk__in=[gate.form_mail, gate.link_mail], signatory_id=one.signatory_id)
    return passed.exists()


def _opens_at(gate: MailGate, kind: str) -> datetime:
    never = timezone.now() - timedelta(days=1)
    if kind == OutgoingMail.Kind.FORM:
        return gate.form_at + settings.FORM_MAIL_INTERVAL if gate.form_at else never
    after_any = gate.last_mail_at + settings.LINK_MAIL_AFTER_ANY if gate.last_mail_at else never
    after_link = gate.link_at + settings.LINK_MAIL_INTERVAL if gate.link_at else never
    return max(after_any, after_link)


def _note(gate: MailGate, one: Asking) -> None:
    now = timezone.now()
    if one.kind == OutgoingMail.Kind.FORM:
        gate.form_at, gate.form_mail = now, one.mail_id
    else:
        gate.link_at, gate.link_mail = now, one.mail_id
    gate.used_at = now
    gate.unconfirmed_mails = 0 if one.is_confirmed else gate.unconfirmed_mails + 1
