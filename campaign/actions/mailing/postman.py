"""One connection to the mail server, and what its answers mean for one mail or for the whole queue."""

import smtplib
from typing import Any

from django.core.mail import EmailMessage, get_connection


class QueueStoppedError(Exception):
    """Nothing can be sent now, through no fault of any one mail: connecting, greeting, login or MAIL FROM failed."""


class TryLaterError(Exception):
    """The server cannot take this mail now (SMTP 4xx)."""


class RefusedError(Exception):
    """The server will not take this mail (SMTP 5xx to RCPT or DATA)."""


class Postman:
    """Sends over one connection for as long as it is open."""

    def __init__(self) -> None:
        self._connection: Any = get_connection()

    def __enter__(self) -> "Postman":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._connection.close()

    def send(self, message: EmailMessage) -> None:
        """Hand one mail to the server. Raises QueueStoppedError, TryLaterError or RefusedError (RFC 5321, 4.2.1)."""
        self._open()
        try:
            self._connection.send_messages([message])
        except (smtplib.SMTPHeloError, smtplib.SMTPSenderRefused) as error:
            self._forget()
            raise QueueStoppedError(f"{type(error).__name__}: {error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise _of_one_mail("RCPT", code) from error
        except smtplib.SMTPDataError as error:
            raise _of_one_mail("DATA", error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            # The line broke in mid-mail: this one may be what broke it, so it alone waits.
            self._forget()
            raise TryLaterError(type(error).__name__) from error

    def _open(self) -> None:
        try:
            self._connection.open()
        except smtplib.SMTPResponseException as error:
            self._forget()
            raise QueueStoppedError(f"{type(error).__name__}: {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            self._forget()
            raise QueueStoppedError(type(error).__name__) from error

    def _forget(self) -> None:
        """Drop a connection that is of no more use, so that the next mail opens a new one."""
        line = getattr(self._connection, "connection", None)
        if line is not None:
            line.close()
            self._connection.connection = None


def _of_one_mail(step: str, code: int) -> Exception:
    text = f"{step}: {code}"
    return RefusedError(text) if 500 <= code < 600 else TryLaterError(text)
