"""The development mailbox: a mail backend that writes each mail to a file of its own, and reads them back."""

import os
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMail
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailboxBackend(BaseEmailBackend):
    """Writes mails to MAILBOX_DIR, one file each, complete or not at all. Development only."""

    def send_messages(self, email_messages: Any) -> int:
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            _write(folder, message)
        return len(email_messages)


def _write(folder: Path, message: EmailMessage) -> None:
    name = f"{len(os.listdir(folder)):08d}-{uuid4().hex}"
    draft = folder / f"{name}.part"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.message().as_bytes())
    draft.rename(folder / f"{name}.eml")


def read_mails(limit: int = 200) -> list[tuple[str, ParsedMail]]:
    """The newest mails, newest first, each with the name it is opened by."""
    folder = Path(settings.MAILBOX_DIR)
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True)[:limit] if folder.is_dir() else []
    return [(name.removesuffix(".eml"), _parse(folder / name)) for name in names]


def read_mail(name: str) -> ParsedMail | None:
    """One mail by its name, or None."""
    path = Path(settings.MAILBOX_DIR) / f"{Path(name).name}.eml"
    return _parse(path) if path.is_file() else None


def _parse(path: Path) -> ParsedMail:
    return message_from_bytes(path.read_bytes(), policy=policy.default)
