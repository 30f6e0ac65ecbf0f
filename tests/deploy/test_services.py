"""Each service's own command, run by hand with its own environment: roles made, tables migrated and granted, the site
and the admin behind the proxy, worker and beat over Redis, mail over SMTP. A reader signs, confirms and is counted.
"""

import http.client
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from tests.admin.second_factor import code_of
from tests.deploy.compose import ROOT, SERVICES, command_of, environment_of, make_secrets
from tests.deploy.standins import NGINX, Proxy, StandInNames
from tests.ports import free_port
from tests.site import SLUG, PostOffice, post_office, wait_until

DATABASE, BROKER = os.environ.get("DATABASE_URL", ""), os.environ.get("BROKER_URL", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATABASE.startswith("postgres"), reason="set DATABASE_URL to a PostgreSQL"),
    pytest.mark.skipif(not BROKER.startswith("redis"), reason="set BROKER_URL to a Redis"),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed"),
]
ROLES = ("owner", "public", "admin", "worker")
EMAIL, NAME = "unusual-address@example.org", "Ri Unusualname"
HOST = "petition.example.org"


@dataclass
class Stack:
    """The services, by name, on this machine's loopback; what differs from compose is addresses and folders alone."""

    folder: Path
    secrets: Path
    office: PostOffice
    ports: dict[str, int]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    proxy: Proxy | None = None

    @property
    def values(self) -> dict[str, str]:
        return {
            "SITE_URL": f"https://{HOST}",
            "ORGANISATION_NAME": "Test Organisation",
            "ORGANISATION_CONTACT": "contact@example.org",
            "DEFAULT_FROM_EMAIL": "petitions@example.org",
        }

    def environment_of(self, name: str) -> dict[str, str]:
        """As compose gives it, with the image's own; only secrets that the service holds lie in its folder."""
        held = self.folder / name
        held.mkdir(exist_ok=True)
        for secret in SERVICES[name].get("secrets", []):
            shutil.copy(self.secrets / secret, held)
        told = {key: word.replace("/run/secrets", str(held)) for key, word in environment_of(name, self.values).items()}
        for key in {"BROKER_URL", "CACHE_URL"} & set(told):
            told[key] = BROKER
        if "HEARTBEAT_FILE" in told:
            told["HEARTBEAT_FILE"] = str(held / "heartbeat")
        image = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}
        places = {"DATA_DIR": "data", "STATIC_ROOT": "static", "MEDIA_ROOT": "media", "EXPORT_DIR": "exports"}
        return image | {key: str(self.folder / place) for key, place in places.items()} | told

    def command_of(self, name: str) -> list[str]:
        command = command_of(name, self.values)
        return [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.ports.get(name)}") for word in command]

    def run(self, name: str, command: list[str] | None = None) -> str:
        done = subprocess.run(
            command or self.command_of(name), cwd=ROOT, env=self.environment_of(name), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{name}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.command_of(name), cwd=ROOT, env=self.environment_of(name), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip

    def stop(self, name: str) -> int:
        """TERM to the main process alone, as Docker sends it."""
        process = self.processes.pop(name)
        process.terminate()
        return process.wait(10)

    def kill_all(self) -> None:
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def is_healthy(self, name: str) -> bool:
        """Compose's own health check."""
        check = [word.replace("8000", str(self.ports.get(name))) for word in SERVICES[name]["healthcheck"]["test"][1:]]
        script = self.folder / f"health-{name}.py"
        text = (ROOT / "deploy" / "health.py").read_text()
        script.write_text(text.replace("PORT = 8000", f"PORT = {self.ports.get(name, 0)}"))
        check = [word.replace("deploy/health.py", str(script)) for word in check]
        done = subprocess.run(check, cwd=ROOT, env=self.environment_of(name), capture_output=True, check=False)
        return done.returncode == 0

    def logs(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob("*.log")))

    # As a reader's browser would ask, through the proxy
    def ask(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> http.client.HTTPResponse:
        sent = {"Host": HOST, "X-Forwarded-For": "203.0.113.9"}
        body = urlencode(fields).encode() if fields else None
        if fields:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
        sent |= headers
        answer = self.proxy.ask(path, method="POST" if fields else "GET", body=body, **sent)
        answer.text = answer.body.decode(errors="replace")
        return answer

    def count(self) -> int:
        number = re.search(r'"signature_count": (\d+)', self.ask(f"/api/petitions/{SLUG}/").text)
        return int(number[1])


def database_url(user: str, password: str, name: str) -> str:
    server = urlsplit(DATABASE)
    return f"postgres://{user}:{password}@{server.hostname}:{server.port or 5432}/{name}"


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    mark = secrets.token_hex(4)
    database, prefix = f"services_{mark}", f"services_{mark}_"
    with psycopg.connect(DATABASE, autocommit=True) as server:
        if not server.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:
            pytest.skip("the user of DATABASE_URL is no superuser, as the database container's is")
        server.execute(f'CREATE DATABASE "{database}"')
        try:
            yield from running_stack(folder, database, prefix)
        finally:
            server.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
            for role in ROLES:
                server.execute(f'DROP ROLE IF EXISTS "{prefix}{role}"')


def running_stack(folder: Path, database: str, prefix: str) -> Iterator[Stack]:
    held = make_secrets(folder)
    for role in ROLES:
        (held / f"DATABASE_URL_{role}").write_text(database_url(prefix + role, secrets.token_hex(8), database) + "\n")
    with post_office() as office:
        (held / "EMAIL_URL").write_text(f"smtp://127.0.0.1:{office.port}\n")
        stack = Stack(folder, held, office, {"site": free_port(), "admin": free_port()})
        names = StandInNames()
        (folder / "proxy").mkdir()
        chosen = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; set $public_scheme https;"
        stack.proxy = Proxy(
            folder / "proxy", site_port=stack.ports["site"], admin_port=stack.ports["admin"], names_port=names.port,
            chosen=chosen,
        )  # fmt: skip
        try:
            prepare(stack, database, prefix)
            for name in ("site", "admin", "worker", "beat"):
                stack.start(name)
            stack.proxy.start()
            for name in ("site", "admin", "worker", "beat"):
                wait_until(lambda name=name: stack.is_healthy(name), f"{name} is healthy\n{stack.logs()}")
            yield stack
        finally:
            stack.proxy.stop()
            stack.kill_all()
            names.close()


def prepare(stack: Stack, database: str, prefix: str) -> None:
    server = urlsplit(DATABASE)
    told = {
        "PATH": os.environ["PATH"], "SECRETS_FOLDER": str(stack.secrets), "PGHOST": str(server.hostname),
        "PGPORT": str(server.port or 5432), "PGPASSWORD": server.password or "", "POSTGRES_USER": str(server.username),
    }  # fmt: skip
    for _again in range(2):  # safe to repeat, as after a change of passwords
        done = subprocess.run([ROOT / "deploy" / "roles.sh"], env=told, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    grants = (ROOT / "deploy" / "grants.sql").read_text().replace("undersigned_", prefix)
    # `manage.py grants` with the roles' names of this test: roles belong to the whole server, and others use it.
    stack.run("migrate", [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"])
    owner = (stack.secrets / "DATABASE_URL_owner").read_text().strip()
    with psycopg.connect(owner) as connection:
        connection.execute(grants.encode())
    stack.run("seeds")
    stack.run("migrate", [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"])


def connect_as(stack: Stack, role: str) -> psycopg.Connection:
    return psycopg.connect((stack.secrets / f"DATABASE_URL_{role}").read_text().strip(), autocommit=True)


def test_a_reader_signs_confirms_is_counted_and_withdraws(stack):
    page = stack.ask(f"/ko/articles/{SLUG}/?fbclid=abc")
    assert (page.status, page.headers["Set-Cookie"], "max-age=" in page.headers["Cache-Control"]) == (200, None, True)
    before = stack.count()
    form = {"name": NAME, "email": EMAIL, "country": "KR", "visibility": "delivered", "consent": "on"}
    assert stack.ask(f"/ko/petitions/{SLUG}/sign/", form).status == 303
    link = urlsplit(
        re.search(r"https://\S+/s/\S+", stack.office.wait_for_mail(EMAIL).get_body(("plain",)).get_content())[0]
    )
    assert stack.ask(link.path).status == 200
    assert stack.ask(link.path, {"action": "confirm", "country": "KR", "visibility": "delivered"}).status == 303
    wait_until(lambda: stack.count() == before + 1, f"the signature counts\n{stack.logs()}")
    assert stack.ask(link.path, {"action": "withdraw"}).status == 303
    wait_until(lambda: stack.count() == before, "the withdrawal counts")
    assert stack.ask("/readyz").status == 200


def test_not_me_stops_the_mails(stack):
    email = "another-address@example.org"
    form = {"name": NAME, "email": email, "country": "KR", "visibility": "counted", "consent": "on"}
    assert stack.ask(f"/en/petitions/{SLUG}/sign/", form).status == 303
    text = stack.office.wait_for_mail(email).get_body(("plain",)).get_content()
    path = urlsplit(re.search(r"https://\S+/s/\S+", text)[0]).path
    assert stack.ask(path, {"action": "not_me"}).status == 303
    with connect_as(stack, "worker") as worker:
        assert worker.execute("SELECT count(*) FROM campaign_mailgate WHERE refused_at IS NOT NULL").fetchone() == (1,)


def test_the_admin_is_behind_the_proxy_and_the_public_site_has_none(stack):
    answer = stack.ask("/admin/login/")
    assert (answer.status, "csrftoken" in answer.headers["Set-Cookie"]) == (200, True)
    site = stack.proxy.ask("/admin/login/", port=stack.ports["site"], X_Forwarded_Proto="https")
    assert site.status == 404


def cookies_of(answer, before=""):
    """All cookies that a browser would send after this answer."""
    jar = dict(each.split("=", 1) for each in before.split("; ") if each)
    jar |= dict(each.split(";")[0].split("=", 1) for each in answer.headers.get_all("Set-Cookie") or [])
    return "; ".join(f"{name}={value}" for name, value in jar.items())


def token_in(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]


def test_staff_log_in_with_a_second_factor_and_a_cookie_for_https_only(stack):
    make = (
        "from django.contrib.auth.models import User; User.objects.create_superuser('boss', password='a long password')"
    )
    stack.run("admin", [sys.executable, "manage.py", "shell", "--no-imports", "--command", make])
    page = stack.ask("/admin/login/")
    cookie = page.headers["Set-Cookie"]
    assert {"Secure", "Path=/admin/", "SameSite=Strict"} <= set(cookie.split("; "))
    form = {"username": "boss", "password": "a long password", "csrfmiddlewaretoken": token_in(page), "next": "/admin/"}
    answer = stack.ask("/admin/login/", form, Cookie=cookies_of(page))
    session = cookies_of(answer, cookies_of(page))
    assert stack.ask("/admin/", Cookie=session).headers["Location"] == "/admin/second-factor/"
    page = stack.ask("/admin/second-factor/app/", Cookie=session)
    code = code_of(re.search(r'class="key">(\w+)<', page.text)[1])
    form = {"code": code, "csrfmiddlewaretoken": token_in(page)}
    answer = stack.ask("/admin/second-factor/app/", form, Cookie=session)
    assert answer.headers["Location"] == "/admin/second-factor/codes/"
    session = cookies_of(answer, session)
    for path in ("/admin/", "/admin/campaign/signatory/", "/admin/campaign/petition/"):
        assert stack.ask(path, Cookie=session).status == 200, path


def test_another_site_cannot_post(stack):
    form = {"name": NAME, "email": EMAIL, "country": "KR", "visibility": "delivered", "consent": "on"}
    assert stack.ask(f"/en/petitions/{SLUG}/sign/", form, Origin="https://evil.example").status == 403
    assert stack.ask(f"/en/petitions/{SLUG}/sign/", form, Origin=f"http://{HOST}").status == 403


def test_a_form_too_large_gets_the_sites_own_page(stack):
    form = {"name": "a" * 20_000, "email": EMAIL}
    answer = stack.ask(f"/en/petitions/{SLUG}/sign/", form)
    assert (answer.status, "Undersigned" in answer.text or "Test Organisation" in answer.text) == (413, True)


def test_uploads_and_static_files_arrive(stack):
    shutil.copytree(stack.folder / "media", stack.proxy.folder / "media", dirs_exist_ok=True)
    page = stack.ask(f"/en/articles/{SLUG}/").text
    hero = re.search(r'src="(/media/[^"]+)"', page)[1]
    style = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
    assert [stack.ask(hero).status, stack.ask(style).status] == [200, 200]
    packed = stack.ask(style, Accept_Encoding="br")
    assert (packed.headers["Content-Encoding"], "immutable" in packed.headers["Cache-Control"]) == ("br", True)


@pytest.mark.parametrize("sql", [
    "SELECT identity FROM campaign_signatory", "DELETE FROM campaign_signatory", "SELECT * FROM campaign_accessrecord",
    "SELECT * FROM auth_user", "SET ROLE postgres", "CREATE TABLE mine (id integer)",
])  # fmt: skip
def test_the_public_password_opens_no_more_than_the_public_role(stack, sql):
    with connect_as(stack, "public") as public, pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute(sql)


def test_pages_outlive_the_site(stack):
    """Last but one, since it stops the site: what was seen is shown on, what is private is not."""
    path = f"/en/petitions/{SLUG}/"
    page = stack.ask(path).text
    assert stack.stop("site") == 0
    time.sleep(5.5)  # past what the page says of its age
    answer = stack.ask(path + "?utm_source=mail")
    assert (answer.status, answer.text) == (200, page)
    assert stack.ask("/en/s/tHiS-iS_a-LiNk-ToKeN-oF-43-characters-123456/").status == 503
    stack.start("site")
    wait_until(lambda: stack.is_healthy("site"), "the site is back")


def test_everything_stops_in_time_and_nothing_was_written_down(stack):
    """Last: TERM to each, ten seconds, exit code 0; then all that was logged is read."""
    assert {name: stack.stop(name) for name in list(stack.processes)} == dict.fromkeys(
        ["site", "admin", "worker", "beat"], 0
    )
    written = stack.logs() + stack.proxy.log.read_text() + stack.proxy.errors.read_text()
    assert f"GET /en/petitions/{SLUG}/ 200" in written
    for telling in (
        EMAIL,
        "another-address",
        NAME,
        "Unusualname",
        "203.0.113",
        "/s/",
        "fbclid",
        "utm_source",
        "tHiS-iS",
    ):
        assert telling not in written
