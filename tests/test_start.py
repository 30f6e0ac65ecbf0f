"""start.py as a person meets it: programs are started, told to stop, and looked for afterwards."""

import http.client
import importlib.util
import os
import random
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from campaign.environment import SECRETS
from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 10
START_SECONDS = 60


@pytest.fixture
def port():
    return free_port()


@pytest.fixture(scope="module")
def first_start(tmp_path_factory):
    """A data folder that has seen its first start, and what that start said and answered."""
    data, port = tmp_path_factory.mktemp("first") / "data", free_port()
    with running(data, port) as site:
        paths = ("/healthz", "/en/", "/admin/login/", "/mailbox/")
        statuses = [get(port, path) for path in paths]
    return SimpleNamespace(data=data, port=port, output=site.output, statuses=statuses)


@pytest.fixture
def started_before(first_start):
    return first_start.data


def environment(data, port, **more):
    """What a fresh terminal has, and nothing of the test run's own keys and addresses."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"DATA_DIR": str(data), "PORT": str(port), "PYTHONUNBUFFERED": "1"} | more


@contextmanager
def start(*words, root=ROOT, **variables):
    """start.py in a process of its own, which is gone at the end whatever the test finds."""
    command = [sys.executable, str(root / "start.py"), *words]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=environment(**variables), **output) as process:
        try:
            yield process
        finally:
            process.terminate()


def say(*words, **variables):
    """Run to the end: exit code and output."""
    with start(*words, **variables) as process:
        output, _ = process.communicate(timeout=START_SECONDS)
    return process.returncode, output


@contextmanager
def running(data, port):
    """A site that has come up, stopped at the end."""
    with start(data=data, port=port) as process:
        yield SimpleNamespace(process=process, output=read_until(process, "way to production"))


def read_until(process, words):
    output = ""
    while words not in output:
        line = process.stdout.readline()
        assert line, f"ended before it said {words!r}: {output}"
        output += line
    return output


def processes_of(data):
    """Every process that was given this data folder, by number: its command line."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
            if folder.name.isdecimal() and f"DATA_DIR={data}".encode() in variables:
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # not ours to read, or gone by now
            continue
    return {number: command for number, command in found.items() if command}  # a zombie has no command line


