"""Stand-ins for what surrounds the proxy: a site that answers as it is told, Docker's name server, and nginx itself."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class StandInSite:
    """Answers every request with `headers` and its own number, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.headers = {"Cache-Control": "public, max-age=60", "Content-Type": "text/html"}
        self.status = 200
        self.meeting: threading.Barrier | None = None
        self.server: ThreadingHTTPServer | None = None
        self.port = 0

    def start(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                site.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                if site.meeting:
                    site.meeting.wait(timeout=5)  # breaks, and the request with it, if the others do not come
                body = f"answer {len(site.requests)}".encode()
                self.send_response(site.status)
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_HEAD = answer  # noqa: N815 - the server's own names

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class StandInNames:
    """A name server that knows every name as 127.0.0.1, or none at all, as Docker's does of a stopped container."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.knows = True
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                query, peer = self.socket.recvfrom(512)
                self.socket.sendto(self._answer(query), peer)

    def _answer(self, query: bytes) -> bytes:
        """RFC 1035: the question again, and one A record that points back to its name, or that there is none."""
        question = query[12:]
        if not self.knows:
            return query[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question
        record = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1"
        return query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question + record

    def close(self) -> None:
        self.socket.close()


class Proxy:
    """nginx with the project's own configuration; only its folders and ports are those of the test."""

    def __init__(self, folder: Path, *, site_port: int, admin_port: int, names_port: int, chosen: str = "") -> None:
        self.folder = folder
        self.port, self.health_port, self.tls_port = free_port(), free_port(), free_port()
        self.log, self.errors = folder / "access.log", folder / "errors.log"
        (folder / "media").mkdir()
        (folder / "proxy.d").mkdir()
        chosen = chosen.replace("listen 8443", f"listen 127.0.0.1:{self.tls_port}")
        (folder / "proxy.d" / "chosen.conf").write_text(chosen.replace("/etc/nginx/proxy.d", str(folder)))
        shutil.copytree(ROOT / "deploy" / "pages", folder / "pages")
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        for old, new in {
            " /tmp/": f" {folder}/",
            "listen 8080": f"listen 127.0.0.1:{self.port}",
            "listen 127.0.0.1:8081": f"listen 127.0.0.1:{self.health_port}",
            "http://site:8000": f"http://site:{site_port}",
            "http://admin:8000": f"http://admin:{admin_port}",
            "resolver 127.0.0.11 valid=5s": f"resolver 127.0.0.1:{names_port} valid=1s",
            "resolver_timeout 2s": "resolver_timeout 15s",  # a busy machine is not a missing name
            "proxy_connect_timeout 2s": "proxy_connect_timeout 15s",
            "access_log /dev/stdout": f"access_log {self.log}",
            "error_log stderr": f"error_log {self.errors}",
            " /srv": f" {folder}",
            "/etc/nginx/proxy.d": f"{folder}/proxy.d",
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        (folder / "nginx.conf").write_text(text)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        user = "user root; " if os.geteuid() == 0 else ""
        options = ["-c", str(self.folder / "nginx.conf"), "-g", f"{user}daemon off;"]
        self.process = subprocess.Popen([str(NGINX), *options], stderr=subprocess.PIPE)
        wait_for_port(self.port, self.process)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.communicate(timeout=10)

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None, port: int = 0, **headers: str):
        """The answer, with its body as `.body`. Header names with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        sent = {"Host": "petition.example.org"} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer


@contextmanager
def running_proxy(folder: Path, *, chosen: str = ""):
    """A proxy with a site, an admin and a name server behind it."""
    site, admin, names = StandInSite(), StandInSite(), StandInNames()
    site.start()
    admin.start()
    proxy = Proxy(folder, site_port=site.port, admin_port=admin.port, names_port=names.port, chosen=chosen)
    proxy.site, proxy.admin, proxy.names = site, admin, names
    try:
        proxy.start()
        yield proxy
    finally:
        proxy.stop()
        site.stop()
        admin.stop()
        names.close()


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing answers on port {port}")
