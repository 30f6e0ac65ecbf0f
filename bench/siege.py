"""A siege on loopback: forged forms by the thousand, and readers who sign meanwhile. Bounded in count and time.

python3 start.py test installs what it needs; then: .venv/bin/python bench/siege.py --posts 100000
DATABASE_URL, BROKER_URL and CACHE_URL as for the tests; without them it is the embedded site on SQLite. Exits with 1
when a promise of docs/security.md is broken.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import django  # noqa: E402 - the path comes first
from forgers import MIN_AGE_SECONDS, solve  # noqa: E402

import tests.environment  # noqa: E402, F401 - the keys that settings ask for

os.environ |= {"DJANGO_SETTINGS_MODULE": "campaign.settings", "LOG_LEVEL": "WARNING"}
django.setup()

from tests.site import SLUG, Site, link_in, new_site, wait_until  # noqa: E402

PROCESSES = 2
PATIENCE_SECONDS = 900.0
SIGN_SECONDS = 2.0  # what a reader may wait for the next page
OPEN_THE_LANE = (
    "import django; django.setup(); from django.utils import timezone; from campaign.models import OutgoingMail;"
    "OutgoingMail.objects.waiting().update(state='queued', network_tag=None, due_at=timezone.now())"
)


@dataclass(frozen=True)
class Visit:
    """What one honest reader went through, in seconds: from the button to the next page, and to her mail."""

    has_script: bool
    sign: float
    mail: float


class Mails(list):
    """Counts the mails to victims, and keeps those to honest readers."""

    def __init__(self) -> None:
        super().__init__()
        self.to_victims: Counter[str] = Counter()

    def append(self, mail: Any) -> None:
        name, _, domain = mail["To"].lower().partition("@")
        if domain == "siege.example.org":
            self.to_victims[name.partition("+")[0]] += 1
        else:
            super().append(mail)


@dataclass
class Findings:
    """What a siege did, and what it did not."""

    answers: Counter[str]
    seconds: float
    confirmed: int  # more than before, those of honest readers left out
    mails: Mails
    visits: list[Visit] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """The promises that did not hold; of time, see `is_slow`."""
        promises = {
            "the confirmed count is left alone": self.confirmed == 0,
            "no victim gets more than one mail": max(self.mails.to_victims.values(), default=0) <= 1,
            "every forged form gets the answer of an honest one": self.refused == [],
        }
        return [promise for promise, is_kept in promises.items() if not is_kept]

    @property
    def is_slow(self) -> bool:
        """Whether a reader waited too long for the next page: also for want of a machine."""
        return max(visit.sign for visit in self.visits) > SIGN_SECONDS

    @property
    def refused(self) -> list[str]:
        return [answer for answer in self.answers if not answer.endswith((": 303", "challenge: 200"))]

    @property
    def text(self) -> str:
        posts = sum(number for answer, number in self.answers.items() if not answer.startswith("challenge"))
        lines = [f"{posts:,} forged forms in {self.seconds:.0f} s, {posts / self.seconds:.0f} a second"]
        lines += [f"  {answer}: {number:,}" for answer, number in sorted(self.answers.items())]
        victims = self.mails.to_victims
        lines += [f"{len(victims):,} victims mailed, at most {max(victims.values(), default=0)} mail each"]
        lines += [f"{self.confirmed} signatures confirmed that no reader confirmed"]
        for has_script, what in ((True, "with JavaScript"), (False, "without JavaScript")):
            visits = [visit for visit in self.visits if visit.has_script == has_script]
            sign, mail = (max(getattr(visit, name) for visit in visits) for name in ("sign", "mail"))
            lines += [f"{len(visits)} readers {what}: slowest signed in {sign:.2f} s, had her mail after {mail:.0f} s"]
        return "\n".join([*lines, *(f"BROKEN: {promise}" for promise in self.broken)])


# --- Honest readers ------------------------------------------------------------------------------------------------
def visit(site: Site, number: int, *, has_script: bool) -> Visit:
    """Read, fill in the form, sign, open the mail, confirm; from a network of her own."""
    email, own = f"reader-{number}@example.org", {"X-Forwarded-For": f"198.51.100.{number % 256}"}
    site.get(f"/en/articles/{SLUG}/", **own)
    proof = earn(site, own) if has_script else ""
    form = {"name": "Hong Gildong", "email": email, "country": "DE", "visibility": "delivered", "consent": "on"}
    started_at = time.monotonic()
    answer = site.post(f"/en/petitions/{SLUG}/sign/", form | {"proof": proof}, **own)
    assert answer.status == 303, answer.status
    site.get(urlsplit(answer.headers["Location"]).path, **own)
    signed_at = time.monotonic()
    (mail,) = wait_until(lambda: site.office.mails_to(email), f"a mail to {email}", PATIENCE_SECONDS)
    mailed_at = time.monotonic()
    path = urlsplit(link_in(mail, "en")).path
    assert site.post(path, {"action": "confirm"}, **own).status == 303
    return Visit(has_script, signed_at - started_at, mailed_at - signed_at)


def earn(site: Site, own: dict[str, str]) -> str:
    """A proof, as the page's script earns it while the form is being filled in."""
    given_at = time.monotonic()
    proof = solve(json.loads(site.get(f"/api/petitions/{SLUG}/challenge/", **own).text))
    time.sleep(max(0.0, MIN_AGE_SECONDS - (time.monotonic() - given_at)))
    return proof


