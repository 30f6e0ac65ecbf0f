"""`manage.py staff reset NAME`: the way back for who lost a second factor, where no other superuser can help."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.actions.staff.accounts import reset_second_factor


class Command(BaseCommand):
    help = "Take away a member of staff's second factor. It is recorded, and all staff are told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["reset"])
        parser.add_argument("name", help="the name that she logs in with")
        parser.add_argument("--reason", default="lost", help="stays on the record; names no other person")

    def handle(self, *args: Any, name: str, reason: str, **options: Any) -> None:
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"Nobody logs in as {name!r}.")
        if not reset_second_factor(user, reason=reason, by=None):
            raise CommandError(f"{name!r} has no second factor.")
        self.stdout.write(f"Reset. {name!r} sets up a new second factor at the next login.")
