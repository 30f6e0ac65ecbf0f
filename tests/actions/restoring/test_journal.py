"""The journal of erasures: written whoever erases, and no restored backup brings anybody back."""

import os
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from campaign import tasks
from campaign.actions.forgetting import privacy
from campaign.actions.health import readiness
from campaign.actions.restoring import journal
from campaign.actions.signing import signatories
from campaign.celery import app
from campaign.models import AccessRecord, ErasureJournal, Notice, OutgoingMail, Petition, Signatory
from tests.factories import make_petition, make_signatory, make_staff, post_form, send_mails
from tests.parallel import in_parallel

PAGE = "/en/petitions/let-them-choose/"


@pytest.fixture
def file(settings):
    return settings.JOURNAL_DIR / "erasures"


def lines(file):
    return [line.split()[1:] for line in file.read_text().splitlines()]


def back_up():
    """The rows that a backup of the database would hold."""
    return [(row, list(row.objects.values())) for row in (Signatory, ErasureJournal)]


def restore(backup):
    for model, rows in backup:
        for row in rows:
            model.objects.filter(pk=row["id"]).update(**row)


@pytest.fixture
def stale(petition, file):
    """A site on a backup from before somebody withdrew."""
    row, other = make_signatory(petition, name="Ri Unusualname"), make_signatory(petition)
    send_mails()
    signatories.withdraw(other)
    journal.keep_journal()
    backup = back_up()
    signatories.withdraw(row)
    journal.keep_journal()
    restore(backup)
    return Signatory.objects.get(pk=row.pk)


# --- Writing ---------------------------------------------------------------------------------------------------------
def test_every_kind_of_erasure_is_written_with_key_time_and_state_and_nothing_else(petition, file, time_machine):
    rows = {state: make_signatory(petition, state=state) for state in ("confirmed", "pending", "rejected")}
    withdrawn, disowned = make_signatory(petition), make_signatory(petition, state="pending")
    signatories.withdraw(withdrawn)
    signatories.refuse(disowned)
    assert journal.keep_journal() == 2
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    privacy.expire_signatories()
    assert journal.keep_journal() == 1
    Petition.objects.update(destroy_on=timezone.now().date())
    privacy.forget_what_is_over()
    assert (journal.keep_journal(), journal.keep_journal()) == (2, 0)
    assert lines(file)[:3] == [
        [str(withdrawn.pk), "withdrawn"], [str(disowned.pk), "withdrawn"], [str(rows["pending"].pk), "expired"],
    ]  # fmt: skip
    assert sorted(lines(file)[3:]) == sorted([str(rows[state].pk), state] for state in ("confirmed", "rejected"))
    times = [line.split()[0] for line in file.read_text().splitlines()]
    assert times == [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in Signatory.objects.order_by("erased_at", "pk").values_list(
        "erased_at", flat=True)]  # fmt: skip
    assert all(re.fullmatch(r"[0-9TZ:-]+ [0-9a-f-]+ [a-z]+", line) for line in file.read_text().splitlines())


def test_the_disk_has_a_line_before_the_database_takes_it_for_written(petition, file, monkeypatch):
    signatories.withdraw(make_signatory(petition))
    known = []
    monkeypatch.setattr(os, "fsync", lambda _file: known.append((len(lines(file)), ErasureJournal.load().size)))
    journal.keep_journal()
    assert known == [(1, 0)]
    assert ErasureJournal.load().size == file.stat().st_size > 0
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_who_was_erased_before_there_was_a_journal_is_written_too(petition, file, monkeypatch):
    monkeypatch.setattr(journal, "SLICE", 2)
    for _ in range(5):
        make_signatory(petition, state="withdrawn")
    assert [journal.keep_journal() for _ in range(4)] == [2, 2, 1, 0]
    assert len(lines(file)) == 5


def test_a_worker_killed_between_file_and_database_closes_nothing(petition, file, monkeypatch):
    row = make_signatory(petition, state="withdrawn")

    def killed(*_args):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_remember", killed)
        with pytest.raises(SystemExit):
            journal.keep_journal()
    assert (journal.is_open(), journal.keep_journal(), journal.keep_journal()) == (True, 1, 0)
    assert lines(file) == [[str(row.pk), "withdrawn"]] * 2


