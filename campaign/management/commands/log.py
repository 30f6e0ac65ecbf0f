"""`manage.py log`: hold the published logs against the database, and bring one that is refused to go on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign.actions.counting.log import LogRefusedError, publish
from campaign.actions.restoring.log_repair import differing_files, mend
from campaign.actions.restoring.log_restore import bring_back
from campaign.models import Petition


class Command(BaseCommand):
    help = (
        "check: name every published file that is not what the database makes of it. mend: write them all anew from the"
        " database. bring-back: after a restore, read the entries that were published since into the database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["check", "mend", "bring-back"])
        parser.add_argument("--petition", metavar="SLUG", help="one petition only")

    def handle(self, *args: Any, **options: Any) -> None:
        act = {"check": self._check, "mend": self._mend, "bring-back": self._bring_back}[options["act"]]
        petitions = Petition.objects.filter(log__isnull=False).order_by("pk")
        if options["petition"]:
            petitions = petitions.filter(slug=options["petition"])
        for petition in petitions:
            try:
                act(petition)
            except LogRefusedError as error:
                raise CommandError(f"{petition}: {error.refusal.label}. See docs/operations.md.") from error

    def _check(self, petition: Petition) -> None:
        differing = list(differing_files(petition))
        for path in differing:
            self.stderr.write(f"{petition}: {path} is missing, or altered")
        if differing:
            raise CommandError(f"{petition}: {len(differing)} files differ from the database.")
        self.stdout.write(f"{petition}: all is as it should be.")

    def _mend(self, petition: Petition) -> None:
        mend(petition)
        self.stdout.write(f"{petition}: the log is written anew.")

    def _bring_back(self, petition: Petition) -> None:
        done = bring_back(petition)
        publish(petition)
        told = ", ".join(f"{number} {what}" for what, number in done.items())
        self.stdout.write(f"{petition}: {told}.")
