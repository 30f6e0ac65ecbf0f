"""What happens by itself: one line a task, safe to run twice. When: CELERY_BEAT_SCHEDULE in settings."""

from campaign.actions import counting, decisions, deliveries, mail, petitions, privacy
from campaign.celery import app


@app.task(name="campaign.send_mails")
def send_mails() -> None:
    mail.send_due_mails()


@app.task(name="campaign.count_signatures")
def count_signatures() -> None:
    counting.count_signatures()


@app.task(name="campaign.reconcile_counts")
def reconcile_counts() -> None:
    counting.reconcile_counts()


@app.task(name="campaign.build_deliveries")
def build_deliveries() -> None:
    deliveries.build_deliveries()


@app.task(name="campaign.advance_bulk_decisions")
def advance_bulk_decisions() -> None:
    decisions.advance_bulk_decisions()


@app.task(name="campaign.turn_petitions")
def turn_petitions() -> None:
    petitions.turn_petitions()


@app.task(name="campaign.expire_signatories")
def expire_signatories() -> None:
    privacy.expire_signatories()


@app.task(name="campaign.forget_what_is_over")
def forget_what_is_over() -> None:
    privacy.forget_what_is_over()
