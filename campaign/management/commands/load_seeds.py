"""`manage.py load_seeds`: bring in a campaign from a folder, such as the first one from `seeds/`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.actions.pages.seeds import SeedBrokenError, load_seeds


class Command(BaseCommand):
    help = "Load a campaign from a folder. What is there already stays as it is, unless --overwrite is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=Path(settings.BASE_DIR) / "seeds")
        parser.add_argument("--overwrite", action="store_true", help="let the folder's words win over an editor's")

    def handle(self, *, folder: Path, overwrite: bool, **options: Any) -> None:
        try:
            done = load_seeds(folder, overwrite=overwrite)
        except SeedBrokenError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write("\n".join(done) or "Nothing to do: all of it is there.")
