"""A bundle for an addressee, from the order to the check: what is in it, and what it proves."""

import csv
import json
import os
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from django.utils import timezone

from campaign.actions.counting.log import tend_logs
from campaign.actions.counting.log_files import signers
from campaign.actions.delivering import bundles, sealed_file
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.deliveries import approve_delivery, request_delivery, retry_delivery
from campaign.actions.signing.signatories import Choices, change, withdraw
from campaign.exports import pdf
from campaign.exports.checker.notes import fingerprint
from campaign.merkle.entries import Entry
from campaign.models import DeliveredSlice, Delivery, LogEntry, PetitionLog, Signatory
from tests.actions.delivering.asking import (
    build_all,
    deliver,
    make_addressee,
    make_order,
    open_outer,
    request,
    take,
    unpack,
    verify,
)
from tests.actions.delivering.exporting import after_slice
from tests.factories import make_demand, make_petition, make_signatory, make_staff

NAMES = {"Hong Gildong": "en", "홍길동": "ko", "欧阳慕容雪": "zh-hans", "=1+1": "en", "'quoted": "en"}
ALL_HOLD = "HOLDS: {} rows: each is in the log, says just what was signed, and is there once."


@pytest.fixture
def officers(db):
    return make_staff("Delivery officer", name="first"), make_staff("Delivery officer", name="second")


@pytest.fixture
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


def key_of(petition) -> str:
    """The fingerprint as the site tells it."""
    return fingerprint(signers(PetitionLog.objects.get(petition=petition).origin)[0].verifier.text)


def sign_all(petition) -> list[Signatory]:
    return [make_signatory(petition, name=name, language=language) for name, language in NAMES.items()]


def rows_of(folder: Path) -> list[list[str]]:
    with (folder / "signatures.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def check(delivery, officer, folder: Path, rows: int) -> Path:
    """Unpack a delivery and let its own verifier say that all of it holds."""
    unpack(open_outer(delivery, officer), folder)
    code, told = verify(folder, "--key", key_of(delivery.petition))
    assert (code, [line for line in told if line.startswith("WRONG")], ALL_HOLD.format(rows) in told) == (0, [], True)
    return folder


def test_a_bundle_is_asked_for_approved_built_opened_and_holds(petition, officers, tmp_path):
    sign_all(petition)
    make_signatory(petition, visibility="counted")
    for state in ("withdrawn", "rejected", "pending"):
        make_signatory(petition, state=state)
    delivery = deliver(petition, *officers)
    assert (delivery.state, delivery.failure, delivery.row_count, delivery.number) == ("built", "", 5, 1)
    folder = check(delivery, officers[0], tmp_path / "bundle", 5)
    assert [row[1] for row in rows_of(folder)[1:]] == ["Hong Gildong", "홍길동", "欧阳慕容雪", "'=1+1", "''quoted"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["count"], manifest["rows"]) == (6, 5)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "README.txt", "demands.json", "letter-en.pdf", "letter-ko.pdf", "log/checkpoint", "log/entries", "log/hashes",
        "log/key", "manifest.json", "manifest.seal", "openings.csv", "paper/signatures-0001.pdf", "signatures.csv",
        "signatures.xlsx", "statement-en.pdf", "statement-ko.pdf", "statistics-en.pdf", "statistics-ko.pdf",
        "verify.py",
    ]  # fmt: skip


@pytest.mark.usefixtures("_no_papers")
def test_an_addressee_with_a_key_of_its_own_needs_no_passphrase(petition, officers, tmp_path):
    sign_all(petition)
    identity = pyrage.x25519.Identity.generate()
    delivery = deliver(petition, *officers, addressee=make_addressee(age_key=str(identity.to_public())))
    assert delivery.sealed_passphrase is None
    folder = unpack(pyrage.decrypt(take(delivery, officers[0]), [identity]), tmp_path / "bundle")
    assert verify(folder)[0] == 0


