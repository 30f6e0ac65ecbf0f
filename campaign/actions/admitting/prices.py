"""The table of prices: what is measured of each network, how much of it is free, when it costs more, and when it waits.

Limits raise the price, they do not block: whoever is over them works longer, and then waits in the slow lane. What is
counted is a network's, per hour (`networks.count`); with RATE_LIMITS off and while the cache is away, nothing is.
`meta` is what the server says of a request (PEP 3333).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

from django.conf import settings

from campaign.actions.admitting.networks import count, tag_of
from campaign.actions.admitting.proofs import Challenge, new_challenge, read_proof

FIRST_WORK = 200_000  # hashes at most: a second or two on an old phone, while the form is being filled in
DOUBLINGS = 4  # between `free` and `dearer`


@dataclass(frozen=True)
class Price:
    """One control. Up to `free` it costs nothing more, up to `dearer` more work, and beyond that the mail waits."""

    measured: str
    free: int
    dearer: int

    def work(self, number: int) -> int:
        """Hashes at most, for the `number`th of the hour; 0 beyond `dearer`."""
        if self.waits(number):
            return 0
        if number <= self.free:
            return FIRST_WORK
        return FIRST_WORK << ceil(DOUBLINGS * (number - self.free) / (self.dearer - self.free))

    def waits(self, number: int) -> bool:
        """Whether the `number`th of the hour takes the slow lane."""
        return number > self.dearer


CHALLENGE = Price("challenges", free=100, dearer=500)
FORM = Price("forms", free=60, dearer=60)
LINK = Price("links", free=10, dearer=10)
PRICES = (CHALLENGE, FORM, LINK)


@dataclass(frozen=True)
class Admission:
    """On which terms something comes in: from which network, and whether its mail waits in the slow lane.

    A proof that nobody has spent yet spares the wait; the statement that signs finds out.
    """

    network_tag: bytes | None = None
    waits: bool = False
    proof: UUID | None = None


FREE = Admission()


def give_challenge(slug: str, *, meta: Mapping[str, Any]) -> Challenge | None:
    """The work to do for one form; more for a network that has taken many. None beyond that: its forms wait."""
    work = CHALLENGE.work(count(CHALLENGE.measured, tag_of(meta)))
    return new_challenge(slug, work) if work else None


def admit_form(slug: str, *, meta: Mapping[str, Any], proof: str) -> Admission:
    """Terms for a form: a good proof pays, else it waits. Where no proof is asked for, only many wait."""
    tag = tag_of(meta)
    if not settings.PROOF_OF_WORK:
        return Admission(tag, FORM.waits(count(FORM.measured, tag)))
    return Admission(tag, waits=True, proof=read_proof(proof, slug))


def admit_link(*, meta: Mapping[str, Any]) -> Admission:
    """Terms for asking for one's link, which needs no work: only many wait."""
    tag = tag_of(meta)
    return Admission(tag, LINK.waits(count(LINK.measured, tag)))
