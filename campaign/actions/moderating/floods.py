"""A flood, told by what its signatures have in common: looked at before anything is decided, gone through in slices.

Same name: no digest of a name is kept that names could be looked up by. The sealed names of the other signatures that
fit are opened and compared with one of them, by a process that holds the key, and forgotten.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from campaign.actions.moderating.hints import same_name
from campaign.actions.signing.envelopes import open_identity
from campaign.actions.staff.access import OPEN_SIGNATORY, RefusedError, record, require
from campaign.crypto import SealBrokenError
from campaign.models import AccessRecord, Signatory
from campaign.models.base import first_uuid7_at
from campaign.models.signatory import CONFIRMED, PENDING, SignatoryQuerySet

LOOKS_THROUGH = 100_000  # signatures that a preview looks through
COMPARES = 2_000  # sealed names that a preview opens
SAMPLE = 10
WINDOW = 1_000  # signatures that one slice of the work goes through
TAGS_LOOKED_THROUGH, TAGS_SHOWN = 20_000, 20
NOT_SAID = "-"  # the country of those who said none
_SHOWN = ("petition", "country", "visibility", "domain_class", "network_tag", "signed_at")
_COMPARED = (*_SHOWN, "identity", "email_digest")


@dataclass(frozen=True)
class Condition:
    """Which signatures: those made between two times that have all that is given here in common."""

    petition_id: int
    signed_from: str  # ISO 8601, included
    signed_until: str  # excluded
    state: str = CONFIRMED  # or PENDING: never confirmed
    country: str = ""  # a code, or NOT_SAID
    domain_class: str = ""
    network_tag: str = ""  # in hex
    same_name_as: str = ""  # the key of a signature

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def keys(self) -> tuple[UUID, UUID]:
        """The first key, and the first one beyond: keys are time-ordered."""
        first, end = map(datetime.fromisoformat, (self.signed_from, self.signed_until))
        return first_uuid7_at(first), first_uuid7_at(end)

    @property
    def is_narrow(self) -> bool:
        """Whether it says more than a petition and a time."""
        return bool(self.country or self.domain_class or self.network_tag or self.same_name_as)

    def forgotten(self) -> "Condition":
        """What may stay once it is done: no network, and no person."""
        return replace(self, network_tag=self.network_tag and NOT_SAID, same_name_as=self.same_name_as and NOT_SAID)


@dataclass(frozen=True)
class Preview:
    """How many a decision would be about, and some of them; `is_whole` unless there was too much to look through."""

    number: int
    is_whole: bool
    sample: list[Signatory]


class ExampleGoneError(Exception):
    """The signature whose name the others are compared with is erased, or does not open."""


# --- Looking -------------------------------------------------------------------------------------------------------
@transaction.atomic
def look(condition: Condition, *, by: User, purpose: str) -> Preview:
    """What a decision would be about; changes nothing. Comparing names leaves an access record.

    Raises PermissionDenied, RefusedError.
    """
    candidates = _candidates(condition)
    beyond = list(candidates.order_by("pk").values_list("pk", flat=True)[LOOKS_THROUGH : LOOKS_THROUGH + 1])
    fitting = _fitting(candidates.filter(pk__lt=beyond[0]) if beyond else candidates, condition)
    if condition.same_name_as:
        return _compare(condition, fitting, by=by, purpose=purpose)
    sample = list(fitting.only(*_SHOWN).order_by("-pk")[:SAMPLE])
    return Preview(fitting.count(), not beyond, sample)


def _compare(condition: Condition, fitting: SignatoryQuerySet, *, by: User, purpose: str) -> Preview:
    record_comparison(condition, by=by, purpose=purpose)
    rows = list(fitting.only(*_COMPARED).order_by("-pk")[: COMPARES + 1])
    try:
        same = _with_name_of(condition, rows[:COMPARES])
    except ExampleGoneError as error:
        raise RefusedError(_("The name of that signature does not open here: choose another one.")) from error
    return Preview(len(same), len(rows) <= COMPARES, same[:SAMPLE])


def record_comparison(condition: Condition, *, by: User, purpose: str) -> None:
    """Names are opened for it, though nobody sees them. Raises PermissionDenied, RefusedError."""
    require(by, OPEN_SIGNATORY)
    about = {"petition_id": condition.petition_id, "signatory_id": UUID(condition.same_name_as)}
    record(AccessRecord.Act.COMPARED, by=by, purpose=purpose, **about)


def busiest_networks() -> list[tuple[str, int]]:
    """The tags that come most often among the newest signatures, in hex, and how often; for staff to choose from."""
    newest = Signatory.objects.tagged().order_by("-pk").values("pk")[:TAGS_LOOKED_THROUGH]
    tagged = Signatory.objects.filter(pk__in=newest).order_by().values_list("network_tag")
    counted = tagged.annotate(number=Count("pk")).filter(number__gt=1).order_by("-number")[:TAGS_SHOWN]
    return [(bytes(tag).hex(), number) for tag, number in counted]


# --- Going through -------------------------------------------------------------------------------------------------
def next_fitting(condition: Condition, after: str) -> tuple[list[UUID], list[UUID]]:
    """The next WINDOW keys after a cursor, and those of them that fit. Raises ExampleGoneError."""
    candidates = _candidates(condition).filter(pk__gt=UUID(after)) if after else _candidates(condition)
    keys = list(candidates.order_by("pk").values_list("pk", flat=True)[:WINDOW])
    fitting = _fitting(Signatory.objects.filter(pk__in=keys), condition)
    if not condition.same_name_as:
        return keys, list(fitting.values_list("pk", flat=True))
    return keys, [row.pk for row in _with_name_of(condition, fitting.only(*_COMPARED))]


def _candidates(condition: Condition) -> SignatoryQuerySet:
    """What is gone through: a range of keys; of the unconfirmed, which have an index of their own, only those."""
    first, end = condition.keys
    rows = Signatory.objects.filter(pk__gte=first, pk__lt=end)
    return rows.pending() if condition.state == PENDING else rows


def _fitting(rows: SignatoryQuerySet, condition: Condition) -> SignatoryQuerySet:
    """What fits but for the name."""
    # The sum hides the petition from the planner, which else reads the whole index of a petition, a million entries, to
    # narrow down a range of keys that is narrow already.
    rows = rows.alias(of=F("petition_id") + 0).filter(of=condition.petition_id).unerased().filter(state=condition.state)
    if condition.country:
        rows = rows.filter(country="" if condition.country == NOT_SAID else condition.country)
    if condition.domain_class:
        rows = rows.filter(domain_class=condition.domain_class)
    if condition.network_tag:
        rows = rows.filter(network_tag=bytes.fromhex(condition.network_tag))
    return rows.filter(identity__isnull=False) if condition.same_name_as else rows


def _with_name_of(condition: Condition, rows: Iterable[Signatory]) -> list[Signatory]:
    example = Signatory.objects.only(*_COMPARED).filter(pk=condition.same_name_as).first()
    wanted = _name_of(example) if example else ""
    if not wanted:
        raise ExampleGoneError
    return [row for row in rows if _name_of(row) == wanted]


def _name_of(row: Signatory) -> str:
    """The name without what differs between spellings; empty where it does not open."""
    try:
        return same_name(str(open_identity(row)["name"]))
    except (SealBrokenError, KeyError):
        return ""
