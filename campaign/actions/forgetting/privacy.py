"""Forgetting: what is erased when, without anybody asking. Each rule is a set of rows and what is done to them."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaign.models import (
    AccessRecord,
    MailGate,
    OutgoingMail,
    Petition,
    PublicVersion,
    Receipt,
    Signatory,
    SpentProof,
)
from campaign.models.petition import CLOSED
from campaign.models.signatory import EXPIRED, REJECTED, WITHDRAWN

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
    return Signatory.objects.pending().filter(petition__in=_closed(closed_at__lt=long_closed)).order_by("pk")


def _old_network_tags() -> QuerySet[Signatory]:
    return Signatory.objects.tagged().made_before(timezone.now() - settings.NETWORK_TAG_LIFETIME)


def _old_links() -> QuerySet[Signatory]:
    old = timezone.now() - settings.TOKEN_HASH_LIFETIME
    ended = Signatory.objects.filter(state__in=[WITHDRAWN, EXPIRED, REJECTED], token_hash__isnull=False)
    return ended.filter(erased_at__lt=old)


def _rejected_of_closed() -> QuerySet[Signatory]:
    return Signatory.objects.unerased().filter(state=REJECTED, petition__in=_closed()).order_by("-pk")


def _closed(**when: Any) -> list[int]:
    """The petitions first: in a join they made PostgreSQL read every signatory, though there is hardly ever one.

    And the signatories in the order of their index, lest it hopes to meet some early as they lie.
    """
    return list(Petition.objects.filter(state=CLOSED, **when).values_list("pk", flat=True))


def _past_public_date() -> QuerySet[Signatory]:
    due = list(Petition.objects.due_to_forget().values_list("pk", flat=True))
    return Signatory.objects.filter(petition__in=due, email_digest__isnull=False)


def _old_mails() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(finished_at__lt=timezone.now() - settings.FINISHED_MAIL_LIFETIME)


def _old_gates() -> QuerySet[MailGate]:
    now = timezone.now()
    refusal_is_over = Q(refused_at__isnull=True) | Q(refused_at__lt=now - settings.NOT_ME_LIFETIME)
    return MailGate.objects.filter(refusal_is_over, used_at__lt=now - settings.MAIL_GATE_LIFETIME)


def _old_proofs() -> QuerySet[SpentProof]:
    return SpentProof.objects.issued_before(timezone.now() - settings.PROOF_LIFETIME)


def _old_access_records() -> QuerySet[AccessRecord]:
    # The database lets no younger one go: its trigger counts the same three years.
    return AccessRecord.objects.filter(created_at__lt=timezone.now() - settings.ACCESS_RECORD_LIFETIME)


@transaction.atomic
def expire(rows: Any) -> int:
    """Erase those of the rows that nobody has confirmed, and drop what is owed to them; how many."""
    _drop_mails(rows)
    return int(rows.erase("expire"))


@transaction.atomic
def _erase(rows: Any) -> int:
    """Erase the person and keep the row, in whatever state it is."""
    _drop_mails(rows)
    return int(rows.erase_in_place())


@transaction.atomic
def _erase_for_good(rows: Any) -> int:
    """Erase the persons, their links too; the unconfirmed expire, there being nothing left to confirm."""
    rows.update(token_hash=None)
    return expire(rows) + _erase(rows)


def _drop_mails(rows: Any) -> None:
    """What is still owed to them holds their addresses, and could not be written any more."""
    OutgoingMail.objects.owed().filter(signatory__in=rows).drop()


RULES = (
    Rule("unconfirmed for too long", _unconfirmed, expire),
    Rule("unconfirmed, petition closed", _unconfirmed_of_closed, expire),
    Rule("network tags", _old_network_tags, lambda rows: rows.update(network_tag=None)),
    Rule("links of ended signatures", _old_links, lambda rows: rows.update(token_hash=None)),
    Rule("rejected, petition closed", _rejected_of_closed, _erase),
    Rule("past the petition's public date", _past_public_date, _erase_for_good),
    Rule("mails long finished", _old_mails, lambda rows: rows.delete()[0]),
    Rule("receipts", Receipt.objects.outlived, lambda rows: rows.delete()[0]),
    Rule("proofs of work", _old_proofs, lambda rows: rows.delete()[0]),
    Rule("access records", _old_access_records, lambda rows: rows.delete()[0]),
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
