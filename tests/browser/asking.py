"""How a page is asked of the site as a reader would, and what is kept of the answer."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from campaign import crypto
from campaign.models import Petition, Signatory
from campaign.models.signatory import PENDING
from tests.factories import make_signatory, send_mails

HOST = "http://localhost"  # to browsers as good as https
MAILS = "mail, "  # what the names of HTML mails begin with: no pages of the site, and no policy
PROXY = "proxy, "  # as those that the proxy answers when the site cannot


@dataclass(frozen=True)
class Shown:
    """A page in a state, as it was answered."""

    name: str
    language: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_mail(self) -> bool:
        return self.name.startswith(MAILS)


def typed(path: Path) -> dict[str, str]:
    return {"Content-Type": mimetypes.guess_type(path)[0] or "text/html; charset=utf-8"}


def ask(name: str, language: str, path: str, data: dict[str, str] | None = None, **headers: str) -> Shown:
    """The answer to one request, by a client that keeps nothing and meets errors as a reader does."""
    client = Client(raise_request_exception=False, headers=headers)
    answer = client.get(path) if data is None else client.post(path, data)
    return Shown(name, language, path, answer.status_code, dict(answer.items()), answer.content)


def as_page(name: str, language: str, mail: EmailMultiAlternatives) -> Shown:
    """The HTML of a mail."""
    body = mail.alternatives[0].content.encode()
    path = f"/mail-{language}-{name.replace(', ', '-')}"
    return Shown(f"{MAILS}{name}", language, path, 200, typed(Path("mail.html")), body)


def signed(petition: Petition, language: str, **words: object) -> tuple[Signatory, str]:
    """A signatory to whom the link was mailed, and where it leads."""
    row = make_signatory(petition, state=PENDING, language=language, **words)
    send_mails()
    row.refresh_from_db()
    return row, f"/{language}/s/{crypto.link_token(settings.LINK_KEY, bytes(row.nonce))}/"
