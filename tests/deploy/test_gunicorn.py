"""The application server's own log, and the health checks' own words."""

import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings

from tests.deploy.compose import ROOT
from tests.deploy.standins import wait_for_port
from tests.ports import free_port

TOKEN = "tHiS-iS_a-LiNk-ToKeN-oF-43-characters-123456"
BROKEN = """
def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/scheme"):
        start_response("200 OK", [])
        return [environ["wsgi.url_scheme"].encode()]
    raise ValueError("kim@example.org")
"""


@pytest.fixture
def server(tmp_path):
    """gunicorn with the project's settings, and an application that fails."""
    (tmp_path / "broken.py").write_text(BROKEN)
    log, port = tmp_path / "log", free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--pythonpath", str(tmp_path)]
    with log.open("wb") as file:
        process = subprocess.Popen([*command, "broken:application"], cwd=ROOT, stdout=file, stderr=file)
    wait_for_port(port, process)
    yield lambda raw: talk(port, raw), log, process
    process.send_signal(signal.SIGKILL)
    process.wait()


def talk(port, raw):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_the_server_logs_no_request(server):
    ask, log, process = server
    ask(f"GET /en/s/{TOKEN}/?email=kim@example.org HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    ask(f"GET /en/s/{TOKEN} kim%40example.org HTTP/1.1 too many words\r\nHost: x\r\n\r\n".encode())
    ask(b"GET / HTTP/1.1\r\nHost: x\r\nkim(at)example.org : secret\r\n\r\n")
    ask(b"GET /" + TOKEN.encode() * 100 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    process.terminate()
    assert process.wait(10) == 0
    written = log.read_text()
    assert "Error handling a request" in written
    assert "builtins.ValueError" in written
    assert written.count("Invalid request, refused") == 3
    assert not re.search(rf"{TOKEN}|kim|secret|127\.0\.0\.1 |ip=", written)


def test_without_a_trusted_proxy_nobodys_word_on_the_scheme_counts(server):
    ask, _log, _process = server
    answer = ask(b"GET /scheme HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n")
    assert b"\r\nhttp\r\n" in answer


def test_a_missing_secret_stops_the_start_with_its_sentence():
    environment = {"PATH": os.environ["PATH"], "CAMPAIGN_ROLE": "public", "SECRET_KEY": "a"}
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{free_port()}"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "Role 'public' needs CAMPAIGN_KEY, POST_PUBLIC_KEY, DELIVERY_PUBLIC_KEY" in done.stderr.splitlines()[-1]


# --- Health checks ----------------------------------------------------------------------------------------------------
def health(what, **environment):
    command = [sys.executable, ROOT / "deploy" / "health.py", what]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


def test_a_heartbeat_is_young_old_or_missing(tmp_path):
    beat = tmp_path / "heartbeat"
    assert health("heartbeat", HEARTBEAT_FILE=str(beat))[0] == 1
    beat.touch()
    assert health("heartbeat", HEARTBEAT_FILE=str(beat)) == (0, "")
    os.utime(beat, (time.time() - 90, time.time() - 90))
    code, words = health("heartbeat", HEARTBEAT_FILE=str(beat))
    assert (code, bool(re.fullmatch(r"nothing was done for \d+ seconds", words))) == (1, True)


def test_the_web_check_asks_with_the_sites_own_name():
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
            self.send_response(200 if len(asked) == 1 else 400)
            self.end_headers()

        def log_message(self, *_args):
            pass

    try:
        server = http.server.HTTPServer(("127.0.0.1", 8000), Handler)
    except OSError:
        pytest.skip("port 8000, which the check asks, is taken")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    told = {"SITE_URL": "https://petition.example.org"}
    assert [health("web", **told), health("web", **told)] == [(0, ""), (1, "/healthz answers 400")]
    server.shutdown()
    server.server_close()
    assert asked == [("/healthz", "petition.example.org", "https")] * 2
    assert health("web", **told)[0] == 1


# --- Settings as the contract writes them ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("console:", ["django.core.mail.backends.console.EmailBackend", None, False, False]),
        (
            "smtp+tls://user:p%40ss@mail.example.org:587",
            ["django.core.mail.backends.smtp.EmailBackend", "p@ss", True, False],
        ),
        (
            "smtp+ssl://user:pass@mail.example.org:465",
            ["django.core.mail.backends.smtp.EmailBackend", "pass", False, True],
        ),
    ],
)
def test_email_url_takes_what_the_contract_names(url, expected):
    keys = {name: getattr(settings, name) for name in ("SECRET_KEY", "CAMPAIGN_KEY", "LINK_KEY", "LOG_KEY")}
    keys |= {f"{pair}_{half}_KEY": getattr(settings, f"{pair}_{half}_KEY")
             for pair in ("POST", "DELIVERY") for half in ("PUBLIC", "PRIVATE")}  # fmt: skip
    show = "import json; from campaign import settings as s; print(json.dumps([s.EMAIL_BACKEND, s.EMAIL_HOST_PASSWORD,"
    show += " getattr(s, 'EMAIL_USE_TLS', False), getattr(s, 'EMAIL_USE_SSL', False)]))"
    environment = keys | {"EMAIL_URL": url, "DATA_DIR": str(settings.DATA_DIR)}
    done = subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == expected
