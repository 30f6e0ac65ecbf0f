"""A whole site for a test, of real processes: gunicorn, the worker and a mail server, over data of their own."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.ports import free_port
from tests.seeded import ROOT, dump, new_database, prepared, select, variables
from tests.smtp import Office
from tests.traces import forms_of

SLUG = "stop-forced-repatriation"
PATIENCE_SECONDS = 60.0  # far above what is promised: a busy machine is not a broken promise
EMBEDDED = {"worker": ["manage.py", "work"]}
# As docker-compose.yml starts them.
WITH_BROKER = {
    "worker": ["-m", "celery", "-A", "campaign", "worker", "--concurrency", "2", "--loglevel", "WARNING",
               "--without-gossip", "--without-mingle"],
    "beat": ["-m", "celery", "-A", "campaign", "beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=",
             "--loglevel", "WARNING"],
}  # fmt: skip


def wait_until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """What `holds` returns once it is true. Fails with `what` when it does not become so."""
    until = time.monotonic() + seconds
    while not (value := holds()):
        if time.monotonic() > until:
            pytest.fail(f"not within {seconds:g} seconds: {what}")
        time.sleep(0.05)
    return value


# --- Its mail server -----------------------------------------------------------------------------------------------
class PostOffice(Office):
    """An Office that can be as slow as a test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds_per_mail = 0.0

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self.seconds_per_mail)  # after taking it: the sender does not know yet that it arrived
        return answer

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in list(self.mails) if mail["To"] == address]

    def wait_for_mail(self, address: str, number: int = 1) -> EmailMessage:
        """The newest mail to an address, once it has got `number` of them."""
        return wait_until(lambda: self.mails_to(address)[number - 1 :], f"mail {number} to {address}")[-1]


def link_in(mail: EmailMessage, language: str) -> str:
    """The one address of the signatory's own page in a mail's text."""
    body = mail.get_body(("plain",))
    links = re.findall(r"\S+/s/\S+", body.get_content() if body else "")
    assert [f"/{language}/s/" in link for link in links] == [True]
    return str(links[0])


@contextmanager
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


# --- The site ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Site:
    """The processes of one site, by name, and what a test asks of them."""

    folder: Path
    port: int
    environment: dict[str, str]
    office: PostOffice
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def has_broker(self) -> bool:
        return bool(self.environment.get("BROKER_URL"))

    # Processes
    def start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command], env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip

    def start_web(self) -> None:
        self.start("web", ["-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}"])
        wait_until(self.is_up, "the site answers")

    def start_workers(self) -> None:
        for name, command in (WITH_BROKER if self.has_broker else EMBEDDED).items():
            self.start(name, command)

    def is_up(self) -> bool:
        assert self.processes["web"].poll() is None, self.logs()
        try:
            status = self.get("/healthz").status
        except (OSError, http.client.HTTPException):
            return False
        assert status in (200, 301), self.logs()  # 301: to https, where production is asked without it
        return True

    def kill(self, name: str) -> None:
        """SIGKILL, to the process and what it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str, patience: float = PATIENCE_SECONDS) -> int:
        """SIGTERM, to the main process alone. Its exit code; fails when it does not end in time."""
        process = self.processes[name]
        process.terminate()
        code = process.wait(patience)
        del self.processes[name]
        return code

    def stop_all(self) -> None:
        """Whatever a test has left: TERM, then KILL."""
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for name in list(self.processes):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.processes[name].wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.processes[name].pid, signal.SIGKILL)
            self.processes.pop(name).wait()

    def logs(self) -> str:
        """Everything its processes have said, each under its name."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {file.stem}\n{file.read_text(errors='replace')}" for file in files)

    # HTTP
    def ask(self, method: str, path: str, body: str | None = None, timeout: float = PATIENCE_SECONDS, **headers: str):
        """One request on a connection of its own, by a client that keeps nothing."""
        if body is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, Any], **headers: Any) -> Answer:
        return self.ask("POST", path, urlencode(fields), **headers)

    def sign(self, email: str, language: str = "en", **words: str) -> Answer:
        """Fill in the form of the seeded petition, as a client without a browser would."""
        form = {"name": "Hong Gildong", "email": email, "country": "DE", "visibility": "delivered", "consent": "on"}
        timeout = float(words.pop("timeout", PATIENCE_SECONDS))
        return self.post(f"/{language}/petitions/{SLUG}/sign/", form | words, timeout=timeout)

    def own_page(self, email: str, language: str = "en") -> str:
        """The path of a signatory's own page, out of the newest mail to her."""
        return urlsplit(link_in(self.office.wait_for_mail(email), language)).path

    def join(self, email: str, **words: str) -> None:
        """Sign and confirm."""
        assert self.sign(email, **words).status == 303
        assert self.post(self.own_page(email), {"action": "confirm"}).status == 303

    @property
    def count(self) -> int:
        """The number that is told to everyone."""
        return int(json.loads(self.get(f"/api/petitions/{SLUG}/").text)["signature_count"])

    @property
    def confirmed(self) -> int:
        """The number that the count comes to. What is told may be half a second old, by each of two web processes."""
        ((number,),) = self.rows("SELECT COUNT(*) FROM campaign_signatory WHERE state = 'confirmed'")
        return int(number)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a SELECT, read beside the site."""
        return select(self.environment["DATABASE_URL"], query)

    def traces_of(self, *words: str) -> list[str]:
        """Which of the words stand in a log, or lie on the disk in clear, base64 or hex."""
        files = [file.read_bytes() for file in self.folder.rglob("*") if file.is_file() and file.suffix != ".log"]
        stored = b"\n".join([*files, dump(self.environment["DATABASE_URL"])])
        in_logs = [f"{word} in a log" for word in words if word.lower() in self.logs().lower()]
        return in_logs + [f"{word} on the disk" for word in words if any(form in stored for form in forms_of(word))]


@contextmanager
def new_site(**more: str) -> Iterator[Site]:
    """A seeded site whose pages answer; no worker runs yet. All of it is stopped at the end."""
    template, keys, ready = prepared()
    folder = Path(tempfile.mkdtemp(prefix="undersigned-site-"))
    port = free_port()
    given = {name: os.environ[name] for name in ("BROKER_URL", "CACHE_URL") if name in os.environ}
    database = new_database(folder, ready)
    shutil.copy(template / "admin-password", folder)
    if (template / "media").is_dir():
        shutil.copytree(template / "media", folder / "media")
    with post_office() as office:
        told = variables(folder, keys, database) | given
        told |= {"SITE_URL": f"http://127.0.0.1:{port}", "EMAIL_URL": f"smtp://127.0.0.1:{office.port}"}
        site = Site(folder, port, told | more, office)
        try:
            site.start_web()
            yield site
        finally:
            site.stop_all()
            shutil.rmtree(folder, ignore_errors=True)


# --- For conftest.py -----------------------------------------------------------------------------------------------
@pytest.hookimpl(wrapper=True)
def show_logs_of_site(item: pytest.Item) -> Any:
    """When a test fails, show what its site's processes said. A conftest calls it pytest_runtest_makereport."""
    report = yield
    for value in getattr(item, "funcargs", {}).values():
        if report.failed and isinstance(value, Site) and value.folder.exists():
            report.sections.append(("log of the site", value.logs()[-6000:]))
    return report
