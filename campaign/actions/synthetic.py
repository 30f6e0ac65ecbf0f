"""Synthetic signatories, many and fast, for measuring. Their envelopes, digests and links are made by the site's own
code; their names say what they are, so that nobody takes them for people.
"""

import multiprocessing
import os
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from campaign import crypto
from campaign.actions.counting.inserting import insert_many
from campaign.actions.signing import envelopes
from campaign.actions.signing.addresses import Address
from campaign.models import Petition, PetitionEdition, PublicVersion, Signatory
from campaign.models.base import uuid7
from campaign.models.signatory import CONFIRMED, PENDING

BATCH = 5_000  # rows a transaction writes
CONFIRMED_SPAN = timedelta(weeks=4)
PENDING_SPAN = settings.PENDING_LIFETIME - timedelta(days=1)  # so that none expires while it is measured
MINUTES_TO_CONFIRM = 20  # the mean
NAMES = {"en": "Synthetic Signatory", "ko": "가상 서명인", "zh-hans": "虚拟签名者"}
COUNTRIES = ("KR", "KR", "KR", "US", "US", "GB", "DE", "CA", "JP", "FR", "TH", "AU", "CN", "BR", "KE", "")
VISIBILITIES = {"delivered": 55, "initials": 20, "public": 15, "counted": 10}  # percent
WANTING_UPDATES = 0.1
Row = dict[str, Any]
_COLUMNS = tuple(field.attname for field in Signatory._meta.concrete_fields)


class NotForPeopleError(Exception):
    """This petition may take no synthetic signatories. The message says why."""


@dataclass(frozen=True)
class Plan:
    """What one run makes, and which batch of it; in values that another process understands."""

    petition_id: int
    edition_ids: tuple[int, ...]
    is_confirmed: bool
    total: int
    run: str  # makes the addresses of two runs differ
    begins_at: datetime
    ends_at: datetime
    database: str
    first: int = 0
    size: int = BATCH

    def batches(self) -> list["Plan"]:
        firsts = range(0, self.total, BATCH)
        return [replace(self, first=first, size=min(BATCH, self.total - first)) for first in firsts]

    def time_of(self, number: int) -> datetime:
        """When the signatory of this number signed: in the order of the numbers, evenly but for a little chance."""
        share = (number + random.random()) / self.total  # noqa: S311 # nosec B311 # no secret, as all chance here
        return self.begins_at + (self.ends_at - self.begins_at) * share


def make_signatories(petition: Petition, count: int, *, confirmed: bool = False, processes: int = 0) -> Iterator[int]:
    """Write `count` rows: pending as after their mail, or confirmed; the log counts them. Yields each batch's number.

    A batch is one transaction: stopped half-way, what is there is right.
    `processes` is how many seal at once, 0 for one a core. Raises NotForPeopleError.
    """
    plan = _plan(petition, count, confirmed)
    batches = plan.batches()
    processes = min(processes or os.cpu_count() or 1, len(batches))
    PetitionEdition.objects.filter(pk__in=plan.edition_ids, first_signed_at=None).update(first_signed_at=plan.begins_at)
    if processes == 1:
        yield from map(_write, batches)
    else:
        # Spawned: a fork would share our connection to the database.
        with multiprocessing.get_context("spawn").Pool(processes, initializer=django.setup) as pool:
            yield from pool.imap_unordered(_write, batches)
    PublicVersion.bump()


def _plan(petition: Petition, count: int, confirmed: bool) -> Plan:
    if petition.is_high_risk:
        raise NotForPeopleError("A high-risk petition takes no synthetic ones: nobody here could tell them apart.")
    if not settings.LINK_KEY:
        raise NotForPeopleError("Links need LINK_KEY, which the roles `all` and `worker` hold.")
    newest = {edition.language: edition.pk for edition in petition.editions.published().order_by("version")}
    if not newest:
        raise NotForPeopleError("The petition has no published edition to sign.")
    now = timezone.now()
    return Plan(
        petition_id=petition.pk,
        edition_ids=tuple(newest.values()),
        is_confirmed=confirmed,
        total=count,
        run=secrets.token_hex(4),
        begins_at=now - (CONFIRMED_SPAN if confirmed else PENDING_SPAN),
        ends_at=now,
        database=str(connection.settings_dict["NAME"]),
    )


