"""The log under harm: killed workers, a restored database, altered files and states. It never publishes another log."""

import errno
import os

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from campaign.actions.counting import log, log_files, sequencing
from campaign.actions.counting.log import tend_logs
from campaign.actions.health import readiness
from campaign.actions.restoring import log_restore
from campaign.actions.signing import signatories
from campaign.actions.signing.signatories import Choices
from campaign.merkle.entries import ADDED, LOST, REJECTED, TEXT, WITHDRAWN
from campaign.models import LogEntry, Notice, Petition, PetitionLog, Signatory
from tests.factories import make_petition, make_signatory
from tests.outsider import checkpoint_of, count_of, folder_of, published
from tests.restoring import changing_what_is_guarded, restored, taken

CHANGED = Choices(country="KR", visibility="delivered", wants_updates=False)


class Killed(BaseException):
    pass


def killed(*_args, **_kwargs):
    raise Killed


def shown(petition):
    return Petition.objects.get(pk=petition.pk).signature_count


def fresh(row):
    return Signatory.objects.select_related("petition", "edition").get(pk=row.pk)


def refusal():
    return PetitionLog.objects.get().refusal


def is_ready():
    return all(check["ok"] for check in readiness().values())


@pytest.fixture
def logged(petition):
    """A petition with three signatures in its published log."""
    for _ in range(3):
        make_signatory(petition)
    tend_logs()
    assert shown(petition) == 3
    return petition


# --- Killed -----------------------------------------------------------------------------------------------------------
def test_killed_within_a_slice_it_never_was(petition, monkeypatch):
    rows = [make_signatory(petition) for _ in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr(sequencing, "_point", killed)
        with pytest.raises(Killed):
            tend_logs()
    assert (LogEntry.objects.count(), PetitionLog.objects.get().size, shown(petition)) == (0, 0, 0)
    assert [fresh(row).entry_index for row in rows] == [None] * 3
    tend_logs()
    assert shown(petition) == count_of(published(petition)) == 3


@pytest.mark.parametrize("step", ["write_tiles", "write_head", "write", "sealed"])
def test_killed_while_it_publishes_it_publishes_the_same_the_next_time(logged, monkeypatch, step):
    before = checkpoint_of(logged)
    make_signatory(logged)
    with monkeypatch.context() as patch:
        patch.setattr(log_files, step, killed)
        with pytest.raises(Killed):
            tend_logs()
    assert (checkpoint_of(logged), shown(logged)) == (before, 3)
    tend_logs()
    assert shown(logged) == count_of(published(logged)) == 4


def test_killed_between_the_checkpoint_and_the_database_it_goes_on_from_the_checkpoint(logged, monkeypatch):
    make_signatory(logged)
    with monkeypatch.context() as patch:
        patch.setattr(log.PublicVersion, "bump", killed)
        with pytest.raises(Killed):
            tend_logs()
    assert (checkpoint_of(logged).size, PetitionLog.objects.get().published_size, shown(logged)) == (5, 4, 3)
    make_signatory(logged)
    tend_logs()
    assert shown(logged) == count_of(published(logged)) == 5


def test_half_a_tile_that_a_killed_worker_left_is_written_over(logged):
    folder = folder_of(logged)
    (folder / "tile/0/000.p/5").write_bytes(b"half")
    (folder / "tile/entries/.000.new").write_bytes(b"half")
    make_signatory(logged)
    tend_logs()
    assert count_of(published(logged)) == 4


def test_a_full_disk_stops_the_log_and_no_signature_and_it_goes_on_by_itself(logged, monkeypatch):
    make_signatory(logged)

    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(log_files, "write", full)
        tend_logs()
        tend_logs()
        assert (refusal(), shown(logged), is_ready()) == ("disk", 3, False)
    tend_logs()
    assert (refusal(), shown(logged), is_ready()) == ("", 4, True)
    assert [notice.details["why"] for notice in Notice.objects.all()] == ["disk"]


# --- Altered ----------------------------------------------------------------------------------------------------------
def alter(path, at=0):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [
    lambda folder: alter(folder / "tile/0/000.p/4", 40),
    lambda folder: alter(folder / "tile/entries/000.p/4", 50),
    lambda folder: (folder / "tile/0/000.p/4").write_bytes(b""),
    lambda folder: (folder / "tile/entries/000.p/4").unlink(),
    lambda folder: (folder / "checkpoint").unlink(),
])  # fmt: skip
def test_an_altered_or_missing_file_stops_the_log_until_it_is_mended(logged, harm):
    harm(folder_of(logged))
    make_signatory(logged)
    tend_logs()
    assert (refusal(), shown(logged), is_ready()) == ("files", 3, False)
    with pytest.raises(CommandError, match="differ from the database"):
        call_command("log", "check")
    call_command("log", "mend")
    tend_logs()
    assert (refusal(), shown(logged), is_ready()) == ("", 4, True)
    assert count_of(published(logged)) == 4
    call_command("log", "check")


