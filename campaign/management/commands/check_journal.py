"""`manage.py check_journal`: before anything else starts, see whether this database is a restored one."""

from typing import Any

from django.core.management.base import BaseCommand

from campaign.actions.restoring.journal import is_open


class Command(BaseCommand):
    help = "Close the site if somebody stands in the database whom the journal of erasures says erased."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(
            "The journal of erasures and the database fit each other."
            if is_open()
            else "The site is closed: run `manage.py erase_expired --replay` (docs/operations.md, Restore)."
        )
