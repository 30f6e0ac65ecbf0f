"""Forgetting: what is erased when, without anybody asking. Each rule is a set of rows and what is done to them."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaign.models import MailGate, OutgoingMail, Petition, PublicVersion, Signatory
from campaign.models.petition import CLOSED
from campaign.models.signatory import ERASED, EXPIRED, REJECTED, WITHDRAWN

SLICE = 1_000  # rows a statement takes, so that none holds its locks for long


@dataclass(frozen=True)
class Rule:
    """What is over (a query, made when asked), and what is done to a slice of it (returns how many rows)."""

    name: str
    over: Callable[[], QuerySet[Any]]
    forget: Callable[[Any], int]


def _unconfirmed() -> QuerySet[Signatory]:
    return Signatory.objects.pending().made_before(timezone.now() - settings.PENDING_LIFETIME)


def _unconfirmed_of_closed() -> QuerySet[Signatory]:
    long_closed = timezone.now() - settings.CONFIRM_AFTER_CLOSING
    return Signatory.objects.pending().filter(petition__state=CLOSED, petition__closed_at__lt=long_closed)


def _old_links() -> QuerySet[Signatory]:
    old = timezone.now() - settings.TOKEN_HASH_LIFETIME
    return Signatory.objects.filter(state__in=[WITHDRAWN, EXPIRED], ended_at__lt=old, token_hash__isnull=False)


def _rejected_of_closed() -> QuerySet[Signatory]:
    return Signatory.objects.filter(state=REJECTED, petition__state=CLOSED, erased_at__isnull=True)


def _past_public_date() -> QuerySet[Signatory]:
    # The petitions first: as a subquery they made PostgreSQL read every signatory, though there is hardly ever one.
    due = list(Petition.objects.due_to_forget().values_list("pk", flat=True))
    return Signatory.objects.filter(petition__in=due, email_digest__isnull=False)


def _old_mails() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(finished_at__lt=timezone.now() - settings.FINISHED_MAIL_LIFETIME)


def _old_gates() -> QuerySet[MailGate]:
    now = timezone.now()
    refusal_is_over = Q(refused_at__isnull=True) | Q(refused_at__lt=now - settings.NOT_ME_LIFETIME)
    return MailGate.objects.filter(refusal_is_over, used_at__lt=now - settings.MAIL_GATE_LIFETIME)


def _erase(rows: Any) -> int:
    """Erase the person and keep the row, in whatever state it is."""
    return int(rows.filter(erased_at__isnull=True).update(**ERASED, erased_at=timezone.now()))


@transaction.atomic
def _erase_for_good(rows: Any) -> int:
    """Erase the persons, their links too; the unconfirmed expire, there being nothing left to confirm."""
    rows.update(token_hash=None)
    return int(rows.erase("expire")) + _erase(rows)


RULES = (
    Rule("unconfirmed for too long", _unconfirmed, lambda rows: rows.erase("expire")),
    Rule("unconfirmed, petition closed", _unconfirmed_of_closed, lambda rows: rows.erase("expire")),
    Rule("links of ended signatures", _old_links, lambda rows: rows.update(token_hash=None)),
    Rule("rejected, petition closed", _rejected_of_closed, _erase),
    Rule("past the petition's public date", _past_public_date, _erase_for_good),
    Rule("mails long finished", _old_mails, lambda rows: rows.delete()[0]),
    Rule("addresses not mailed for long", _old_gates, lambda rows: rows.delete()[0]),
)


def expire_signatories() -> int:
    """Expire what nobody confirmed in time: all is erased but the link's hash. How many, within one tick."""
    expired = sum(_apply(rule, monotonic() + settings.TICK_SECONDS) for rule in RULES[:2])
    scrub_journal()
    return expired


def forget_what_is_over() -> dict[str, int]:
    """Apply every rule for about one tick: how many rows each took."""
    ends_at = monotonic() + settings.TICK_SECONDS
    taken = {rule.name: _apply(rule, ends_at) for rule in RULES}
    _seal_off_petitions()
    scrub_journal()
    return taken


def count_what_is_over() -> dict[str, int]:
    """How many rows each rule would take now; changes nothing."""
    return {rule.name: rule.over().count() for rule in RULES}


def _apply(rule: Rule, ends_at: float) -> int:
    taken = 0
    while ids := list(rule.over().values_list("pk", flat=True)[:SLICE]):
        taken += rule.forget(rule.over().model._default_manager.filter(pk__in=ids))
        if monotonic() > ends_at:
            break
    return taken


def _seal_off_petitions() -> None:
    """Once nobody of a petition is left, its salt goes: no address can be tested against its rows any more."""
    now = timezone.now()
    for petition in Petition.objects.due_to_forget():
        if _past_public_date().filter(petition=petition).exists():
            continue
        closed_at = petition.closed_at or now
        done = {"digest_salt": None, "destroyed_at": now, "state": CLOSED, "closed_at": closed_at}
        Petition.objects.filter(pk=petition.pk).update(**done)
        PublicVersion.bump()


def scrub_journal() -> None:
    """On SQLite, empty the write-ahead log: its old pages still hold what was erased. Never waits for readers."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=0")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA busy_timeout=20000")
