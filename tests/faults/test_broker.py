"""The broker stopped, or hung: signing does not notice, and what is owed leaves once it is back."""

import shutil
import signal
import socket
import subprocess
import time
from collections import Counter

import pytest
import redis

from tests.factories import make_address
from tests.faults.test_kill import owe_mails, states
from tests.ports import free_port
from tests.site import WITH_BROKER, new_site, wait_until

AWAY = "The cache is away"
REDIS = shutil.which("redis-server")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not REDIS, reason="needs redis-server")]
FAULT_SECONDS = 3  # longer than every timeout towards the broker
SIGN_SECONDS = 1  # what a dead broker may cost whoever signs, beyond what this machine takes without a fault
SLACK = 10  # times that: a machine that runs other tests beside this one does not hold its pace
BACK_SECONDS = 180
STOP_SECONDS = 20  # docker-compose.yml has 60


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

    def counted(self) -> int:
        """How many forms are counted in the cache, of all networks and hours."""
        with redis.Redis(port=self.port, db=1) as cache:
            return sum(int(cache.get(key)) for key in cache.scan_iter("*:forms:*"))

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
    """Networks are counted, each form in the cache: whoever signs asks Redis. One process rests after a failure."""
    url = f"redis://127.0.0.1:{broker.port}"
    with new_site(
        BROKER_URL=f"{url}/0", CACHE_URL=f"{url}/1", RATE_LIMITS="on", PROOF_OF_WORK="off", WEB_WORKERS="1"
    ) as site:
        site.start_workers()
        yield site


def seconds_to_sign(site, email):
    started_at = time.monotonic()
    assert site.sign(email).status == 303
    return time.monotonic() - started_at


def seconds_to_sign_and_be_counted(site, broker, email):
    """As soon as the site asks the cache again: for ten seconds after a failure it leaves it alone."""
    for _ in range(15):
        before, seconds = broker.counted(), seconds_to_sign(site, email)
        if broker.counted() > before:
            return seconds
        time.sleep(1)
    pytest.fail("no form is counted")


@pytest.mark.parametrize(("fail", "recover"), [("stop", "start"), ("hang", "go_on")])
def test_signing_answers_without_the_broker_and_the_mail_leaves_once_it_is_back(site, broker, fail, recover):
    email = make_address()
    usual = max(seconds_to_sign_and_be_counted(site, broker, email) for _ in range(3))
    site.office.wait_for_mail(email)  # broker, worker and clock work together
    numbers = {name: process.pid for name, process in site.processes.items()}

    getattr(broker, fail)()
    noted = site.logs().count(AWAY)
    owed = [make_address() for _ in range(3)]
    waited = [seconds_to_sign(site, email) for email in owed]
    time.sleep(FAULT_SECONDS)
    waited.append(seconds_to_sign(site, owed[0]))
    assert max(waited) < SIGN_SECONDS + SLACK * usual
    assert site.logs().count(AWAY) > noted  # signing did ask
    assert site.get("/healthz").status == 200
    getattr(broker, recover)()

    wait_until(lambda: all(map(site.office.mails_to, owed)), "all mails that are owed", BACK_SECONDS)
    assert [len(site.office.mails_to(email)) for email in owed] == [1, 1, 1]
    assert {name: process.pid for name, process in site.processes.items() if process.poll() is None} == numbers


def test_a_worker_with_a_pool_told_to_stop_gives_its_claims_back_in_mid_batch(site):
    """As a container is stopped: the signal goes to the main process, which lets its pool finish."""
    wait_until(lambda: not {"queued", "sending"} & set(states(site)), "nothing is owed from before")
    before = Counter(states(site))
    # So slow that some are left, however late this process sees that the first have gone.
    sent_before, site.office.seconds_per_mail = len(site.office.mails), 0.5
    owe_mails(site, 30)
    wait_until(lambda: len(site.office.mails) > sent_before + 1, "some have left")
    usual, asked_at = seconds_to_sign(site, make_address()), time.monotonic()
    assert site.stop("worker", BACK_SECONDS) == 0
    assert time.monotonic() - asked_at < STOP_SECONDS + SLACK * usual
    sent = len(site.office.mails) - sent_before
    assert Counter(states(site)) == before + Counter(sent=sent, queued=31 - sent)
    site.office.seconds_per_mail = 0.0
    site.start("worker", WITH_BROKER["worker"])
    wait_until(lambda: Counter(states(site)) == before + Counter(sent=31), "all have left", BACK_SECONDS)
    assert len(site.office.mails) == sent_before + 31
