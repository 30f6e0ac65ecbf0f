"""A real SMTP server on loopback that answers as a test tells it to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.test import override_settings

from tests.ports import free_port

HANGS, HANGS_UP = "hangs", "hangs up"  # instead of an answer
HANG_SECONDS = 0.6


async def _answer(server: SMTP, answer: str) -> str:
    if answer == HANGS:
        await asyncio.sleep(HANG_SECONDS)
    if answer == HANGS_UP and server.transport:
        server.transport.abort()
    return "421 too late" if answer in (HANGS, HANGS_UP) else answer


class Office:
    """Takes mails, or refuses them at the step and with the answer that a test sets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.connections = 0
        self.mails_on_a_line, self.mails_at_most, self.ending = 0, 0, ""  # 0: any number
        self.port = 0

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        self.connections += 1
        session.host_name = hostname
        return [await _answer(server, self.answers["EHLO"])] if "EHLO" in self.answers else responses

    async def handle_HELO(self, server: SMTP, session: Any, envelope: Any, hostname: str) -> str:
        session.host_name = hostname
        return self.answers.get("EHLO", "250 ok")

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if "MAIL" in self.answers:
            return await _answer(server, self.answers["MAIL"])
        most = self.mails_at_most or self.mails_on_a_line * self.connections
        if most and len(self.mails) == most:
            return await _answer(server, self.ending)
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.answers.get(f"RCPT {address}", self.answers.get("RCPT"))
        if answer:
            return await _answer(server, answer)
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if "DATA" in self.answers:
            return await _answer(server, self.answers["DATA"])
        self.mails.append(message_from_bytes(envelope.original_content, policy=policy.default))  # type: ignore[arg-type]
        return "250 ok"

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]


@contextmanager
def post_office(port: int = 0) -> Iterator[Office]:
    """Run an Office, and have Django send through it."""
    office = Office()
    office.port = port or free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        with override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=office.port,
            EMAIL_TIMEOUT=5,
        ):
            yield office
    finally:
        controller.stop()