def process_like(words, data):
    """The number of the first process whose command line has these words, once there is one."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if found := [number for number, command in processes_of(data).items() if words in command]:
            return min(found)
        time.sleep(0.02)
    raise AssertionError(f"no process like {words!r}")


def wait_until_none_runs(data, seconds):
    until = time.monotonic() + seconds
    while (left := processes_of(data)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def permissions(path):
    return stat.S_IMODE(path.stat().st_mode)


def load_start():
    specification = importlib.util.spec_from_file_location("start_of_undersigned", ROOT / "start.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def pins(lock):
    return set(re.findall(r"^[^\s#]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))


# --- Before anything is installed ----------------------------------------------------------------------------------
def test_help_lists_every_command_of_the_contract(tmp_path, port):
    code, output = say("help", data=tmp_path, port=port)
    commands = re.findall(r"^python3 start\.py (\w*)", output, re.MULTILINE)
    assert (code, commands) == (0, ["", "test", "check", "bench", "help"])


def test_an_unknown_command_is_refused_with_the_list(tmp_path, port):
    code, output = say("deploy", data=tmp_path, port=port)
    assert code == 1
    assert output.startswith("There is no command 'deploy'.\n")
    assert "python3 start.py help" in output


def test_a_taken_port_is_told_before_anything_is_done(tmp_path, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        code, output = say(data=tmp_path / "data", port=port)
    assert code == 1
    assert output == f"Port {port}: Address already in use. Choose another: PORT={port + 1} python3 start.py\n"
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["start.lock"]


@pytest.mark.parametrize("word", ["0", "65536", "-1", "http", "８０００"])
def test_a_port_that_is_none_is_refused(tmp_path, word):
    assert say(data=tmp_path, port=word) == (1, f"PORT is a number from 1 to 65535, not {word!r}.\n")


def test_a_python_without_ensurepip_is_told_which_package_to_install(monkeypatch, capsys):
    start_py = load_start()
    monkeypatch.setattr(start_py.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as exit_:
        start_py.make_venv(None, uv=None)
    assert exit_.value.code == 1
    assert capsys.readouterr().err.endswith("apt install python3-venv\n")


def test_the_development_lock_holds_the_runtime_lock():
    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    assert re.findall(r"://|file:|--(?:index|extra|find)\S*|^/|@ ", text) == []
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text.strip()))


# --- The real thing ------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_the_first_start_makes_keys_and_a_password_for_the_owner_only(first_start):
    data = first_start.data
    keys = {path.name: permissions(path) for path in (data / "keys").iterdir()}
    assert keys == dict.fromkeys(SECRETS, 0o600)
    assert [permissions(path) for path in (data, data / "keys", data / "admin-password")] == [0o700, 0o700, 0o600]


@pytest.mark.slow
def test_the_first_start_says_where_everything_is_and_how_to_log_in(first_start):
    site, password = f"http://127.0.0.1:{first_start.port}", (first_start.data / "admin-password").read_text().strip()
    told = re.findall(r"^  (\w+) +(.+)$", first_start.output, re.MULTILINE)
    assert told == [
        ("Site", f"{site}/"),
        ("Admin", f"{site}/admin/  (name admin, password {password})"),
        ("Mail", f"{site}/mailbox/  (none leaves this computer)"),
        ("Data", str(first_start.data)),
    ]
    assert first_start.statuses == [200, 200, 200, 200]


@pytest.mark.slow
def test_a_second_start_keeps_keys_and_password(started_before, port):
    files = [*sorted((started_before / "keys").iterdir()), started_before / "admin-password"]
    kept = [path.read_bytes() for path in files]
    with running(started_before, port) as site:
        assert [path.read_bytes() for path in files] == kept
        assert f"password {kept[-1].decode().strip()})" in site.output


@pytest.mark.slow
def test_a_second_site_on_the_same_data_is_refused(started_before, port):
    with running(started_before, port):
        code, output = say(data=started_before, port=port + 1)
        assert (code, output.startswith(f"Undersigned runs on {started_before} already")) == (1, True)
        assert get(port, "/healthz") == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "between"), [(signal.SIGTERM, (0.2, 1)), (signal.SIGINT, (1, 4)), (signal.SIGTERM, (4, 9))]
)
def test_a_signal_at_any_moment_stops_everything_within_ten_seconds(tmp_path, port, number, between):
    with start(data=tmp_path, port=port) as process:
        time.sleep(random.uniform(*between))
        process.send_signal(number)
        asked_at = time.monotonic()
        process.wait(timeout=START_SECONDS)  # not for its output: who holds that may be left behind
    assert time.monotonic() - asked_at < STOP_SECONDS
    assert (process.returncode, processes_of(tmp_path)) == (0, {})


@pytest.mark.slow
@pytest.mark.parametrize("step", ["-m venv", "pip install"])
def test_a_signal_while_installing_stops_everything(tmp_path, port, step):
    for name in ("start.py", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    data = tmp_path / "data"
    with start(root=tmp_path, data=data, port=port, PATH="") as process:  # no uv, which is too quick to be caught
        process_like(step, data)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, processes_of(data)) == (0, {})
    assert not (tmp_path / ".venv" / "undersigned.stamp").exists()


@pytest.mark.slow
def test_a_part_that_hangs_is_killed_within_ten_seconds(started_before, port):
    with start(data=started_before, port=port) as process:
        read_until(process, "way to production")
        os.kill(process_like("manage.py work", started_before), signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, processes_of(started_before)) == (0, {})


@pytest.mark.slow
def test_a_killed_start_leaves_nothing_behind(started_before, port):
    with start(data=started_before, port=port) as process:
        read_until(process, "way to production")
        assert len(processes_of(started_before)) > 2
        process.kill()
        assert wait_until_none_runs(started_before, STOP_SECONDS) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "words"), [("site", "gunicorn"), ("worker", "manage.py work")])
def test_a_part_that_dies_takes_the_rest_with_it_and_says_so(started_before, port, name, words):
    with start(data=started_before, port=port) as process:
        read_until(process, "way to production")
        os.kill(process_like(words, started_before), signal.SIGKILL)
        output, _ = process.communicate(timeout=STOP_SECONDS)
    assert process.returncode == 1
    assert f"The {name} ended by itself (exit code -9); the rest is stopped with it." in output
    assert processes_of(started_before) == {}