def test_an_altered_file_that_no_longer_grows_is_found_by_the_check(petition):
    for _ in range(300):
        make_signatory(petition)
    tend_logs()
    alter(folder_of(petition) / "tile/0/000", 77)
    with pytest.raises(CommandError, match="1 files differ"):
        call_command("log", "check")
    call_command("log", "mend", "--petition", petition.slug)
    assert count_of(published(petition)) == 300


@pytest.mark.parametrize("harm", [
    lambda path: alter(path, -20),
    lambda path: path.write_text("no checkpoint\n"),
    lambda path: path.write_text(path.read_text().replace("\n4\n", "\n3\n")),
])  # fmt: skip
def test_a_checkpoint_that_we_did_not_seal_stops_the_log(logged, harm):
    harm(folder_of(logged) / "checkpoint")
    make_signatory(logged)
    tend_logs()
    assert (refusal(), shown(logged), LogEntry.objects.count()) == ("seal", 3, 4)
    with pytest.raises(CommandError, match="not sealed by our key"):
        call_command("log", "mend")


def test_another_key_stops_the_log_and_both_together_do_not(logged, settings):
    old = settings.LOG_KEY
    settings.LOG_KEY = "a-new-key"
    make_signatory(logged)
    tend_logs()
    assert refusal() == "seal"
    settings.LOG_KEY = f"a-new-key {old}"
    tend_logs()
    assert (refusal(), shown(logged), checkpoint_of(logged).size) == ("", 4, 5)
    assert len((folder_of(logged) / "key").read_text().splitlines()) == 2


@pytest.mark.parametrize("state", [
    {"frontier": bytes(32)}, {"frontier": b"short"}, {"size": 5, "frontier": bytes(64)},
    {"size": 8, "published_size": 8, "frontier": bytes(32)}, {"checkpoint": ""},
])  # fmt: skip
def test_a_state_that_was_tampered_with_stops_the_log_before_anything_comes_in(logged, state):
    before = checkpoint_of(logged)
    PetitionLog.objects.update(**state)
    make_signatory(logged)
    tend_logs()
    assert checkpoint_of(logged) == before or state == {"checkpoint": ""}
    if state != {"checkpoint": ""}:  # which the file says, too
        assert (refusal(), shown(logged), LogEntry.objects.count()) == ("differs", 3, 4)


def test_a_tampered_frontier_is_mended_from_the_entries(logged):
    PetitionLog.objects.update(frontier=bytes(32))
    make_signatory(logged)
    tend_logs()
    call_command("log", "mend")
    tend_logs()
    assert shown(logged) == count_of(published(logged)) == 4


def test_an_entry_altered_in_the_database_is_not_published(logged):
    make_signatory(logged)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "_publish", lambda *_args: None)
        tend_logs()
    with changing_what_is_guarded():
        LogEntry.objects.filter(index=4).update(raw=b"\x01\x02\x00\x00\x51\x2d" + bytes(32))
    tend_logs()
    assert (refusal(), shown(logged), len(published(logged))) == ("differs", 3, 4)


@pytest.mark.parametrize("change", [
    lambda: LogEntry.objects.filter(index=1).update(raw=b"another"),
    lambda: LogEntry.objects.filter(index=1)._raw_delete("default"),
    lambda: PetitionLog.objects.update(size=3, published_size=3),
    lambda: PetitionLog.objects.all()._raw_delete("default"),
])  # fmt: skip
def test_the_database_refuses_to_change_or_drop_what_is_logged(logged, change):
    with pytest.raises(IntegrityError, match="log_"), transaction.atomic():
        change()
    assert LogEntry.objects.count() == 4


def test_an_entry_is_ended_once_and_only_by_what_comes_after_it(logged):
    for index, ends in ((4, 1), (5, 1), (5, 5), (5, 9)):
        entry = LogEntry(petition=logged, index=index, kind=WITHDRAWN, ends=ends, raw=b"")
        if index == 4:
            entry.save()
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            entry.save()


# --- Restored ---------------------------------------------------------------------------------------------------------
def test_a_restored_older_database_is_refused_until_the_entries_are_brought_back(logged):
    backup = taken()
    make_signatory(logged)
    tend_logs()
    with restored(backup):
        later = make_signatory(logged)
        tend_logs()
        assert (refusal(), shown(logged), is_ready()) == ("behind", 3, False)
        assert LogEntry.objects.count() == 4
        assert checkpoint_of(logged).size == 5
        assert Notice.objects.get().details == {"petition": logged.slug, "why": "behind"}
        call_command("log", "bring-back")
        tend_logs()
        assert (refusal(), is_ready()) == ("", True)
        entries = published(logged)
        assert [entry.kind for entry in entries] == [TEXT, ADDED, ADDED, ADDED, ADDED, WITHDRAWN, ADDED]
        assert (entries[5].ends, entries[5].reason) == (4, LOST)
        assert fresh(later).entry_index == 6
        assert shown(logged) == count_of(entries) == 4