@pytest.mark.usefixtures("_no_papers")
def test_columns_are_narrowed_to_the_order_and_to_what_each_demand_named(officers, tmp_path):
    petition = make_petition(languages=("en",))
    make_demand(petition, language="ko", delivered_columns=["name", "country"])
    make_signatory(petition, name="Ann")
    make_signatory(petition, name="홍길동", language="ko", country="KR")
    delivery = deliver(petition, *officers, columns=["name", "country", "signed_on"], languages=["en"])
    folder = check(delivery, officers[0], tmp_path / "bundle", 2)
    today = timezone.now().date().isoformat()
    assert rows_of(folder) == [
        ["number", "name", "country", "signed_on"],
        ["1", "Ann", "DE", today],
        ["2", "홍길동", "KR", ""],
    ]
    assert "@example.org" not in (folder / "signatures.csv").read_text()


@pytest.mark.usefixtures("_no_papers")
def test_only_what_was_confirmed_until_its_moment_is_delivered(petition, officers, tmp_path):
    people = sign_all(petition)
    later = timezone.now() + timedelta(hours=1)
    Signatory.objects.filter(pk=people[0].pk).update(confirmed_at=later)
    delivery = request(petition, officers[0], as_of=later + timedelta(hours=1))
    assert delivery.as_of <= timezone.now()  # the future is cut to now
    approve_delivery(delivery, by=officers[1])
    folder = check(build_all(delivery), officers[0], tmp_path / "bundle", 4)
    assert [row[1] for row in rows_of(folder)[1:]] == ["홍길동", "欧阳慕容雪", "'=1+1", "''quoted"]


@pytest.mark.usefixtures("_no_papers")
def test_it_waits_until_the_log_tells_of_all_who_are_to_be_in_it(petition, officers, tmp_path):
    sign_all(petition)
    delivery = request_delivery(petition, order=make_order(), by=officers[0])
    approve_delivery(delivery, by=officers[1])
    build_deliveries()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure, delivery.chunk_count) == ("approved", "", 0)
    tend_logs()
    check(build_all(delivery), officers[0], tmp_path / "bundle", 5)


def test_a_log_that_is_stopped_stops_the_delivery(petition, officers):
    sign_all(petition)
    delivery = request(petition, officers[0])
    PetitionLog.objects.update(refusal="files")
    approve_delivery(delivery, by=officers[1])
    assert build_all(delivery).failure == "no-log"


@pytest.mark.usefixtures("_no_papers")
def test_who_corrects_a_word_while_it_is_built_is_not_in_later_slices(
    petition, officers, settings, monkeypatch, tmp_path
):
    """The checkpoint of the delivery has the older words, which nobody can deliver any more."""
    settings.BUNDLE_SLICE = 2
    person = sign_all(petition)[4]
    kept = {"country": "KR", "visibility": "delivered", "wants_updates": False}
    after_slice(monkeypatch, 1, lambda: [change(person, choices=Choices(**kept, name="Corrected")), tend_logs()])
    check(deliver(petition, *officers), officers[0], tmp_path / "bundle", 4)


@pytest.mark.usefixtures("_no_papers")
def test_who_withdraws_while_it_is_built_is_not_in_later_slices(petition, officers, settings, monkeypatch, tmp_path):
    settings.BUNDLE_SLICE = 2
    people = sign_all(petition)
    after_slice(monkeypatch, 1, lambda: withdraw(people[3]))
    delivery = deliver(petition, *officers)
    check(delivery, officers[0], tmp_path / "bundle", 4)


@pytest.mark.usefixtures("_no_papers")
def test_a_delivery_of_nobody_is_one_all_the_same(petition, officers, tmp_path):
    make_signatory(petition, visibility="counted")
    person = make_signatory(petition)
    delivery = request(petition, officers[0])
    withdraw(person)
    tend_logs()
    approve_delivery(delivery, by=officers[1])
    build_all(delivery)
    check(delivery, officers[0], tmp_path / "bundle", 0)


