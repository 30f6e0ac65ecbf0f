"""The worker builds a file in slices: killed, doubled, overtaken or stopped, the file is right or not there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaign.actions.delivering import building, deliveries, sealed_file, slices, taking
from campaign.actions.delivering.building import build_deliveries
from campaign.actions.delivering.deliveries import cancel_delivery
from campaign.actions.delivering.taking import open_file
from campaign.actions.staff.access import RefusedError
from campaign.models import Delivery, Notice, Signatory
from tests.actions.delivering.exporting import PURPOSE, after_slice, build, make_delivery, make_people, names, read
from tests.factories import make_signatory, make_staff


@pytest.fixture
def officer(db):
    return make_staff("Delivery officer")


@pytest.fixture(autouse=True)
def _slices_of_two(settings):
    settings.EXPORT_SLICE = 2


# --- Cancelled, killed, taken over -----------------------------------------------------------------------------------
def test_a_cancelled_delivery_leaves_neither_file_nor_key(petition, officer, monkeypatch):
    make_people(petition, 5)
    delivery = make_delivery(petition, officer)
    after_slice(monkeypatch, 1, lambda: cancel_delivery(delivery, by=officer))
    assert (build(delivery).state, delivery.sealed_key, delivery.has_file) == ("cancelled", None, False)
    taking.delete_outlived_files()
    assert sealed_file.kept_ids() == []
    assert not cancel_delivery(delivery, by=officer)


def interrupt(*_args: object, **_keywords: object) -> None:
    raise KeyboardInterrupt


def write_half(file, sealed: bytes, *, at: int) -> int:
    file.seek(at)
    file.write(sealed[: len(sealed) // 2])
    file.flush()
    raise KeyboardInterrupt


def append_and_die(*arguments, **keywords) -> int:
    APPEND(*arguments, **keywords)
    raise KeyboardInterrupt


APPEND = sealed_file.append
KILLED = {
    "before the names are read": ("_make", slices, interrupt),
    "before a byte is written": ("append", sealed_file, interrupt),
    "with half the chunk written": ("append", sealed_file, write_half),
    "before the cursor moves": ("append", sealed_file, append_and_die),
}


@pytest.mark.parametrize("slices_before", [0, 1, 2])
@pytest.mark.parametrize("point", KILLED)
def test_a_worker_killed_at_any_point_of_a_slice_is_followed_by_another(
    petition, officer, monkeypatch, point, slices_before
):
    make_people(petition, 5)
    delivery = make_delivery(petition, officer)
    name, module, death = KILLED[point]
    with monkeypatch.context() as patched:
        if slices_before:
            after_slice(patched, slices_before, lambda: patched.setattr(module, name, death))
        else:
            patched.setattr(module, name, death)
        with pytest.raises(KeyboardInterrupt):
            build_deliveries()
    assert build_deliveries() == 0  # its claim still stands
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=61))
    assert names(build(delivery), officer) == [f"Person {place}" for place in range(1, 6)]
    assert sealed_file.path_of(delivery.pk).stat().st_size == delivery.byte_count


def test_two_builders_at_once_make_one_file(petition, officer, monkeypatch):
    make_people(petition, 5)
    delivery = make_delivery(petition, officer)
    built_by_second = []
    text = slices._make

    def while_the_second_tries(*arguments):
        monkeypatch.setattr(slices, "_make", text)
        built_by_second.append(build_deliveries())
        return text(*arguments)

    monkeypatch.setattr(slices, "_make", while_the_second_tries)
    assert names(build(delivery), officer) == [f"Person {place}" for place in range(1, 6)]
    assert built_by_second == [0]


def test_a_delivery_is_claimed_by_one_of_two_that_saw_it(petition, officer):
    pk = make_delivery(petition, officer).pk
    seen_by_both = [Delivery.objects.get(pk=pk) for _ in range(2)]
    assert [building._claim(each) for each in seen_by_both] == [True, False]


def test_a_builder_that_was_silent_too_long_neither_writes_nor_counts(petition, officer, monkeypatch):
    make_people(petition, 5)
    delivery = make_delivery(petition, officer)
    text = slices._make

    def be_silent(*arguments):
        """The first builder holds the file's lock and is overtaken: the second may claim, and must not write."""
        monkeypatch.setattr(slices, "_make", text)
        Delivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=61))
        build_deliveries()
        return text(*arguments)

    monkeypatch.setattr(slices, "_make", be_silent)
    assert (build(delivery).state, delivery.chunk_count) == ("approved", 0)
    assert names(build(delivery), officer) == [f"Person {place}" for place in range(1, 6)]


