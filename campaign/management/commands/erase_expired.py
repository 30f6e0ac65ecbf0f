"""`manage.py erase_expired`: do now what the ticks do by themselves; with --dry-run only tell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from campaign.actions import privacy


class Command(BaseCommand):
    help = "Erase everything whose time is over, until nothing is left to erase."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell how many rows each rule would take")

    def handle(self, *args: Any, **options: Any) -> None:
        totals = privacy.count_what_is_over() if options["dry_run"] else self._erase()
        for rule, count in totals.items():
            self.stdout.write(f"{count:>9}  {rule}")

    @staticmethod
    def _erase() -> dict[str, int]:
        totals: dict[str, int] = {}
        while any((taken := privacy.forget_what_is_over()).values()):
            totals = {rule: totals.get(rule, 0) + count for rule, count in taken.items()}
        return totals or taken
