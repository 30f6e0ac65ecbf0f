"""The daily numbers of a petition: one row a day, taken by the worker.

The public integrity page shows one day a week, rounded: a cell so small that it could be about one person is never
shown as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic

from django.conf import settings
from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone

from campaign.models import Decision, Petition, PublicVersion, ReasonClass, Signatory, Tally
from campaign.models.signatory import EXPIRED, PENDING, REJECTED, WITHDRAWN

STEP = 10  # signatures: numbers are shown in whole steps, so that one more or less moves none
WEEKS_SHOWN = 52
MONDAY = 2  # as Django counts the days of a week
_BY_INDEX = {"pending": PENDING, "withdrawn": WITHDRAWN, "expired": EXPIRED}


@dataclass(frozen=True)
class Numbers:
    """What the page shows of one day. All but `confirmed` are rounded down to STEP: 0 stands for fewer than that."""

    day: date
    confirmed: int
    pending: int
    withdrawn: int
    expired: int
    rejected: int
    rejected_for: list[tuple[str, int]]


def take_tallies() -> int:
    """Take today's numbers of every public petition that has none yet, within one tick; how many. Safe to run twice."""
    today, ends_at = timezone.now().date(), monotonic() + settings.TICK_SECONDS
    lacking = Petition.objects.public().filter(destroyed_at__isnull=True).exclude(tallies__day=today)
    taken = 0
    for petition in lacking.order_by("pk"):
        if taken and monotonic() > ends_at:
            break
        # Another worker may have been faster: then its numbers stand.
        Tally.objects.bulk_create([count_states(petition, today)], ignore_conflicts=True)
        taken += 1
    if taken:
        PublicVersion.bump()
    return taken


def count_states(petition: Petition, day: date) -> Tally:
    """The numbers of this moment, not saved: the confirmed are counted already, small indexes tell the others."""
    rows = Signatory.objects.filter(petition=petition)
    numbers = {name: rows.filter(state=state).count() for name, state in _BY_INDEX.items()}
    return Tally(
        petition=petition, day=day, confirmed=petition.signature_count, rejected=_rejected(petition), **numbers
    )


def _rejected(petition: Petition) -> dict[str, int]:
    """How many stand rejected, by the class of the latest rejection."""
    decisions = Decision.objects.filter(signatory=OuterRef("pk"), act=Decision.Act.REJECT).order_by("-pk")
    rows = Signatory.objects.filter(petition=petition, state=REJECTED)
    classed = rows.annotate(reason_class=Subquery(decisions.values("reason_class")[:1]))
    counted = classed.values_list("reason_class").annotate(number=Count("pk"))
    return {reason_class or ReasonClass.OTHER.value: number for reason_class, number in counted}


def weekly_numbers(petition: Petition) -> Sequence[Numbers]:
    """The Monday of each week, the newest first: a number that moves daily would tell of single persons' days."""
    return list(map(_as_shown, petition.tallies.filter(day__week_day=MONDAY)[:WEEKS_SHOWN]))


def _as_shown(tally: Tally) -> Numbers:
    by_reason = [(str(kind.label), _rounded(tally.rejected.get(kind.value, 0))) for kind in ReasonClass]
    return Numbers(
        day=tally.day,
        confirmed=tally.confirmed,
        pending=_rounded(tally.pending),
        withdrawn=_rounded(tally.withdrawn),
        expired=_rounded(tally.expired),
        rejected=_rounded(sum(tally.rejected.values())),
        rejected_for=by_reason,
    )


def _rounded(number: int) -> int:
    return number // STEP * STEP