# --- The siege -----------------------------------------------------------------------------------------------------
def besiege(site: Site, posts: int, seconds: float) -> Findings:
    """Lay siege to a site that trusts one proxy and has its workers; at the end let all waiting mails go at once."""
    site.office.mails = mails = Mails()
    forgers = [start_forgers(site, posts // PROCESSES, seconds, seed) for seed in range(PROCESSES)]
    visits: list[Visit] = []
    while len(visits) < 2 or any(forger.poll() is None for forger in forgers):
        visits.append(visit(site, len(visits), has_script=len(visits) % 2 == 0))
    told = [json.loads(forger.communicate()[0]) for forger in forgers]
    answers = sum((Counter(one["answers"]) for one in told), Counter())
    subprocess.run([sys.executable, "-c", OPEN_THE_LANE], env=site.environment, cwd=ROOT, check=True)
    wait_until(lambda: owed(site) == 0, "every mail was sent or needed no sending", seconds)
    seconds = max(one["seconds"] for one in told)
    return Findings(answers, seconds, confirmed(site) - len(visits), mails, visits)


def start_forgers(site: Site, posts: int, seconds: float, seed: int) -> subprocess.Popen[str]:
    many = max(10, posts // 50)
    plan = {"port": site.port, "slug": SLUG, "posts": posts, "seconds": seconds, "seed": seed,
            "proofs": min(400, posts // 25), "victims": many, "networks": many}  # fmt: skip
    command = [sys.executable, str(ROOT / "bench" / "forgers.py"), json.dumps(plan)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def owed(site: Site) -> int:
    query = "SELECT count(*) FROM campaign_outgoingmail WHERE state IN ('waiting', 'queued', 'sending')"
    return int(site.rows(query)[0][0])


def confirmed(site: Site) -> int:
    return int(site.rows("SELECT count(*) FROM campaign_signatory WHERE state = 'confirmed'")[0][0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=2_000, help="forged forms")
    parser.add_argument("--seconds", type=float, default=1_800, help="how long they may take, and their mails again")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    one_process = {} if os.environ.get("CACHE_URL") else {"WEB_WORKERS": "1", "WEB_THREADS": "8"}  # as start.py has it
    with new_site(TRUSTED_PROXIES="1", **one_process) as site:
        site.start_workers()
        findings = besiege(site, options.posts, options.seconds)
    print(findings.text)
    return 1 if findings.broken or findings.is_slow else 0


if __name__ == "__main__":
    sys.exit(main())
