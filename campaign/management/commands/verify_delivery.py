"""`manage.py verify_delivery`: what verify.py in a bundle does, for those who have the site's code at hand."""

import sys
import tempfile
import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign.exports.checker.program import main


class Command(BaseCommand):
    help = "Check a decrypted bundle (its folder, or the ZIP archive) or a receipt, offline."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--key", default="", help="the fingerprint, or the key itself, from the letter or the site")

        parser.add_argument("--checkpoint", default="", help="a file with an earlier checkpoint of the log")
        parser.add_argument("--sample", type=int, default=0, metavar="N", help="draw N rows to ask about")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["path"]
        if not path.exists():
            raise CommandError(f"{path} is not there.")
        words = [f"--key={options['key']}", f"--sample={options['sample']}"]
        words += [f"--checkpoint={options['checkpoint']}"] if options["checkpoint"] else []
        if path.is_dir() or not zipfile.is_zipfile(path):
            sys.exit(main([str(path), *words]))
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
            sys.exit(main([folder, *words]))
