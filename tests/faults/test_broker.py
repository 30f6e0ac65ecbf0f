"""The broker stopped, or hung: signing does not notice, and what is owed leaves once it is back."""

import shutil
import signal
import socket
import subprocess
import time

import pytest

from tests.factories import make_address
from tests.faults.test_kill import owe_mails, states
from tests.ports import free_port
from tests.site import WITH_BROKER, new_site, wait_until

REDIS = shutil.which("redis-server")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not REDIS, reason="needs redis-server")]
FAULT_SECONDS = 3  # longer than every timeout towards the broker
SIGN_SECONDS = 5  # one is promised; a machine that runs other tests beside this one is given more
BACK_SECONDS = 60
STOP_SECONDS = 10


class Broker:
    """A redis-server of this test's own, which keeps nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(REDIS), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self.answers, "redis-server answers")

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def hang(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def broker():
    broker = Broker()
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def site(broker):
    url = f"redis://127.0.0.1:{broker.port}"
    with new_site(BROKER_URL=f"{url}/0", CACHE_URL=f"{url}/1", RATE_LIMITS="off", PROOF_OF_WORK="off") as site:
        site.start_workers()
        yield site


def sign_in_time(site, email):
    started_at = time.monotonic()
    answer = site.sign(email, timeout=SIGN_SECONDS)
    assert (answer.status, time.monotonic() - started_at < SIGN_SECONDS) == (303, True)


@pytest.mark.parametrize(("fail", "recover"), [("stop", "start"), ("hang", "go_on")])
def test_signing_answers_without_the_broker_and_the_mail_leaves_once_it_is_back(site, broker, fail, recover):
    email = make_address()
    assert site.sign(email).status == 303
    site.office.wait_for_mail(email)  # broker, worker and clock work together
    numbers = {name: process.pid for name, process in site.processes.items()}

    getattr(broker, fail)()
    owed = [make_address() for _ in range(3)]
    for email in owed:
        sign_in_time(site, email)
    time.sleep(FAULT_SECONDS)
    sign_in_time(site, owed[0])
    assert site.get("/healthz").status == 200
    getattr(broker, recover)()

    wait_until(lambda: all(map(site.office.mails_to, owed)), "all mails that are owed", BACK_SECONDS)
    assert [len(site.office.mails_to(email)) for email in owed] == [1, 1, 1]
    assert {name: process.pid for name, process in site.processes.items() if process.poll() is None} == numbers


def test_a_worker_with_a_pool_told_to_stop_gives_its_claims_back_in_mid_batch(site):
    """As a container is stopped: the signal goes to the main process, which lets its pool finish."""
    wait_until(lambda: not {"queued", "sending"} & set(states(site)), "nothing is owed from before")
    before = states(site)
    sent_before, site.office.seconds_per_mail = len(site.office.mails), 0.1
    owe_mails(site, 30)
    wait_until(lambda: len(site.office.mails) > sent_before + 3, "some have left")
    asked_at = time.monotonic()
    assert (site.stop("worker"), time.monotonic() - asked_at < STOP_SECONDS) == (0, True)
    sent = len(site.office.mails) - sent_before
    assert states(site) == before | {"sent": before.get("sent", 0) + sent, "queued": 30 - sent}
    site.start("worker", WITH_BROKER["worker"])
    wait_until(lambda: states(site) == before | {"sent": before.get("sent", 0) + 30}, "all have left")
    assert len(site.office.mails) == sent_before + 30
