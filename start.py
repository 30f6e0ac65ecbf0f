#!/usr/bin/env python3
"""Undersigned, from nothing but Python and its venv module:

python3 start.py           run the site, its worker and its clock at http://127.0.0.1:8000/
python3 start.py test …    run the tests; what follows goes to pytest
python3 start.py check     lint, security, types, import rules, migrations, translations, templates
python3 start.py bench …   measure; what follows goes to bench/run.py
python3 start.py help      this text

PORT=8000 and DATA_DIR=var are the defaults; docs/operations.md lists every variable.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import http.client
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this far, and deserves a sentence
    sys.exit("Undersigned needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MANAGE = (str(PYTHON), str(ROOT / "manage.py"))
STAMP = VENV / "undersigned.stamp"  # which Python and which lock the environment was made from
PROGRAMS = {"test": ["-m", "pytest"], "check": [".ci/check.py"], "bench": ["bench/run.py"]}
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
RUNNING = """
Undersigned is running; Ctrl-C stops all of it.
  Site     {SITE_URL}/
  Admin    {SITE_URL}/admin/  ({login})
  Mail     {mail}
  Data     {DATA_DIR}
One computer holds the private keys beside the public pages: who breaks into the pages can read every name and address.
That is for development and small sites; docs/operations.md shows the way to production.
"""
Process = subprocess.Popen[str]


class Children:
    """The processes started here, each in a group of its own, so that Ctrl-C reaches them through here alone.

    A signal only sets a flag; everything slow is a child, waited for in small steps: nothing is cut off half-way."""

    def __init__(self) -> None:
        self.running: list[Process] = []
        self.signal = 0
        signal.signal(signal.SIGINT, self.remember)
        signal.signal(signal.SIGTERM, self.remember)

    def remember(self, number: int, _frame: object) -> None:
        """The signal handler: the next pause acts on it."""
        self.signal = self.signal or number

    def pause(self) -> None:
        """Let a moment pass. Raises KeyboardInterrupt once a stop was asked for."""
        if self.signal:
            raise KeyboardInterrupt
        time.sleep(0.1)

    def start(self, command: list[str], environment: dict[str, str] | None = None, output=None) -> Process:
        options = {"cwd": ROOT, "env": environment, "stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        self.running.append(Process(command, text=True, process_group=0, preexec_fn=die_with_parent, **options))
        return self.running[-1]

    def finish(self, command: list[str], environment: dict[str, str] | None = None) -> str:
        """What a program prints until its end. Exits with just that, should it fail."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            child = self.start(command, environment, output)
            while child.poll() is None:
                self.pause()
            self.running.remove(child)
            output.seek(0)
            printed = output.read().strip()
        if child.returncode:
            give_up(f"{printed}\n\nThis failed with exit code {child.returncode}: {' '.join(command)}")
        return printed

    def stop(self) -> None:
        """TERM to every group; then KILL, also to a group that outlived its leader. Ten seconds were promised."""
        for number, seconds in ((signal.SIGTERM, 7), (signal.SIGKILL, 1)):
            until = time.monotonic() + seconds
            for child in self.running:
                with contextlib.suppress(ProcessLookupError, PermissionError):  # it is gone: what was wanted
                    os.killpg(child.pid, number)
            for child in self.running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(max(0.0, until - time.monotonic()))


def give_up(message: str) -> NoReturn:
    """Say why at once: what runs may take seconds to stop."""
    print(message, file=sys.stderr, flush=True)
    sys.exit(1)


def die_with_parent() -> None:
    """Runs in the child: Linux is to send it a TERM should start.py itself be killed."""
    if LIBC:
        LIBC.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


@contextlib.contextmanager
def holding(path: Path, children: Children, refusal: str = ""):
    """Hold a lock file; while another process has it, wait, or exit with the refusal."""
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if refusal:
                    give_up(refusal)
                children.pause()
        yield


def install(children: Children, lock: str) -> None:
    """Bring `.venv` to what the lock says, by hash; nothing to do when it is there already."""
    with holding(ROOT / ".venv.lock", children):
        stamp = STAMP.read_text() if STAMP.exists() and PYTHON.exists() else ""
        if stamp in (stamp_of(lock), stamp_of(DEVELOPMENT)):  # the development lock holds the runtime one
            return
        print(f"Installing {lock} into .venv: once, for a minute or two.", flush=True)
        uv = shutil.which("uv")
        is_same_python = stamp.split(" ")[0] == stamp_of(lock).split(" ")[0]
        if not is_same_python or not (uv or any(VENV.glob("lib/*/site-packages/pip"))):
            make_venv(children, uv)
        pip = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
        children.finish([*pip, "--quiet", "--require-hashes", "-r", str(ROOT / lock)])
        STAMP.write_text(stamp_of(lock))


