"""The attackers of a siege: forged forms, with and without proofs, from many networks that they pretend to come from.

A process of its own, started by siege.py with a plan as JSON; prints as JSON how often it got which answer, and how
long it took. It has read the site's code: it does the work for some proofs, and hands each of them in again and again.
"""

import hashlib
import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

THREADS = 8
MIN_AGE_SECONDS = 2.1  # of a proof
PATIENCE_SECONDS = 120  # on a machine that does other work, too
FORM = {"country": "KR", "visibility": "delivered", "consent": "on", "website": ""}


@dataclass
class Forger:
    """One thread: a connection, and what it got."""

    plan: dict
    number: int
    answers: Counter = field(default_factory=Counter)
    fresh: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.plan['seed']}-{self.number}")  # so that a siege can be repeated
        self.ends_at = time.monotonic() + self.plan["seconds"]
        self.connection = http.client.HTTPConnection("127.0.0.1", self.plan["port"], timeout=PATIENCE_SECONDS)

    def run(self) -> None:
        for _ in range(self.plan["proofs"] // THREADS):
            self.earn()
        time.sleep(MIN_AGE_SECONDS)
        for _ in range(self.plan["posts"] // THREADS):
            if time.monotonic() > self.ends_at:
                break
            self.post()

    def earn(self) -> None:
        challenge = self.ask("GET", f"/api/petitions/{self.plan['slug']}/challenge/", "challenge")
        if challenge:
            self.fresh.append(solve(json.loads(challenge)))

    def post(self) -> None:
        kind, proof = self.proof()
        form = FORM | {"name": f"Forged {self.random.choice('ABCDEFGH')} Name", "email": self.address(), "proof": proof}
        self.ask("POST", f"/en/petitions/{self.plan['slug']}/sign/", kind, urlencode(form))

    def proof(self) -> tuple[str, str]:
        draw = self.random.random()
        if draw < 0.1 and self.fresh:
            self.used.append(self.fresh.pop())
            return "with a proof", self.used[-1]
        if draw < 0.2 and self.used:
            return "with a spent proof", self.random.choice(self.used)
        if draw < 0.3:
            return "with a made-up proof", "A" * 44 + ".7"
        return "without a proof", ""

    def address(self) -> str:
        """A victim's, in one of its spellings."""
        name = f"victim-{self.random.randrange(self.plan['victims'])}"
        spelled = self.random.choice([name, name.upper(), f"{name}+{self.random.randrange(10_000)}"])
        return f"{spelled}@siege.example.org"

    def network(self) -> str:
        """One of many; every other one a /64, with another address out of it each time."""
        number = self.random.randrange(self.plan["networks"])
        if number % 2:
            return f"10.66.{number >> 8}.{number & 255}"
        return f"2001:db8:66:{number:x}::{self.random.randrange(1, 65_536):x}"

    def ask(self, method: str, path: str, kind: str, body: str | None = None) -> bytes:
        """The body of a 200. What a client claims before its own address is a lie."""
        headers = {"X-Forwarded-For": f"192.0.2.{self.random.randrange(256)}, {self.network()}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer, read = self.send(method, path, body, headers)
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.answers[f"{kind}: no answer"] += 1
            return b""
        self.answers[f"{kind}: {answer}"] += 1
        return read if answer == http.HTTPStatus.OK else b""

    def send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body; over a new line where the server has ended the old one, as it may while nobody asks."""
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except ConnectionError:
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        return answer.status, answer.read()


def solve(challenge: dict) -> str:
    """The proof for a challenge, by trying all numbers as the page's script does."""
    start = hashlib.sha256(f"{challenge['token']}.".encode())
    target = bytes.fromhex(challenge["target"])
    for number in range(challenge["work"]):
        tried = start.copy()
        tried.update(b"%d" % number)
        if tried.digest() == target:
            return f"{challenge['token']}.{number}"
    raise ValueError("no number below `work` solves it")


def main() -> None:
    started_at = time.monotonic()
    forgers = [Forger(json.loads(sys.argv[1]), number) for number in range(THREADS)]
    threads = [threading.Thread(target=forger.run) for forger in forgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = sum((forger.answers for forger in forgers), Counter())
    print(json.dumps({"answers": answers, "seconds": time.monotonic() - started_at}))


if __name__ == "__main__":
    main()