# --- One batch, maybe in a process of its own --------------------------------------------------------------------
def _write(plan: Plan) -> int:
    connection.settings_dict["NAME"] = plan.database  # under test it is not the one of the settings
    petition = Petition.objects.get(pk=plan.petition_id)
    rows = list(_rows(plan, petition))
    with transaction.atomic():
        insert_many(Signatory, _COLUMNS, map(itemgetter(*_COLUMNS), rows))
    return len(rows)


def _rows(plan: Plan, petition: Petition) -> Iterator[Row]:
    """The columns of each row. No models: making one takes a third of the time that sealing takes."""
    editions = list(PetitionEdition.objects.filter(pk__in=plan.edition_ids))
    chosen = zip(
        random.choices(editions, k=plan.size),  # noqa: S311 # nosec B311
        random.choices(list(VISIBILITIES), list(VISIBILITIES.values()), k=plan.size),  # noqa: S311 # nosec B311
        random.choices(COUNTRIES, k=plan.size),  # noqa: S311 # nosec B311
        strict=True,
    )
    blank: Row = {field.attname: field.get_default() for field in Signatory._meta.concrete_fields}
    for number, (edition, visibility, country) in enumerate(chosen, plan.first):
        row = blank | {
            "petition_id": petition.pk,
            "edition_id": edition.pk,
            "visibility": visibility,
            "country": country,
        }
        row |= _moments(plan, number)
        address = f"synthetic-{plan.run}-{number}@example.org"
        name = f"{NAMES.get(edition.language, NAMES['en'])} {number}"
        row |= _secrets(petition, row, name, Address(mailed=address, canonical=address))
        row["commitment"] = envelopes.commit(row["stub"], envelopes.clear_words(edition, country, row["signed_at"]))
        yield row


def _moments(plan: Plan, number: int) -> Row:
    """When this one signed, a key as if made then (RFC 9562, version 7), and what became of it."""
    signed_at = plan.time_of(number)
    key = int(signed_at.timestamp() * 1000) << 80 | uuid7().int & (1 << 80) - 1
    row = {"id": UUID(int=key), "signed_at": signed_at, "confirmed_at": None, "ended_at": None, "erased_at": None}
    if not plan.is_confirmed:
        return row | {"state": PENDING}
    waited = timedelta(minutes=random.expovariate(1 / MINUTES_TO_CONFIRM))
    return row | {"state": CONFIRMED, "confirmed_at": min(signed_at + waited, plan.ends_at)}


def _secrets(petition: Petition, row: Row, name: str, address: Address) -> Row:
    digest = envelopes.email_digest(petition, address)
    is_named = row["visibility"] != Signatory.Visibility.COUNTED
    identity, stub = envelopes.seal_identity(petition, digest, name) if is_named else (None, None)
    wants_updates = random.random() < WANTING_UPDATES  # noqa: S311 # nosec B311
    nonce = crypto.new_nonce()
    return {
        "email_digest": digest,
        "identity": identity,
        "stub": stub,
        "wants_updates": wants_updates,
        "mailbox": envelopes.seal_mailbox(petition, digest, address) if wants_updates else None,
        "gate_link": envelopes.wrap_gate(row["id"], envelopes.gate_digest(address)),
        "words_digest": envelopes.words_digest(petition, digest, name) if row["state"] == PENDING else None,
        "words_differ": False,
        "nonce": nonce,
        "token_hash": crypto.token_hash(crypto.link_token(settings.LINK_KEY, nonce)),
        "domain_class": Signatory.DomainClass.OTHER.value,
        "journaled": False,
    }