def test_a_builder_overtaken_before_it_holds_the_file_writes_nothing(petition, officer, monkeypatch):
    make_people(petition, 5)
    delivery = make_delivery(petition, officer)
    held = sealed_file.held

    def be_overtaken(delivery_id: int):
        monkeypatch.setattr(sealed_file, "held", held)
        Delivery.objects.update(claimed_at=timezone.now() - timedelta(seconds=61))
        build_deliveries()
        return held(delivery_id)

    monkeypatch.setattr(sealed_file, "held", be_overtaken)
    assert build(delivery).state == "built"
    assert names(delivery, officer) == [f"Person {place}" for place in range(1, 6)]


def test_a_tick_that_is_over_leaves_the_rest_to_the_next(petition, officer, settings):
    make_people(petition, 5)
    petition.signature_count = 5
    delivery = make_delivery(petition, officer)
    settings.TICK_SECONDS = 0
    assert (build(delivery).percent, delivery.claimed_at) == (36, None)
    settings.TICK_SECONDS = 60
    assert (build(delivery).state, delivery.row_count) == ("built", 5)


# --- What stops it ---------------------------------------------------------------------------------------------------
def test_a_name_that_will_not_open_stops_the_delivery_and_is_told(petition, officer):
    people = make_people(petition, 3)
    Signatory.objects.filter(pk=people[2].pk).update(identity=b"broken")
    delivery = build(make_delivery(petition, officer))
    assert (delivery.state, delivery.failure) == ("approved", f"name-unreadable {people[2].pk}")
    notice = Notice.objects.get()
    assert (notice.kind, notice.details) == (
        "delivery-stopped", {"delivery": delivery.pk, "failure": f"name-unreadable {people[2].pk}"},
    )  # fmt: skip
    build_deliveries()
    assert Notice.objects.count() == 1
    with pytest.raises(RefusedError):
        open_file(delivery, by=officer, purpose=PURPOSE)


def test_a_confirmed_signature_without_a_name_is_not_left_out_in_silence(petition, officer):
    Signatory.objects.filter(pk=make_signatory(petition).pk).update(identity=None, words_differ=True)
    assert build(make_delivery(petition, officer)).failure.startswith("name-unreadable ")


def test_a_stopped_delivery_is_built_from_its_beginning_when_it_is_tried_again(petition, officer):
    people = make_people(petition, 3)
    sealed = Signatory.objects.get(pk=people[2].pk).identity
    Signatory.objects.filter(pk=people[2].pk).update(identity=b"broken")
    delivery = build(make_delivery(petition, officer))
    Signatory.objects.filter(pk=people[2].pk).update(identity=sealed)
    assert [deliveries.retry_delivery(delivery, by=officer) for _ in range(2)] == [True, False]
    rows = [row[:2] for row in read(build(delivery), officer)[1:]]
    assert rows == [["1", "Person 1"], ["2", "Person 2"], ["3", "Person 3"]]


def test_a_file_that_is_gone_half_way_stops_the_delivery(petition, officer, monkeypatch):
    make_people(petition, 5)
    delivery = make_delivery(petition, officer)
    after_slice(monkeypatch, 1, lambda: sealed_file.remove(delivery.pk))
    assert build(delivery).failure == "file-gone"


def test_a_full_disk_stops_the_delivery_with_its_reason(petition, officer, monkeypatch):
    def be_full(*_args, **_keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed_file, "append", be_full)
    assert build(make_delivery(petition, officer)).failure == "disk No space left on device"


def test_a_built_file_that_is_gone_is_refused_with_a_sentence(petition, officer):
    delivery = build(make_delivery(petition, officer))
    sealed_file.remove(delivery.pk)
    with pytest.raises(RefusedError, match="gone from the disk"):
        open_file(delivery, by=officer, purpose=PURPOSE)
