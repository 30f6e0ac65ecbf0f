"""`manage.py keys new` makes secrets, `keys check` tries them: the site's own; offline, the officers' delivery key."""

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaign import crypto, keyfile
from campaign.actions.delivering.canary import CanaryBrokenError, open_canary
from campaign.environment import SECRETS
from campaign.management.passphrase import add_passphrase_argument, passphrase
from campaign.models.mode import KEY_SUITE

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
        file.write(value.rstrip("\n") + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error


class Command(BaseCommand):
    help = "Make secrets (new), or try those there are (check): the site's own, or the officers' delivery key."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["new", "check"])
        parser.add_argument("--directory", type=Path, help="write one file per secret here, instead of printing them")
        parser.add_argument("--delivery-key", type=Path, help="the officers' key file of a high-risk petition")
        parser.add_argument("--canary", type=Path, help="with check and --delivery-key: open this canary")
        add_passphrase_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["delivery_key"]:
            act = self._new_delivery_key if options["act"] == "new" else self._check_delivery_key
            try:
                act(options["delivery_key"], options)
            except (keyfile.KeyFileError, CanaryBrokenError) as error:
                raise CommandError(str(error)) from error
        elif options["act"] == "check":
            self._check()
        else:
            self._new(options["directory"])

    # --- The site's own ----------------------------------------------------------------------------------------
    def _new(self, folder: Path | None) -> None:
        if folder:
            self._write(folder)
            return
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

    # --- The officers' -----------------------------------------------------------------------------------------
    def _new_delivery_key(self, path: Path, options: dict[str, Any]) -> None:
        public_path = path.with_name(path.name + ".public")
        if path.exists() or public_path.exists():
            raise CommandError(f"{path} or {public_path} is there already. A key is never overwritten: name another.")
        phrase = passphrase(options["passphrase_file"], is_new=True)
        locked = keyfile.lock(crypto.new_private_key(KEY_SUITE), phrase)
        write_secret(path, locked)
        # Read back and opened once, before anything is sealed to it.
        public = crypto.public_key_of(keyfile.unlock(read(path), phrase))
        write_secret(public_path, public)
        self.stdout.write(
            f"The private half is in {path}, under the passphrase. Copy it to a second place now.\n"
            f"The public half is in {public_path}: this goes into the admin.\n"
            f"Fingerprint: {crypto.fingerprint(public)}"
        )

    def _check_delivery_key(self, path: Path, options: dict[str, Any]) -> None:
        private = keyfile.unlock(read(path), passphrase(options["passphrase_file"]))
        self.stdout.write(
            f"The passphrase opens the key. Fingerprint: {crypto.fingerprint(crypto.public_key_of(private))}"
        )
        if options["canary"]:
            self.stdout.write(
                f"The canary opens. Its code, for the admin: {open_canary(read(options['canary']), private)}"
            )
