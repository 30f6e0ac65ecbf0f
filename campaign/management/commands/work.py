"""`manage.py work`: the embedded worker. Celery's worker on the solo pool, and beat in a thread beside it."""

from typing import Any

from celery.beat import EmbeddedService, Scheduler
from django.conf import settings
from django.core.management.base import BaseCommand

from campaign.actions.mailing.mail import give_back_abandoned_claims
from campaign.celery import app


class Command(BaseCommand):
    help = "Run a Celery worker and beat in one process; needs no broker. Stop it with Ctrl-C or SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HAS_OWN_WORKER:
            give_back_abandoned_claims()
        # The in-memory broker reaches no other process, so beat is a thread of this one, and the solo pool runs
        # each tick in the main thread: the order of the ticks is the order of the work.
        beat = EmbeddedService(app, thread=True, scheduler_cls=Scheduler)
        beat.start()
        try:
            app.worker_main(
                ["--quiet", "worker", "--pool=solo", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
            )
        finally:
            beat.stop()
