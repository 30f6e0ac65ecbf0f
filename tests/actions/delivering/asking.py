"""What the tests of deliveries for an addressee share: the order, the log, the file opened as addressees open it."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyrage
from django.utils import timezone

from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.deliveries import Order, approve_delivery, request_delivery
from campaign.actions.delivering.taking import open_file, show_passphrase
from campaign.models import Addressee, Delivery, Petition, PetitionLog

PURPOSE = "For the hearing of 3 May."
COLUMNS = ("name", "country", "language", "signed_on")


def make_addressee(**values: Any) -> Addressee:
    values = {"name": "The Ministry", "address": "1 Street\n10115 Berlin"} | values
    return Addressee.objects.create(**values)


def make_order(**values: Any) -> Order:
    addressee = values.pop("addressee", None) or make_addressee()
    told = {"purpose": PURPOSE, "as_of": timezone.now(), "columns": COLUMNS, "languages": ["en", "ko"]} | values
    return Order(addressee=addressee, **told)


def request(petition: Petition, by: Any, **values: Any) -> Delivery:
    """A delivery that is asked for, once the log has told of all who signed."""
    tend_logs()
    petition.refresh_from_db()
    return request_delivery(petition, order=make_order(**values), by=by)


def build_all(delivery: Delivery) -> Delivery:
    """As many rounds of the worker as it takes; the log is published meanwhile, unless it is stopped."""
    for _ in range(100):
        build_deliveries()
        if not PetitionLog.objects.refused().exists():
            tend_logs()
        delivery.refresh_from_db()
        if delivery.state != "approved" or delivery.failure:
            return delivery
    raise AssertionError("it is never done")


def deliver(petition: Petition, officer: Any, second: Any, **values: Any) -> Delivery:
    """A delivery that one officer asked for, another approved, and the worker built."""
    delivery = request(petition, officer, **values)
    assert approve_delivery(delivery, by=second)
    return build_all(delivery)


def take(delivery: Delivery, officer: Any) -> bytes:
    """The outer file, encrypted."""
    taken = open_file(delivery, by=officer, purpose=PURPOSE)
    raw = b"".join(taken.parts)
    assert (len(raw), taken.name) == (taken.size, f"{delivery.petition.slug}-delivery-{delivery.number}.zip.age")
    return raw


def open_outer(delivery: Delivery, officer: Any) -> bytes:
    """What the addressee finds in the file, by a program that is not ours."""
    return pyrage.passphrase.decrypt(take(delivery, officer), show_passphrase(delivery, by=officer, purpose=PURPOSE))


def unpack(raw: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def verify(folder: Path, *words: str) -> tuple[int, list[str]]:
    """Run the bundle's own verify.py in an empty environment; its exit code and all that it says."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, env={}, encoding="utf-8", check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()
