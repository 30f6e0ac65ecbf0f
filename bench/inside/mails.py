"""Mails per second: the worker's round against one connection that sends ready messages built by Django.

`mails.py ROUNDS SECONDS`, with EMAIL_URL at a server that takes everything. Prints JSON: rates by turns.
"""

import json
import sys
from itertools import cycle
from time import perf_counter
from uuid import uuid4

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: E402

from campaign.actions.mailing.letters import CONFIRM, compose  # noqa: E402
from campaign.actions.mailing.mail import send_due_mails  # noqa: E402
from campaign.actions.signing.signatories import Words, sign  # noqa: E402
from campaign.models import OutgoingMail, Petition  # noqa: E402
from campaign.models.mail import QUEUED  # noqa: E402

ROUNDS, SECONDS = int(sys.argv[1]), float(sys.argv[2])
MOST_PER_SECOND = 1_500
READY = 200


def owe_mails(count: int) -> None:
    """Signatures by form, as many as still lack to `count` due mails."""
    petition = Petition.objects.open()[0]
    editions = cycle([petition.edition_in(language) for language, _name in settings.LANGUAGES])
    word = uuid4().hex
    for number in range(count - OutgoingMail.objects.due().count()):
        email = f"bench-{word}-{number}@example.org"
        words = Words(name="Bench Signatory", email=email, country="KR", visibility="delivered")
        sign(petition, next(editions), words=words)


def ready_messages() -> list[EmailMultiAlternatives]:
    mails = OutgoingMail.objects.filter(state=QUEUED).select_related("signatory__edition", "signatory__petition")
    return [plain(compose(mail, letter=CONFIRM, address="bench@example.org")) for mail in mails[:READY]]


def plain(letter: EmailMultiAlternatives) -> EmailMultiAlternatives:
    """The same mail as Django builds it, without what our own class adds and spares."""
    message = EmailMultiAlternatives(
        letter.subject, letter.body, letter.from_email, letter.to, headers=letter.extra_headers
    )
    for alternative in letter.alternatives:
        message.attach_alternative(*alternative)
    return message


def bare_rate(messages: list[EmailMultiAlternatives]) -> float:
    """One connection, opened before, ready messages one after the other."""
    sent, started = 0, perf_counter()
    with get_connection() as connection:
        while perf_counter() - started < SECONDS:
            sent += connection.send_messages(messages[:50])
    return sent / (perf_counter() - started)


def site_rate() -> float:
    sent, started = 0, perf_counter()
    while perf_counter() - started < SECONDS:
        sent += send_due_mails()
    return sent / (perf_counter() - started)


owe_mails(READY)
messages = ready_messages()
turns = []
for _ in range(ROUNDS):
    owe_mails(int(SECONDS * MOST_PER_SECOND))
    turns.append({"bare": bare_rate(messages), "site": site_rate()})
print(json.dumps({"turns": turns, "left": OutgoingMail.objects.due().count()}))
