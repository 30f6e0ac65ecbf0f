"""The worker killed for real, by SIGKILL; and many rows, in no more memory than few take."""

import os
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from campaign.actions.delivering import sealed_file
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.deliveries import approve_delivery
from campaign.actions.delivering.taking import open_file
from campaign.actions.signing.envelopes import seal_identity
from campaign.exports import pdf
from campaign.models import DeliveredSlice, Delivery, Petition, Signatory
from tests.actions.delivering.asking import build_all, open_outer, request, unpack, verify
from tests.actions.delivering.exporting import PURPOSE, build, make_delivery, make_people, names
from tests.factories import make_staff

EACH_HOLDS = "each is in the log, says just what was signed, and is there once."


@pytest.fixture
def officer(db):
    return make_staff("Delivery officer")


START = """
import os, signal, time, django
django.setup()
from django.conf import settings
from campaign.actions.delivering.building import build_deliveries
from campaign.models import Delivery
settings.EXPORT_SLICE = settings.BUNDLE_SLICE = 2
"""
NO_PAPERS = """
from campaign.exports import pdf
pdf.is_available = lambda: False
"""
KILLED = (
    START
    + """
settings.TICK_SECONDS = 60  # a slow machine is to come to the third slice, too
sync, synced = os.fsync, []
def sync_or_die(descriptor):
    sync(descriptor)
    synced.append(descriptor)
    if len(synced) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
os.fsync = sync_or_die
build_deliveries()
"""
)
# Short ticks, so that two workers hand the claim to and fro.
ALTERNATING = (
    START
    + """
settings.TICK_SECONDS = 0.01
until = time.monotonic() + 30
while Delivery.objects.filter(state="approved").exists() and time.monotonic() < until:
    build_deliveries()
"""
)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_killed_with_sigkill_is_followed_by_another(petition, officer, settings, tmp_path):
    settings.EXPORT_SLICE = 2
    make_people(petition, 7)
    delivery = make_delivery(petition, officer)
    assert run_workers(tmp_path, settings.EXPORT_DIR, KILLED) == [-signal.SIGKILL]
    delivery.refresh_from_db()
    assert (delivery.chunk_count, delivery.row_count) == (2, 4)
    assert sealed_file.path_of(delivery.pk).stat().st_size > delivery.byte_count
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=61))
    assert names(build(delivery), officer) == [f"Person {place}" for place in range(1, 8)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_worker_killed_with_sigkill_in_a_bundle_is_followed_by_another(
    petition, officer, settings, tmp_path, monkeypatch
):
    """Rows, tally, tables, sheets and the numbers of the rows go on where they were: the verifier finds each once."""
    settings.BUNDLE_SLICE = 2
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    make_people(petition, 7)
    delivery = request(petition, officer)
    assert approve_delivery(delivery, by=make_staff("Delivery officer", name="second"))
    assert run_workers(tmp_path, settings.EXPORT_DIR, NO_PAPERS + KILLED) == [-signal.SIGKILL]
    delivery.refresh_from_db()
    assert (delivery.chunk_count, delivery.row_count) == (2, 4)
    assert sealed_file.path_of(delivery.pk).stat().st_size > delivery.byte_count
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=61))
    folder = unpack(open_outer(build_all(delivery), officer), tmp_path / "bundle")
    code, told = verify(folder)
    assert (code, f"HOLDS: 7 rows: {EACH_HOLDS}" in told) == (0, True)
    assert [part.first_number for part in DeliveredSlice.objects.all()] == [1, 3, 5, 7]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_at_once_make_one_file(petition, officer, settings, tmp_path):
    make_people(petition, 40)
    delivery = make_delivery(petition, officer)
    assert run_workers(tmp_path, settings.EXPORT_DIR, ALTERNATING, ALTERNATING) == [0, 0]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.row_count) == ("built", 40)
    assert names(delivery, officer) == [f"Person {place}" for place in range(1, 41)]


def run_workers(folder: Path, exports: Path, *programs: str) -> list[int]:
    """Run workers beside each other, each in a process of its own, on this test's data; their exit codes."""
    with worker_database(folder) as url:
        names = {"DATABASE_URL": url, "EXPORT_DIR": str(exports), "DJANGO_SETTINGS_MODULE": "campaign.settings"}
        commands = [[sys.executable, "-c", program] for program in programs]
        running = [subprocess.Popen(command, env=os.environ | names) for command in commands]
        return [worker.wait(timeout=120) for worker in running]


@contextmanager
def worker_database(folder: Path) -> Iterator[str]:
    """The address of this test's database; on SQLite, which is in memory, of a copy that is taken back afterwards."""
    if connection.vendor != "sqlite":
        there = connection.settings_dict
        login = f"{there['USER']}:{there['PASSWORD']}@{there['HOST']}:{there['PORT']}"
        yield f"postgres://{login}/{there['NAME']}"
        return
    connection.cursor().execute("VACUUM INTO %s", [f"{folder}/copy.sqlite3"])
    with closing(sqlite3.connect(f"{folder}/copy.sqlite3")) as copy:
        copy.execute("PRAGMA journal_mode=WAL")  # as a site's file is; of two that switch at once one is refused
    yield f"sqlite:///{folder}/copy.sqlite3"
    take_back(folder / "copy.sqlite3")


def take_back(file: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ATTACH DATABASE %s AS copy", [str(file)])
        for table in ("campaign_delivery", "campaign_deliveredslice"):
            cursor.execute(f"REPLACE INTO {table} SELECT * FROM copy.{table}")
        cursor.execute("DETACH DATABASE copy")


def make_many(petition: Petition, number: int) -> None:
    """Confirmed rows with sealed names, in bulk."""
    edition, now = petition.editions.first(), timezone.now()
    digests = [os.urandom(32) for _ in range(number)]
    Signatory.objects.bulk_create(
        (
            Signatory(
                petition=petition, edition=edition, state="confirmed", confirmed_at=now, visibility="delivered",
                email_digest=digest, identity=seal_identity(petition, digest, "Person")[0],
            )
            for digest in digests
        ),
        batch_size=500,
    )  # fmt: skip


def peak_of(work) -> int:
    """The most memory that Python held at once during some work, in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_stays_flat_however_long_the_file(petition, officer, settings):
    settings.EXPORT_SLICE, settings.TICK_SECONDS = 100, 60
    peaks = []
    for number in (200, 3_000):
        make_many(petition, number)
        delivery = make_delivery(petition, officer)
        built = peak_of(build_deliveries)
        taken = peak_of(lambda taken=delivery: sum(map(len, open_file(taken, by=officer, purpose=PURPOSE).parts)))
        peaks.append((built, taken))
    delivery.refresh_from_db()
    assert (delivery.row_count, delivery.chunk_count) == (3_200, 34)
    assert peaks[1][0] < 1.5 * peaks[0][0]
    assert peaks[1][1] < 1.5 * peaks[0][1]
