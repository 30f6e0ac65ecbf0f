"""After a restore to an older database: what the world was told once is not told again."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering.announcing import announce_deliveries
from campaign.actions.mailing import updates
from campaign.actions.restoring import journal
from campaign.merkle.entries import DELIVERED
from campaign.models import Delivery, ErasureJournal, Mailing, Notice, OutgoingMail, PetitionLog, Signatory
from tests.actions.delivering.asking import make_addressee
from tests.factories import make_signatory, make_staff, send_mails
from tests.outsider import published
from tests.restoring import restored, taken
from tests.smtp import post_office
from tests.views.test_updates import make_update

DIGEST = "ab" * 32


@pytest.fixture
def logged(petition):
    """A petition with three signatures in its published log, all of which want the news."""
    for _ in range(3):
        make_signatory(petition, wants_updates=True)
    tend_logs()
    OutgoingMail.objects.all().delete()
    return petition


@pytest.fixture
def delivery(logged) -> Delivery:
    """One that is built, and of which the log does not tell yet."""
    return Delivery.objects.create(
        petition=logged, kind="bundle", state="built", number=1, addressee=make_addressee(), purpose="For the hearing.",
        requested_by=make_staff(name="officer"), built_at=timezone.now(), manifest_digest=DIGEST, log_size=4,
        row_count=3,
    )  # fmt: skip


def deliveries_in(petition):
    told = [(at, entry) for at, entry in enumerate(published(petition)) if entry.kind == DELIVERED]
    assert {(entry.size, entry.rows) for _at, entry in told} <= {(4, 3)}
    return [(at, entry.digest.hex()) for at, entry in told]


# --- Deliveries ------------------------------------------------------------------------------------------------------
def test_a_delivery_that_the_log_told_of_before_the_restore_is_told_once(logged, delivery):
    backup = taken()
    assert announce_deliveries() == 1
    tend_logs()
    assert deliveries_in(logged) == [(4, DIGEST)]
    with restored(backup):
        Delivery.objects.update(entry_index=None)
        assert PetitionLog.objects.get().refusal == ""  # nobody has looked yet, and still nothing comes in
        assert announce_deliveries() == 0
        tend_logs()
        assert (PetitionLog.objects.get().refusal, announce_deliveries()) == ("behind", 0)
        call_command("log", "bring-back")
        delivery.refresh_from_db()
        assert delivery.entry_index == 4
        assert announce_deliveries() == 0
        tend_logs()
        assert deliveries_in(logged) == [(4, DIGEST)]
        assert PetitionLog.objects.get().refusal == ""


def test_another_delivery_that_the_restored_database_has_is_told_once_the_entries_are_back(logged, delivery):
    backup = taken()
    make_signatory(logged)
    tend_logs()
    with restored(backup):
        assert announce_deliveries() == 0
        call_command("log", "bring-back")
        assert announce_deliveries() == 1
        tend_logs()
        assert [digest for _at, digest in deliveries_in(logged)] == [DIGEST]


# --- News ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def mailing(logged, settings) -> Mailing:
    """Under way: the first of three readers has hers."""
    settings.MAILING_AHEAD = 1
    ordered = updates.mail_update(make_update(logged), by=make_staff("Editor", name="editor"))
    assert updates.advance_mailings() == 1
    ordered.refresh_from_db()
    return ordered


def news_sent(office):
    return [mail["To"] for mail in office.mails if "It was handed over" in mail["Subject"]]


def mail_all(office):
    while updates.advance_mailings() + send_mails():
        pass
    return news_sent(office)


def set_back(mailing):
    """The mailing and its mails as the backup has them."""
    OutgoingMail.objects.all().delete()
    kept = {"cursor": mailing.cursor, "position": mailing.position, "finished_at": None, "cancelled_at": None}
    Mailing.objects.filter(pk=mailing.pk).update(**kept)


def test_nobody_gets_the_news_twice_after_a_restore_that_the_log_notices(logged, mailing):
    with post_office() as office:
        backup = taken()
        assert len(mail_all(office)) == 3
        make_signatory(logged)
        tend_logs()
        with restored(backup):
            set_back(mailing)
            send_mails()
            assert updates.advance_mailings() == 0  # the log is ahead: whom was it mailed to since?
            call_command("log", "bring-back")
            mail_all(office)
        assert len(news_sent(office)) == len(set(news_sent(office))) == 3
    mailing.refresh_from_db()
    assert mailing.cancelled_at is not None
    told = Notice.objects.get(kind="mailing-cancelled").details
    assert told == {"petition": logged.slug, "position": 1, "total": 3}


def test_nobody_gets_the_news_twice_after_a_restore_that_the_journal_notices(logged, mailing):
    journal.keep_journal()
    with post_office() as office:
        first = Signatory.objects.order_by("pk")[0]
        kept = Signatory.objects.filter(pk=first.pk).values().get()
        assert len(mail_all(office)) == 3
        before = ErasureJournal.load()
        Signatory.objects.filter(pk=first.pk).erase("withdraw")
        journal.keep_journal()
        Signatory.objects.filter(pk=first.pk).update(**kept)
        ErasureJournal.objects.update(size=before.size, tail=bytes(before.tail))
        set_back(mailing)
        assert not journal.is_open()
        assert journal.replay() == 1
        mail_all(office)
        assert len(news_sent(office)) == 3
    assert Notice.objects.filter(kind="mailing-cancelled").count() == 1


def test_what_is_owed_already_is_not_sent_either(logged, mailing):
    with post_office() as office:
        assert OutgoingMail.objects.owed().count() == 1
        assert updates.cancel_restored_mailings(logged) == 1
        assert mail_all(office) == []


def test_bringing_back_and_replaying_where_nothing_is_missing_cancel_nothing(logged, mailing):
    call_command("log", "bring-back")
    journal.keep_journal()
    journal.replay()
    mailing.refresh_from_db()
    assert (mailing.is_under_way, Notice.objects.count()) == (True, 0)


def test_news_of_a_petition_without_a_log_leave(petition, settings):
    make_signatory(petition, wants_updates=True)
    updates.mail_update(make_update(petition), by=make_staff("Editor", name="editor"))
    assert updates.advance_mailings() == 1