def stamp_of(lock: str) -> str:
    return f"{sys.implementation.cache_tag} {hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()}"


def make_venv(children: Children, uv: str | None) -> None:
    """A new, empty environment. Exits with what to install where this Python cannot make one."""
    if not uv and importlib.util.find_spec("ensurepip") is None:
        give_up("This Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv")
    shutil.rmtree(VENV, ignore_errors=True)
    python = getattr(sys, "_base_executable", sys.executable)  # this one may live in what was just removed
    make = [uv, "venv", "--quiet", "--python", python] if uv else [python, "-m", "venv"]
    children.finish([*make, str(VENV)])


def run(children: Children) -> NoReturn:
    """Install, prepare, start the site and the worker, and watch over them until told to stop."""
    data = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    os.umask(0o077)  # what is kept in the data folder is its owner's alone
    data.mkdir(parents=True, exist_ok=True)
    refusal = f"Undersigned runs on {data} already: stop it, or give this one a folder of its own with DATA_DIR=…"
    with holding(data / "start.lock", children, refusal):
        port = free_port(os.environ.get("PORT") or "8000")
        install(children, RUNTIME)
        environment = prepare(children, data, port)
        login = children.finish([*MANAGE, "ensure_admin"], environment)
        serve(children, environment, port, login)


def free_port(word: str) -> int:
    """The port of that name. Exits with a sentence when it is none, or another program listens on it."""
    if not (word.isascii() and word.isdecimal() and 0 < int(word) < 65536):
        give_up(f"PORT is a number from 1 to 65535, not {word!r}.")
    port = int(word)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            give_up(f"Port {port}: {error.strerror}. Choose another: PORT={port + 1} python3 start.py")
    return port


def prepare(children: Children, data: Path, port: int) -> dict[str, str]:
    """Make keys, tables, static files and the first campaign. Returns the variables that everything here runs with."""
    print("Preparing keys, database, pages and the first campaign.", flush=True)
    environment = {"DEVELOPMENT": "on", "SITE_URL": f"http://127.0.0.1:{port}", **os.environ, "DATA_DIR": str(data)}
    children.finish([*MANAGE, "keys", "new", "--directory", str(data / "keys")], environment)
    for path in (data / "keys").iterdir():
        if not environment.get(path.name) and not environment.get(f"{path.name}_FILE"):  # what the user set stays
            environment[f"{path.name}_FILE"] = str(path)
    for command in ("migrate --noinput", "collectstatic --noinput", "load_seeds"):
        children.finish([*MANAGE, *command.split()], environment)
    return environment


def serve(children: Children, environment: dict[str, str], port: int, login: str) -> NoReturn:
    """Start both services, say so, and wait. Exits when one of them ends by itself."""
    options = f"--bind 127.0.0.1:{port} --workers 1 --threads 8 --graceful-timeout 5 --log-level warning"
    site = children.start([str(PYTHON), "-m", "gunicorn", *options.split()], environment)
    services = {"site": site, "worker": children.start([*MANAGE, "work"], environment)}
    is_announced = False
    while True:
        children.pause()
        for name, child in services.items():
            if child.poll() is not None:
                give_up(f"The {name} ended by itself (exit code {child.returncode}); the rest is stopped with it.")
        if not is_announced and is_answering(port):
            has_server = environment.get("EMAIL_URL") or environment.get("EMAIL_URL_FILE")
            mail = "leaves by EMAIL_URL" if has_server else "{SITE_URL}/mailbox/  (none leaves this computer)"
            print(RUNNING.replace("{mail}", mail).format(**environment | {"login": login}), flush=True)
            is_announced = True


def is_answering(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def main(command: str = "run", *arguments: str) -> int:
    if command in ("help", "-h", "--help"):
        print(__doc__)
        return 0
    if command != "run" and command not in PROGRAMS:
        give_up(f"There is no command {command!r}.\n\n{__doc__}")
    children = Children()
    try:
        if command == "run":
            run(children)
        install(children, DEVELOPMENT)
        os.chdir(ROOT)
        # From here on this process is the program: exit code and signals are its own.
        os.execv(PYTHON, [str(PYTHON), *PROGRAMS[command], *arguments])  # noqa: S606 # nosec B606 # our own
    except KeyboardInterrupt:
        print("\nStopping.", flush=True)
        return 0 if command == "run" else 128 + children.signal
    finally:
        children.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