def test_a_database_that_is_put_back_between_the_look_and_the_slice_takes_nothing_in(logged):
    backup = taken()
    make_signatory(logged)
    tend_logs()
    with restored(backup):
        make_signatory(logged)
        assert (log._advance(logged), LogEntry.objects.count()) == (0, 4)


@pytest.mark.parametrize("at_once", [1, 5_000])
def test_what_the_log_tells_of_those_who_are_still_there_is_done_again(logged, monkeypatch, at_once):
    monkeypatch.setattr(log_restore, "_AT_ONCE", at_once)
    gone, aside, corrected = Signatory.objects.order_by("pk")
    pending = make_signatory(logged, state="pending")
    rejected = make_signatory(logged, state="rejected")
    backup = taken()
    signatories.withdraw(fresh(gone))
    Signatory.objects.filter(pk=aside.pk).move("reject")
    signatories.change(fresh(corrected), choices=CHANGED)
    Signatory.objects.filter(pk=pending.pk).move("confirm", words_digest=None)
    Signatory.objects.filter(pk=rejected.pk).move("restore", ended_at=None)
    tend_logs()
    before = published(logged)
    assert count_of(before) == 3
    with restored(backup):
        tend_logs()
        assert refusal() == "behind"
        call_command("log", "bring-back")
        tend_logs()
        states = [fresh(row).state for row in (gone, aside, corrected, pending, rejected)]
        assert states == ["withdrawn", "rejected", "confirmed", "confirmed", "confirmed"]
        assert fresh(gone).identity is None
        entries = published(logged)
        assert entries[: len(before)] == before
        # What was corrected stands again as it was: the new words are lost, and the old ones come in anew.
        assert [(entry.kind, entry.reason) for entry in entries[len(before) :]] == [(WITHDRAWN, LOST), (ADDED, 0)]
        assert shown(logged) == count_of(entries) == 3
        assert tend_logs() == 0


def test_a_restored_database_that_already_went_another_way_is_never_published(logged):
    backup = taken()
    make_signatory(logged)
    tend_logs()
    with restored(backup):
        make_signatory(logged)
        with pytest.MonkeyPatch.context() as patch:  # as a site would that had not looked
            patch.setattr(log_files, "read_checkpoint", lambda log: log.checkpoint)
            patch.setattr(log, "_publish", lambda *_args: None)
            tend_logs()
        tend_logs()
        assert (refusal(), shown(logged), checkpoint_of(logged).size) == ("differs", 3, 5)
        with pytest.raises(CommandError, match="differ"):
            call_command("log", "bring-back")
        with pytest.raises(CommandError, match="differ"):
            call_command("log", "mend")


def test_files_that_are_older_than_the_database_are_taken_on_from_where_they_stand(logged):
    old = {path: path.read_bytes() for path in folder_of(logged).rglob("*") if path.is_file()}
    for _ in range(300):
        make_signatory(logged)
    tend_logs()
    for path in folder_of(logged).rglob("*"):
        if path.is_file():
            path.unlink()
    for path, content in old.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    make_signatory(logged)
    tend_logs()
    assert shown(logged) == count_of(published(logged)) == 304


def test_bringing_back_where_nothing_is_missing_changes_nothing(logged, capsys):
    before = published(logged)
    call_command("log", "bring-back")
    assert published(logged) == before
    assert "let-them-choose: 0 entries, 0 lost, 0 confirmed" in capsys.readouterr().out


def test_entries_are_brought_back_only_when_they_lead_to_the_checkpoint(logged):
    backup = taken()
    make_signatory(logged)
    tend_logs()
    alter(folder_of(logged) / "tile/entries/000.p/5", -3)
    with restored(backup):
        with pytest.raises(CommandError, match="differ"):
            call_command("log", "bring-back")
        assert LogEntry.objects.count() == 4


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's roles are tested in tests/deploy")
def test_a_log_of_another_petition_is_not_touched(logged):
    other = make_petition("other")
    make_signatory(other)
    tend_logs()
    alter(folder_of(logged) / "tile/0/000.p/4", 40)
    make_signatory(logged)
    make_signatory(other)
    tend_logs()
    assert (shown(logged), shown(other)) == (3, 2)
    assert {log.pk: log.refusal for log in PetitionLog.objects.all()} == {logged.pk: "files", other.pk: ""}
    assert [entry.kind for entry in published(other)] == [TEXT, ADDED, ADDED]
    assert REJECTED not in {entry.kind for entry in published(other)}
