"""What the measurements run on: databases of their own, keys of their own, and application servers as in production."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "bench_undersigned_"
# As in production (docs/operations.md): two processes, four threads each.
GUNICORN = "-m gunicorn --worker-class gthread --workers 2 --threads 4 --log-level warning --no-control-socket"
PATIENCE_SECONDS = 20


class Databases:
    """Databases on the server that DATABASE_URL names, made when asked for and dropped at the end."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.made: list[str] = []

    def make(self, name: str) -> str:
        """A fresh, empty database; its address."""
        name = PREFIX + name
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        self.made.append(name)
        return urlunsplit(self.url._replace(path=f"/{name}"))

    def drop(self) -> None:
        while self.made:
            self._run(f"DROP DATABASE IF EXISTS {self.made.pop()} WITH (FORCE)")

    def _run(self, *statements: str) -> None:
        anywhere = urlunsplit(self.url._replace(scheme="postgresql", path="/postgres"))
        with psycopg.connect(anywhere, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def execute(url: str, *statements: str) -> None:
    """Run statements on a database, each by itself."""
    with psycopg.connect(url.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def settle(url: str) -> None:
    """Bring a database to rest after it was filled: rows visible, statistics true, pages written."""
    execute(url, "VACUUM ANALYZE", "CHECKPOINT")


class Server:
    """Gunicorn with one application."""

    def __init__(self, application: str, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable,
            *GUNICORN.split(),
            "--chdir",
            str(folder),
            "--bind",
            f"127.0.0.1:{self.port}",
            application,
        ]
        environment = environment | {"SITE_URL": self.address, "ALLOWED_HOSTS": "127.0.0.1"}
        self.process = subprocess.Popen(command, env=environment, process_group=0)

    def wait(self) -> "Server":
        """Until it answers."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_healthy(self.port):
            if self.process.poll() is not None or time.monotonic() > until:
                raise SystemExit("An application server did not start; what it said stands above.")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"{path} answered {answer.status}.")
        return body

    def megabytes(self) -> list[float]:
        """The memory of each process of this server, shared pages counted in part (PSS)."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=True)
        return [proportional_megabytes(int(pid)) for pid in [self.process.pid, *children.stdout.split()]]


def proportional_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def free_port() -> int:
    """A port in the range the measurements keep to."""
    for port in range(8520, 8600):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port
    raise SystemExit("No port between 8520 and 8599 is free.")


_given: set[int] = set()
