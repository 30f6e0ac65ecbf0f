"""`manage.py make_signatories N --petition SLUG`: synthetic rows, for measuring."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaign.actions.synthetic import NotForPeopleError, make_signatories
from campaign.models import Petition

TELL_EVERY = 100_000  # rows


class Command(BaseCommand):
    help = "Write N synthetic signatories onto a petition, as they are after their mail was sent. For measuring only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument("--petition", required=True, metavar="SLUG")
        parser.add_argument("--confirmed", action="store_true", help="confirmed; the log counts them")
        parser.add_argument("--processes", type=int, default=0, metavar="P", help="how many seal at once (one a core)")
        parser.add_argument("--yes-really", action="store_true", help="also where DEVELOPMENT is off")

    def handle(self, *args: Any, **options: Any) -> None:
        count, petition = options["count"], self._petition(options)
        started, written = monotonic(), 0
        try:
            how = {"confirmed": options["confirmed"], "processes": options["processes"]}
            for rows in make_signatories(petition, count, **how):
                written += rows
                if written // TELL_EVERY > (written - rows) // TELL_EVERY:
                    self.stdout.write(f"{written:>12,}")
        except NotForPeopleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count:,} synthetic signatories in {monotonic() - started:.1f} s.")

    @staticmethod
    def _petition(options: dict[str, Any]) -> Petition:
        if not settings.DEVELOPMENT and not options["yes_really"]:
            raise CommandError(
                "This site is not for development: its counts are shown to people, and synthetic ones would lie to"
                " them. On a database made for measuring, say --yes-really."
            )
        if options["count"] < 1:
            raise CommandError("N is 1 or more.")
        petition = Petition.objects.filter(slug=options["petition"]).first()
        if petition is None:
            raise CommandError(f"There is no petition {options['petition']!r}.")
        return petition
