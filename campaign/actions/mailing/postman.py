"""One connection to the mail server, and what its answers mean for one mail or for the whole queue."""

import smtplib
from typing import Any

from django.core.mail import EmailMessage, get_connection


class QueueStoppedError(Exception):
    """Nothing can be sent now, through no fault of any one mail: before MAIL FROM was taken something failed."""


class TryLaterError(Exception):
    """The server cannot take this mail now (SMTP 4xx to RCPT or DATA), or was lost while it was to."""


class RefusedError(Exception):
    """The server will not take this mail (SMTP 5xx to RCPT or DATA)."""


class Postman:
    """Sends over one connection for as long as it is open."""

    def __init__(self) -> None:
        self._connection: Any = get_connection()
        self._is_sender_taken = False  # has the server answered MAIL FROM for the mail under way?
        self._has_carried = False  # has it for any mail on this line?
        self.has_verdict = False  # has it said of any mail whether it takes it?

    def __enter__(self) -> "Postman":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._connection.close()

    def send(self, message: EmailMessage) -> None:
        """Hand one mail to the server. Raises QueueStoppedError, TryLaterError or RefusedError (RFC 5321, 4.2.1)."""
        has_carried = self._has_carried
        try:
            self._send(message)
        except QueueStoppedError:
            if not has_carried:
                raise
            # Servers end a line that has carried enough for them. No recipient was named yet: a new line is safe.
            self._send(message)
        self.has_verdict = True

    def _send(self, message: EmailMessage) -> None:
        self._open()
        self._is_sender_taken = False
        try:
            self._connection.send_messages([message])
        except (smtplib.SMTPHeloError, smtplib.SMTPSenderRefused) as error:
            self._forget()
            raise QueueStoppedError(f"{type(error).__name__}: {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise self._of_one_mail("RCPT", code) from error
        except smtplib.SMTPDataError as error:
            raise self._of_one_mail("DATA", error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            self._forget()
            # From RCPT on, this mail may be what broke the line: then it alone waits.
            trouble = TryLaterError if self._is_sender_taken else QueueStoppedError
            raise trouble(type(error).__name__) from error

    def _open(self) -> None:
        try:
            if self._connection.open():
                self._listen()
        except smtplib.SMTPResponseException as error:
            self._forget()
            raise QueueStoppedError(f"{type(error).__name__}: {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            self._forget()
            raise QueueStoppedError(type(error).__name__) from error

    def _listen(self) -> None:
        """Note when the server has answered MAIL FROM: an exception of smtplib does not tell how far it came."""
        line = getattr(self._connection, "connection", None)
        if line is None:
            return  # a backend that keeps its mails here
        ask = line.mail

        def mail(*words: Any, **more: Any) -> tuple[int, bytes]:
            answer: tuple[int, bytes] = ask(*words, **more)
            self._is_sender_taken = self._has_carried = True
            return answer

        line.mail = mail

    def _forget(self) -> None:
        """Drop a connection that is of no more use, so that the next mail opens a new one."""
        line = getattr(self._connection, "connection", None)
        if line is not None:
            line.close()
            self._connection.connection = None
        self._has_carried = False

    def _of_one_mail(self, step: str, code: int) -> Exception:
        self.has_verdict = True
        text = f"{step}: {code}"
        return RefusedError(text) if 500 <= code < 600 else TryLaterError(text)
