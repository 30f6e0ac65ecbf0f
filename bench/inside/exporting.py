"""Builds a plain CSV and a bundle of all signatures, and leaves the bundle unpacked; as JSON, seconds and megabytes.

The first argument is a folder. PDFs are left out: forms.py measures them.
"""

import json
import sys
import zipfile
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.utils import timezone  # noqa: E402
from memory import megabytes  # noqa: E402

from campaign import crypto  # noqa: E402
from campaign.actions.delivering import taking  # noqa: E402
from campaign.actions.delivering.building import build_deliveries  # noqa: E402
from campaign.actions.delivering.deliveries import (  # noqa: E402
    Order,
    approve_delivery,
    named_columns,
    request_delivery,
    request_export,
)
from campaign.exports import pdf  # noqa: E402
from campaign.exports.zips import archive  # noqa: E402
from campaign.models import Addressee, Delivery, Petition, Signatory  # noqa: E402
from campaign.models.signatory import envelope_context  # noqa: E402


class Opening:
    """Opens envelopes and does nothing else; reading them is not counted."""

    def __init__(self) -> None:
        rows = Signatory.objects.deliverable().order_by("pk").values_list("identity", "petition_id", "email_digest")
        self._coming = rows.iterator(chunk_size=settings.EXPORT_SLICE)
        self.clock = Clock()

    def turn(self, number: int) -> None:
        """Open so many more."""
        batch = list(islice(self._coming, number))
        with self.clock:
            for identity, petition_id, digest in batch:
                info = envelope_context("identity", petition_id, digest)
                crypto.open_sealed(settings.DELIVERY_PRIVATE_KEY, bytes(identity), info)


class Clock:
    """Seconds that passed, and seconds of the processor that this process used, in all that ran under it."""

    def __init__(self) -> None:
        self.passed = self.used = 0.0

    def __enter__(self) -> None:
        self._since = perf_counter(), process_time()

    def __exit__(self, *_error: object) -> None:
        self.passed += perf_counter() - self._since[0]
        self.used += process_time() - self._since[1]


def build(delivery: Delivery, beside: Opening | None = None) -> Clock:
    """Build a delivery tick by tick, as the worker does; after each, as many envelopes are opened beside."""
    clock = Clock()
    while delivery.state == "approved":
        before = delivery.row_count
        with clock:
            build_deliveries()
        delivery.refresh_from_db()
        if delivery.failure:
            raise SystemExit(delivery.failure)
        if beside is not None:
            beside.turn(delivery.row_count - before)
    return clock


def main(folder: Path) -> dict[str, float]:
    petition = Petition.objects.get()
    first, second = (User.objects.create_superuser(name, password="x") for name in ("first", "second"))
    export = request_export(petition, purpose="Measuring.", by=first)
    beside = Opening()
    clock = build(export, beside)
    found = {
        "csv": clock.passed, "csv_used": clock.used, "opening": beside.clock.passed,
        "opening_used": beside.clock.used, "csv_megabytes": megabytes(),
    }  # fmt: skip
    addressee = Addressee.objects.create(name="The Ministry")
    order = Order(addressee, "Measuring.", timezone.now(), named_columns(petition), ["en", "ko"])
    pdf.is_available = lambda: False
    delivery = request_delivery(petition, order=order, by=first)
    approve_delivery(delivery, by=second)
    delivery.refresh_from_db()
    clock = build(delivery)
    found |= {"bundle": clock.passed, "bundle_used": clock.used, "bundle_megabytes": megabytes()}
    started = perf_counter()
    taken = taking.open_file(delivery, by=first, purpose="Measuring.")
    found |= {"size": sum(map(len, taken.parts)) / 1e6, "taken": perf_counter() - started}
    unpack(delivery, folder)
    return found


def unpack(delivery: Delivery, folder: Path) -> None:
    """Leave the files as an addressee has them, past the encryption."""
    key = taking.sealed_file.open_key(delivery.pk, delivery.sealed_key)

    def chunks():
        return taking.sealed_file.read(key, delivery_id=delivery.pk, chunk_count=delivery.chunk_count)

    with (folder / "bundle.zip").open("wb") as file:
        file.writelines(archive(taking._files(delivery, chunks)))
    with zipfile.ZipFile(folder / "bundle.zip") as whole:
        whole.extractall(folder / "bundle")


print(json.dumps(main(Path(sys.argv[1]))))
