"""`manage.py erase_expired`: do now what the ticks do by themselves, or only tell; --replay follows a restore."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign.actions.forgetting import privacy
from campaign.actions.restoring import journal

IN_JOURNAL = "erased once, says the journal"


class Command(BaseCommand):
    help = "Erase everything whose time is over, until nothing is left to erase."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell how many rows each rule would take")
        parser.add_argument(
            "--replay", action="store_true", help="after a restore: erase again whom the journal names, open the site"
        )
        parser.add_argument(
            "--journal-is-lost", action="store_true", help="replay what there is of the journal, and write it anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            totals = privacy.count_what_is_over() | {IN_JOURNAL: journal.count_to_replay()}
        else:
            totals = (self._replay(options["journal_is_lost"]) if options["replay"] else {}) | self._erase()
        for rule, count in totals.items():
            self.stdout.write(f"{count:>9}  {rule}")

    @staticmethod
    def _erase() -> dict[str, int]:
        totals: dict[str, int] = {}
        while any((taken := privacy.forget_what_is_over()).values()):
            totals = {rule: totals.get(rule, 0) + count for rule, count in taken.items()}
        return totals or taken

    @staticmethod
    def _replay(takes_incomplete: bool) -> dict[str, int]:
        try:
            return {IN_JOURNAL: journal.replay(takes_incomplete=takes_incomplete)}
        except journal.JournalIncompleteError as error:
            raise CommandError(
                "The journal in JOURNAL_DIR is not the newest one: it lacks what this database has seen in it. Put the"
                " newest in its place. Only if there is none any more, say --journal-is-lost: who withdrew since this"
                " backup then stands again, unless what is left of the journal names her."
            ) from error
