"""`manage.py keys new` makes the site's secrets; `manage.py keys check` tries those it was given."""

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaign import crypto
from campaign.environment import SECRETS

_PAIRS = ("POST", "DELIVERY")
_PROBE = b"what is sealed here opens here"


def new_secrets() -> dict[str, str]:
    """A value for every secret the site knows; the key pairs fit each other."""
    made = {name: secrets.token_urlsafe(48) for name in SECRETS if not name.startswith(_PAIRS)}
    for pair in _PAIRS:
        private = crypto.new_private_key()
        made |= {f"{pair}_PRIVATE_KEY": private, f"{pair}_PUBLIC_KEY": crypto.public_key_of(private)}
    return made


def write_secret(path: Path, value: str) -> bool:
    """Write a file that only its owner can read, unless it is there already. Whether it was written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")
    return True


class Command(BaseCommand):
    help = "Make the secrets a site needs (new), or say whether those it has fit each other (check)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["new", "check"])
        parser.add_argument("--directory", type=Path, help="write one file per secret here, instead of printing them")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "check":
            self._check()
        elif options["directory"]:
            self._write(options["directory"])
        else:
            for name, value in new_secrets().items():
                self.stdout.write(f"{name}={value}")

    def _write(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for pair in _PAIRS:
            halves = [(folder / f"{pair}_{half}_KEY").exists() for half in ("PRIVATE", "PUBLIC")]
            if any(halves) and not all(halves):
                raise CommandError(f"{folder} holds one half of the {pair} key only; put the other back, or move it.")
        written = [name for name, value in new_secrets().items() if write_secret(folder / name, value)]
        self.stdout.write(
            f"{len(written)} new secrets in {folder}, readable by their owner only."
            if written
            else f"All secrets were in {folder} already; nothing was changed."
        )

    def _check(self) -> None:
        for pair in _PAIRS:
            public = getattr(settings, f"{pair}_PUBLIC_KEY")
            private = getattr(settings, f"{pair}_PRIVATE_KEY")
            if public and private:
                self._try(pair, public, private)
            held = "both halves" if public and private else "the public half only" if public else "nothing"
            self.stdout.write(f"{pair}: role {settings.CAMPAIGN_ROLE} holds {held}.")

    def _try(self, pair: str, public: str, private: str) -> None:
        try:
            opened = crypto.open_sealed(private, crypto.seal(public, _PROBE, b"keys check"), b"keys check")
        except (crypto.SealBrokenError, crypto.KeyUnreadableError) as error:
            raise CommandError(f"{pair}_PUBLIC_KEY and {pair}_PRIVATE_KEY do not fit each other: {error}.") from error
        if opened != _PROBE:
            raise CommandError(f"{pair}: what was sealed came back altered.")