def test_each_part_on_paper_is_a_slice(petition, officers, settings, tmp_path):
    settings.BUNDLE_SLICE = 2
    sign_all(petition)
    folder = check(deliver(petition, *officers), officers[0], tmp_path / "bundle", 5)
    assert sorted(path.name for path in (folder / "paper").iterdir()) == [
        "signatures-0001.pdf", "signatures-0002.pdf", "signatures-0003.pdf",
    ]  # fmt: skip


@pytest.mark.usefixtures("_no_papers")
def test_the_log_is_taken_over_in_steps(petition, officers, monkeypatch, tmp_path):
    monkeypatch.setattr(bundles, "LOG_STEP", 2)
    sign_all(petition)
    delivery = deliver(petition, *officers)
    check(delivery, officers[0], tmp_path / "bundle", 5)
    assert delivery.tally["entries"] == {"1": 3, "2": 5}


# --- Killed -----------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_no_papers")
@pytest.mark.parametrize("slices_before", range(9))
def test_a_worker_killed_in_any_slice_or_step_is_followed_by_another(
    petition, officers, settings, monkeypatch, tmp_path, slices_before
):
    settings.BUNDLE_SLICE = 2
    sign_all(petition)
    delivery = request(petition, officers[0])
    approve_delivery(delivery, by=officers[1])
    append = sealed_file.append

    def die(*_arguments, **_keywords):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if slices_before:
            after_slice(patched, slices_before, lambda: patched.setattr(sealed_file, "append", die))
        else:
            patched.setattr(sealed_file, "append", die)
        if slices_before < 8:  # three slices of rows, five steps
            with pytest.raises(KeyboardInterrupt):
                build_deliveries()
        else:
            build_deliveries()
    assert sealed_file.append is append
    Delivery.objects.filter(state="approved").update(claimed_at=timezone.now() - timedelta(seconds=61))
    check(build_all(delivery), officers[0], tmp_path / "bundle", 5)
    assert [part.first_number for part in DeliveredSlice.objects.all()] == [1, 3, 5]


@pytest.mark.usefixtures("_no_papers")
def test_a_commitment_that_is_another_stops_the_delivery_and_it_is_tried_again(petition, officers, tmp_path):
    person = sign_all(petition)[2]
    tend_logs()
    kept = bytes(Signatory.objects.get(pk=person.pk).commitment)
    Signatory.objects.filter(pk=person.pk).update(commitment=os.urandom(32))
    delivery = deliver(petition, *officers)
    assert (delivery.state, delivery.failure) == ("approved", f"name-unreadable {person.pk}")
    Signatory.objects.filter(pk=person.pk).update(commitment=kept)
    assert retry_delivery(delivery, by=officers[0])
    check(build_all(delivery), officers[0], tmp_path / "bundle", 5)


def test_without_a_log_nothing_is_built(petition, officers):
    person = make_signatory(petition)
    delivery = request_delivery(petition, order=make_order(), by=officers[0])
    withdraw(person)
    approve_delivery(delivery, by=officers[1])
    build_all(delivery)
    assert (delivery.state, delivery.failure) == ("approved", "no-log")


def test_a_paper_that_cannot_be_set_stops_the_delivery(petition, officers, monkeypatch):
    sign_all(petition)
    monkeypatch.setattr(pdf, "SECONDS_MAX", 0.001)
    assert deliver(petition, *officers).failure == "paper not done after 0.001 seconds"


# --- What the log tells ----------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_no_papers")
def test_the_log_tells_of_the_delivery_once(petition, officers):
    sign_all(petition)
    delivery = deliver(petition, *officers)
    build_deliveries()
    build_deliveries()
    delivery.refresh_from_db()
    (raw,) = LogEntry.objects.filter(kind=5).values_list("raw", flat=True)
    entry = Entry.parse(bytes(raw))
    assert (entry.digest.hex(), entry.size, entry.rows) == (delivery.manifest_digest, delivery.log_size, 5)
    assert delivery.entry_index == PetitionLog.objects.get().size - 1
    tend_logs()
    log = PetitionLog.objects.get()
    assert (log.published_size, log.count) == (log.size, 5)
