#!/usr/bin/env python3
"""Runs Undersigned, its tests and its checks, from nothing but Python and its venv module.

A signal only sets a flag; everything slow is a child process that is waited for in small steps. So nothing is
interrupted half-way, and nothing is left behind at whatever moment it is stopped.
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

if sys.version_info < (3, 11):  # noqa: UP036 - said before anything newer than this line's grammar is met
    sys.exit("Undersigned needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "undersigned.stamp"  # which Python and which lock the environment was made from
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
SECRETS = (
    "SECRET_KEY", "CAMPAIGN_KEY", "LINK_KEY", "LOG_KEY",
    "POST_PUBLIC_KEY", "POST_PRIVATE_KEY", "DELIVERY_PUBLIC_KEY", "DELIVERY_PRIVATE_KEY",
)  # fmt: skip
PATIENCE_SECONDS = 8  # from TERM to KILL: a task lasts two seconds at most, and ten were promised
START_SECONDS = 60
HELP = """\
python3 start.py           run the site, its worker and its clock at http://127.0.0.1:8000/
python3 start.py test …    run the tests; what follows goes to pytest
python3 start.py check     lint, types, import rules, migrations, translations, templates
python3 start.py bench …   measure; what follows goes to bench/run.py
python3 start.py help      this list

PORT=8000 and DATA_DIR=var are the defaults; docs/operations.md lists all variables."""
CHECKS = (
    ("lint", "-m ruff check --quiet"),
    ("format", "-m ruff format --check --quiet"),
    ("types", "-m mypy"),
    ("import rules", "-c __import__('importlinter.cli').cli.lint_imports_command()"),
    ("settings and models", "manage.py check --fail-level WARNING"),
    ("migrations are complete", "manage.py makemigrations --check --dry-run"),
    ("migrations are safe", ".ci/migrations.py"),
    ("translations", ".ci/translations.py"),
    ("templates", "-m djlint --quiet --lint templates"),
)


class Interrupted(Exception):  # noqa: N818 - a wish, not an error
    """Ctrl-C or TERM: stop what runs, and leave."""


class Children:
    """The processes started here, each in a group of its own, so that all of them can be stopped, in order."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[str]] = []
        self.signal = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self.remember)

    def remember(self, number: int, _frame: object) -> None:
        """The signal handler: the next pause acts on it."""
        self.signal = self.signal or number

    def pause(self) -> None:
        """Let a moment pass. Raises Interrupted once a stop was asked for."""
        if self.signal:
            raise Interrupted
        time.sleep(0.1)

    def start(self, command: list[str], environment: dict[str, str] | None = None, output=None):
        """Start a program beside this one."""
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            text=True, process_group=0, preexec_fn=die_with_parent,  # noqa: PLW1509 - there are no threads here
        )  # fmt: skip
        self.running.append(child)
        return child

    def finish(self, command: list[str], environment: dict[str, str] | None = None) -> tuple[int, str]:
        """Run a program to its end: its exit code and all it printed."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            child = self.start(command, environment, output)
            while child.poll() is None:
                self.pause()
            self.running.remove(child)
            output.seek(0)
            return child.returncode, output.read()

    def stop(self) -> None:
        """TERM to every group, KILL to what is left of it when patience ends."""
        until = time.monotonic() + PATIENCE_SECONDS
        for child in self.running:
            signal_group(child, signal.SIGTERM)
        for child in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, until - time.monotonic()))
            signal_group(child, signal.SIGKILL)  # a leader may be gone while its group is not
            child.wait()


LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Runs in the child: ask Linux for a TERM should start.py itself be killed (PR_SET_PDEATHSIG)."""
    if LIBC:
        LIBC.prctl(1, signal.SIGTERM)


