"""What happens by itself: one line a task, safe to run twice. When: CELERY_BEAT_SCHEDULE in settings."""

from typing import Any

from campaign.actions.admitting import slow_lane
from campaign.actions.counting import log, tallies
from campaign.actions.counting import reconciling as counting
from campaign.actions.delivering import building, handing_over, receipt_making
from campaign.actions.forgetting import privacy
from campaign.actions.mailing import mail, updates
from campaign.actions.moderating import bulk, shown_names, watching
from campaign.actions.pages import petitions
from campaign.actions.restoring import journal
from campaign.celery import app


class Tick(app.Task):
    """A task that stands still while the site is closed: a restored database owes nothing before it has forgotten."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return super().__call__(*args, **kwargs) if journal.is_open() else None


app.Task = Tick


@app.task(name="campaign.send_mails")
def send_mails() -> None:
    mail.send_due_mails()


@app.task(name="campaign.release_mails")
def release_mails() -> None:
    slow_lane.release_mails()


@app.task(name="campaign.watch_confirmations")
def watch_confirmations() -> None:
    watching.watch_confirmations()


@app.task(name="campaign.tend_logs")
def tend_logs() -> None:
    log.tend_logs()


@app.task(name="campaign.reconcile_counts")
def reconcile_counts() -> None:
    counting.reconcile_counts()


@app.task(name="campaign.build_deliveries")
def build_deliveries() -> None:
    building.build_deliveries()


@app.task(name="campaign.make_receipts")
def make_receipts() -> None:
    receipt_making.make_receipts()


@app.task(name="campaign.write_striking_notices")
def write_striking_notices() -> None:
    handing_over.write_striking_notices()


@app.task(name="campaign.advance_bulk_decisions")
def advance_bulk_decisions() -> None:
    bulk.advance_bulk_decisions()


@app.task(name="campaign.publish_names")
def publish_names() -> None:
    shown_names.publish_names()


@app.task(name="campaign.turn_petitions")
def turn_petitions() -> None:
    petitions.turn_petitions()


@app.task(name="campaign.expire_signatories")
def expire_signatories() -> None:
    privacy.expire_signatories()


@app.task(name="campaign.forget_what_is_over")
def forget_what_is_over() -> None:
    privacy.forget_what_is_over()


@app.task(name="campaign.keep_journal")
def keep_journal() -> None:
    journal.keep_journal()


@app.task(name="campaign.advance_mailings")
def advance_mailings() -> None:
    updates.advance_mailings()


@app.task(name="campaign.take_tallies")
def take_tallies() -> None:
    tallies.take_tallies()