def test_a_torn_line_spoils_no_other(petition, file):
    make_signatory(petition, state="withdrawn")
    journal.keep_journal()
    with file.open("ab") as half:
        half.write(b"2026-11-24T00:00:00Z 0193")
    row = make_signatory(petition, state="withdrawn")
    assert (journal.is_open(), journal.keep_journal()) == (True, 1)
    assert (len(lines(file)), lines(file)[-1]) == (3, [str(row.pk), "withdrawn"])
    assert (journal.is_open(), journal.keep_journal()) == (True, 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_many_workers_one_writes_each_erasure_once(file):
    petition = make_petition()
    keys = sorted(str(make_signatory(petition, state="withdrawn").pk) for _ in range(20))
    in_parallel(8, journal.keep_journal)
    journal.keep_journal()
    assert sorted(key for key, _state in lines(file)) == keys


# --- A restored backup is noticed ------------------------------------------------------------------------------------
def test_a_stale_backup_closes_the_site_for_everybody_but_monitors_and_staff(client, stale, mails):
    assert not journal.is_open()
    mailed = len(mails)
    OutgoingMail.objects.create(kind="link", signatory=stale, mailbox=stale.identity)
    for path in ("/", "/en/", PAGE, "/api/petitions/let-them-choose/", "/en/s/unknown/", "/en/privacy/"):
        answer = client.get(path)
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (503, True), path
        assert "closed for a while" in answer.content.decode()
    assert '<html lang="ko"' in client.get("/ko/").content.decode()
    assert client.post(f"{PAGE}sign/", post_form()).status_code == 503
    assert Signatory.objects.count() == 2
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json()["checks"]["journal"] == {
        "ok": False, "closed": "behind", "oldest_unwritten_seconds": 0,
    }  # fmt: skip
    boss = Client()
    boss.force_login(make_staff(name="boss"))
    assert "Run “erase_expired --replay”." in boss.get("/admin/").content.decode()
    who = boss.post(f"/admin/campaign/signatory/{stale.pk}/act/who/", {"purpose": "A check."}, follow=True)
    told = [words in who.content.decode() for words in ("Unusualname", "until whoever runs the site has run")]
    assert (told, AccessRecord.objects.count()) == ([False, True], 0)
    assert Notice.objects.get().kind == "journal-behind"
    tasks.send_mails()
    assert len(mails) == mailed


def test_a_page_kept_from_before_is_not_shown(client, stale, monkeypatch):
    ErasureJournal.objects.update(size=0, tail=b"")
    monkeypatch.setattr("campaign.actions.pages.kept.Kept.seconds", 60.0)
    monkeypatch.setattr("campaign.actions.pages.kept.Kept.looks_every", 0.0)
    monkeypatch.setattr("campaign.middleware.is_open", lambda: True)
    assert client.get(PAGE).status_code == 200
    monkeypatch.undo()
    monkeypatch.setattr("campaign.actions.pages.kept.Kept.seconds", 60.0)
    monkeypatch.setattr("campaign.actions.pages.kept.Kept.looks_every", 0.0)
    journal.is_open()
    assert client.get(PAGE).status_code == 503


def test_all_that_happens_by_itself_stands_still_while_the_site_is_closed(stale, monkeypatch):
    tasks.tend_logs()
    assert not journal.is_open()
    done = []
    for schedule in app.conf.beat_schedule.values():
        task = app.tasks[schedule["task"]]
        monkeypatch.setattr(task, "run", lambda name=schedule["task"]: done.append(name))
        task()
    assert done == []
    journal.replay()
    app.tasks["campaign.send_mails"]()
    assert done == ["campaign.send_mails"]


def test_where_the_journal_is_not_at_hand_the_row_decides(client, stale, settings):
    settings.HAS_JOURNAL = False
    assert client.get(PAGE).status_code == 200
    settings.HAS_JOURNAL = True
    tasks.keep_journal()
    settings.HAS_JOURNAL = False
    assert client.get(PAGE).status_code == 503


def test_nothing_is_written_into_the_journal_of_a_closed_site(stale, file):
    before = file.read_bytes()
    make_signatory(stale.petition, state="withdrawn")
    assert journal.keep_journal() == 0
    assert file.read_bytes() == before


def test_a_new_database_beside_an_old_journal_is_open(petition, file):
    make_signatory(petition, state="withdrawn")
    journal.keep_journal()
    OutgoingMail.objects.all().delete()
    Signatory.objects.all().delete()
    ErasureJournal.objects.update(size=0, tail=b"")
    assert (journal.is_open(), journal.keep_journal()) == (True, 0)
    assert ErasureJournal.load().size == file.stat().st_size


# --- Replaying -------------------------------------------------------------------------------------------------------
def test_who_withdrew_is_erased_again_and_the_site_opens(client, stale, file):
    assert (stale.state, stale.identity is not None, journal.is_open()) == ("confirmed", True, False)
    told = StringIO()
    call_command("erase_expired", "--dry-run", stdout=told)
    assert "1  erased once, says the journal" in told.getvalue()
    assert Signatory.objects.confirmed().count() == 1
    call_command("erase_expired", "--replay", stdout=told)
    stale.refresh_from_db()
    assert (stale.state, stale.identity, stale.email_digest) == ("withdrawn", None, None)
    assert client.get(PAGE).status_code == 200
    assert readiness()["journal"]["ok"]
    assert (journal.keep_journal(), len(lines(file))) == (0, 2)


def test_a_mail_owed_to_somebody_erased_again_goes_with_her(stale):
    OutgoingMail.objects.create(kind="link", signatory=stale, mailbox=stale.identity)
    journal.replay()
    assert not OutgoingMail.objects.owed().exists()


def test_each_is_left_in_the_state_in_which_she_was_erased(petition, file, time_machine):
    """Confirmed, rejected and expired since the backup: the numbers that stay are the right ones."""
    rows = [make_signatory(petition, state="pending") for _ in range(4)]
    send_mails()
    backup = back_up()
    confirmed, rejected, expired, withdrawn = (Signatory.objects.filter(pk=row.pk) for row in rows)
    confirmed.move("confirm", words_digest=None)
    rejected.move("confirm", words_digest=None)
    rejected.move("reject")
    withdrawn.erase("withdraw")
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    privacy.expire_signatories()
    Petition.objects.update(destroy_on=timezone.now().date())
    privacy.forget_what_is_over()
    after = [row.values("state", "identity", "email_digest", "token_hash").get() for row in (
        confirmed, rejected, expired, withdrawn)]  # fmt: skip
    journal.keep_journal()
    restore(backup)
    assert journal.replay() == 4
    again = [row.values("state", "identity", "email_digest", "token_hash").get() for row in (
        confirmed, rejected, expired, withdrawn)]  # fmt: skip
    assert [row["state"] for row in again] == ["confirmed", "rejected", "expired", "withdrawn"]
    assert {(row["identity"], row["email_digest"]) for row in again} == {(None, None)}
    assert again[0] == after[0]


def test_replaying_twice_changes_nothing(stale):
    assert (journal.replay(), journal.replay()) == (1, 0)


# --- A journal that is not the newest --------------------------------------------------------------------------------
@pytest.mark.parametrize("what_happened", ["gone", "cut", "another"])
def test_a_journal_that_lacks_what_was_written_closes_the_site(client, petition, file, what_happened):
    for _ in range(3):
        make_signatory(petition, state="withdrawn")
    journal.keep_journal()
    text = file.read_text()
    if what_happened == "gone":
        file.unlink()
    else:
        file.write_text(text[:-70] if what_happened == "cut" else text.replace("withdrawn", "confirmed"))
    assert not journal.is_open()
    assert client.get(PAGE).status_code == 503
    assert Notice.objects.get().kind == "journal-incomplete"
    with pytest.raises(CommandError, match="not the newest"):
        call_command("erase_expired", "--replay")
    assert client.get(PAGE).status_code == 503
    file.write_text(text)
    call_command("erase_expired", "--replay", stdout=StringIO())
    assert client.get(PAGE).status_code == 200


def test_a_journal_lost_for_good_is_written_anew_from_the_database(stale, file):
    file.unlink()
    assert not journal.is_open()
    call_command("erase_expired", "--replay", "--journal-is-lost", stdout=StringIO())
    assert (journal.is_open(), journal.keep_journal()) == (True, 1)
    assert len(lines(file)) == Signatory.objects.filter(state="withdrawn").count() == 1


def test_the_journal_that_lags_turns_readyz_red(petition, file, time_machine):
    make_signatory(petition, state="withdrawn")
    time_machine.move_to(timezone.now() + timedelta(minutes=16), tick=False)
    assert readiness()["journal"] == {"ok": False, "closed": "", "oldest_unwritten_seconds": 960}
    journal.keep_journal()
    assert readiness()["journal"]["ok"]


def test_the_check_before_the_start_closes_a_restored_site(client, stale):
    told = StringIO()
    call_command("check_journal", stdout=told)
    assert "The site is closed" in told.getvalue()
    assert ErasureJournal.load().closed_since is not None
    journal.replay()
    call_command("check_journal", stdout=told)
    assert "fit each other" in told.getvalue()