def signal_group(child: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


@contextlib.contextmanager
def holding(path: Path, children: Children, wait_for: str = "", refuse_with: str = ""):
    """Hold a lock file: wait while another process has it, or exit with `refuse_with`."""
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if refuse_with:
                    sys.exit(refuse_with)
                if wait_for:
                    say(wait_for)
                    wait_for = ""
                children.pause()
        yield


def say(text: str = "") -> None:
    print(text, flush=True)


# --- The environment of the project -------------------------------------------------------------------------------
def install(children: Children, lock: str) -> None:
    """Bring `.venv` to what the lock says, by hash; nothing to do when it is there already."""
    with holding(ROOT / ".venv.lock", children, wait_for="Waiting for another start.py to finish installing."):
        stamp = STAMP.read_text() if STAMP.exists() and PYTHON.exists() else ""
        if stamp in (stamp_of(lock), stamp_of(DEVELOPMENT)):  # the development lock holds the runtime one
            return
        uv = shutil.which("uv")
        if not is_usable(stamp, uv):
            make_venv(children, uv)
        say(f"Installing {lock} into .venv (once; a minute or two).")
        pip = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
        must(children, [*pip, "--quiet", "--require-hashes", "-r", str(ROOT / lock)])
        STAMP.write_text(stamp_of(lock))


def stamp_of(lock: str) -> str:
    digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    return f"{sys.version_info[0]}.{sys.version_info[1]} {digest}"


def is_usable(stamp: str, uv: str | None) -> bool:
    """Whether the environment can be added to: made by this Python, and with an installer at hand."""
    has_installer = uv or any(VENV.glob("lib/*/site-packages/pip"))
    return bool(has_installer) and stamp.split(" ")[0] == stamp_of(RUNTIME).split(" ")[0]


def make_venv(children: Children, uv: str | None) -> None:
    """A new, empty environment. Exits with what to install where this Python cannot make one."""
    if not uv and importlib.util.find_spec("ensurepip") is None:
        sys.exit("This Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv")
    shutil.rmtree(VENV, ignore_errors=True)
    # The base interpreter: this one may itself be the .venv that was just removed.
    python = getattr(sys, "_base_executable", sys.executable)
    make = [uv, "venv", "--quiet", "--python", python] if uv else [python, "-m", "venv"]
    must(children, [*make, str(VENV)])


def must(children: Children, command: list[str], environment: dict[str, str] | None = None) -> str:
    """What a program prints. Exits with it, should the program fail."""
    code, output = children.finish(command, environment)
    if code:
        sys.exit(f"{output.strip()}\n\nThis failed with exit code {code}: {' '.join(command)}")
    return output


# --- run ----------------------------------------------------------------------------------------------------------
def run(children: Children, _arguments: list[str]) -> None:
    """Install, prepare, start the site and the worker, and watch over them until told to stop."""
    port, data = chosen_port(), Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    os.umask(0o077)  # what is kept in the data folder is its owner's alone
    data.mkdir(parents=True, exist_ok=True)
    busy = f"Undersigned runs on {data} already. Stop it first, or give this one its own folder: DATA_DIR=…"
    with holding(data / "start.lock", children, refuse_with=busy):
        refuse_taken(port)
        install(children, RUNTIME)
        environment = environment_of(data, port)
        login = prepare(children, environment)
        serve(children, environment, port, login)


def chosen_port() -> int:
    word = os.environ.get("PORT") or "8000"
    if not word.isdecimal() or not 0 < int(word) < 65536:
        sys.exit(f"PORT is a number from 1 to 65535, not {word!r}.")
    return int(word)


def refuse_taken(port: int) -> None:
    """Exits with a sentence when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            sys.exit(f"Port {port} cannot be used ({error.strerror}). Choose another: PORT={port + 1} python3 start.py")


def environment_of(data: Path, port: int) -> dict[str, str]:
    """The variables of the children: what the user set stays, the rest is the embedded default."""
    environment = {"DEVELOPMENT": "on", "SITE_URL": f"http://127.0.0.1:{port}", **os.environ, "DATA_DIR": str(data)}
    for name in SECRETS:
        if not environment.get(name) and not environment.get(f"{name}_FILE"):
            environment[f"{name}_FILE"] = str(data / "keys" / name)
    return environment


def manage(*words: str) -> list[str]:
    return [str(PYTHON), str(ROOT / "manage.py"), *words]


def prepare(children: Children, environment: dict[str, str]) -> str:
    """Keys, tables, static files, the first campaign, the first user. Returns what to say about the login."""
    say("Preparing keys, database, pages and the first campaign.")
    must(children, manage("keys", "new", "--directory", str(Path(environment["DATA_DIR"]) / "keys")), environment)
    must(children, manage("migrate", "--noinput"), environment)
    must(children, manage("collectstatic", "--noinput"), environment)
    must(children, manage("load_seeds"), environment)
    return must(children, manage("ensure_admin"), environment).strip()


def serve(children: Children, environment: dict[str, str], port: int, login: str) -> None:
    """Start both services and wait. Exits when one of them ends by itself, or the site does not come up."""
    site = "-m gunicorn campaign.wsgi:application --worker-class gthread --workers 1 --threads 8 --log-level warning"
    bind = ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", "5", "--no-control-socket"]
    services = {
        "site": children.start([str(PYTHON), *site.split(), *bind], environment),
        "worker": children.start(manage("work"), environment),
    }
    until = time.monotonic() + START_SECONDS
    while not is_answering(port):
        watch(services)
        if time.monotonic() > until:
            sys.exit(f"The site did not answer within {START_SECONDS} seconds.")
        children.pause()
    announce(environment, port, login)
    while True:
        watch(services)
        children.pause()


def watch(services: dict[str, subprocess.Popen[str]]) -> None:
    for name, child in services.items():
        if child.poll() is not None:
            sys.exit(f"The {name} ended by itself (exit code {child.returncode}); the rest is stopped too.")


def is_answering(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def announce(environment: dict[str, str], port: int, login: str) -> None:
    address = f"http://127.0.0.1:{port}"
    has_mailbox = not environment.get("EMAIL_URL") and not environment.get("EMAIL_URL_FILE")
    say("\nUndersigned is running; Ctrl-C stops all of it.")
    say(f"  Site     {address}/")
    say(f"  Admin    {address}/admin/  ({login})")
    if has_mailbox:
        say(f"  Mailbox  {address}/mailbox/  (every mail the site has sent; none leaves this machine)")
    say(f"  Data     {environment['DATA_DIR']}")
    say("One process tree holds the private keys beside the public pages: whoever breaks into it reads every name")
    say("and address. That is for development and small sites; docs/operations.md shows the way to production.\n")


# --- test, check, bench ---------------------------------------------------------------------------------------------
def become(children: Children, *command: str) -> None:
    """Install the development lock, then give this process over to a program: its signals and exit code are its own."""
    install(children, DEVELOPMENT)
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *command])


def test(children: Children, arguments: list[str]) -> None:
    become(children, "-m", "pytest", *arguments)


def bench(children: Children, arguments: list[str]) -> None:
    become(children, "bench/run.py", *arguments)


def check(children: Children, _arguments: list[str]) -> None:
    """Every check, one line each, with its output where it fails. Exits with 1 when one did."""
    install(children, DEVELOPMENT)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_of(Path(folder), port=8000)
        must(children, manage("keys", "new", "--directory", f"{folder}/keys"), environment)
        for title, command in CHECKS:
            print(f"{title:<26}", end="", flush=True)
            code, output = children.finish([str(PYTHON), *command.split()], environment)
            say("ok" if not code else f"FAILED\n{output}")
            failed += [title] if code else []
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}.")


COMMANDS = {"": run, "run": run, "test": test, "check": check, "bench": bench}


def main(command: str = "", *arguments: str) -> int:
    if command in ("help", "-h", "--help"):
        say(HELP)
        return 0
    if command not in COMMANDS:
        sys.exit(f"There is no command {command!r}.\n\n{HELP}")
    children = Children()
    try:
        COMMANDS[command](children, list(arguments))
    except Interrupted:
        say("\nStopping.")
        return 0 if COMMANDS[command] is run else 128 + children.signal
    finally:
        children.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
