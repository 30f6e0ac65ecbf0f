"""Asks for a passphrase: at the terminal, unseen, or from a file where nobody sits. Never on the command line."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path

from django.core.management.base import CommandError


def add_passphrase_argument(parser: ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", type=Path, help="read the passphrase from here instead of asking for it")


def passphrase(file: Path | None, *, is_new: bool = False) -> str:
    """The passphrase; a new one is asked for twice. Raises CommandError."""
    if file is not None:
        return _from_file(file)
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for the passphrase at: give --passphrase-file.")
    typed = getpass("Passphrase: ")
    if is_new and getpass("The same passphrase again: ") != typed:
        raise CommandError("These were two different passphrases. Nothing was written.")
    return typed


def _from_file(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from error
