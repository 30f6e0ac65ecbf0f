"""The proxy, run with its own configuration: what it keeps, what it passes on, what it writes down."""

import http.client
import re
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.deploy.standins import NGINX, ROOT, running_proxy
from tests.parallel import in_parallel

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
PAGE = "/en/petitions/let-them-choose/"
TOKEN = "tHiS-iS_a-LiNk-ToKeN-oF-43-characters-123456"


@pytest.fixture
def proxy(tmp_path):
    with running_proxy(tmp_path) as running:
        yield running


def keep_for(proxy, seconds):
    proxy.site.headers["Cache-Control"] = f"public, max-age={seconds}"


# --- What is kept --------------------------------------------------------------------------------------------------
def test_a_public_page_is_fetched_once_whatever_the_query(proxy):
    answers = [proxy.ask(PAGE + query) for query in ("", "?fbclid=abc", "?x=1&utm_source=mail")]
    assert [answer.body for answer in answers] == [b"answer 1"] * 3
    assert [path for _method, path, _headers in proxy.site.requests] == [PAGE]


def test_the_number_of_a_page_is_the_one_query_that_counts(proxy):
    proxy.ask(PAGE + "names/?page=2&fbclid=abc")
    proxy.ask(PAGE + "names/?page=3")
    proxy.ask(PAGE + "names/?page=2")
    proxy.ask(PAGE + "names/?page=two")
    assert [path for _method, path, _headers in proxy.site.requests] == [
        PAGE + "names/?page=2", PAGE + "names/?page=3", PAGE + "names/",
    ]  # fmt: skip


def test_an_escaped_path_stays_one_and_the_same(proxy):
    proxy.ask("/en/%ED%95%9C%0A?x=1")
    assert proxy.site.requests[0][1] == "/en/%ED%95%9C%0A"


def test_an_old_page_is_shown_while_the_site_is_down_and_the_new_one_after(proxy):
    keep_for(proxy, 1)
    proxy.ask(PAGE)
    time.sleep(2.2)
    shown = {}
    for failure in ("broken", "unknown", "stopped"):
        fail(proxy, failure)
        time.sleep(2.2 if failure == "unknown" else 0)  # as long as nginx trusts an address
        answer = proxy.ask(PAGE)
        # Which old page it is depends on how soon nginx asked again in the background: between two failures it may
        # have reached the mended site.
        shown[failure] = (answer.status, answer.body.split()[0])
        mend(proxy)
    assert shown == dict.fromkeys(["broken", "unknown", "stopped"], (200, b"answer"))
    assert soon(lambda: proxy.ask(PAGE).body == f"answer {len(proxy.site.requests)}".encode())


def soon(is_so, seconds=10.0):
    """Whether something comes to be so."""
    ends_at = time.monotonic() + seconds
    while not (so := is_so()) and time.monotonic() < ends_at:
        time.sleep(0.1)
    return so


def fail(proxy, failure):
    if failure == "broken":
        proxy.site.status = 500
    if failure == "unknown":
        proxy.names.knows = False
    if failure == "stopped":
        proxy.site.stop()


def mend(proxy):
    proxy.site.status, proxy.names.knows = 200, True
    if proxy.site.server is None:
        proxy.site.start()


@pytest.mark.parametrize("path", [PAGE, f"/en/s/{TOKEN}/", "/static/site.css", "/admin/"])
@pytest.mark.parametrize("failure", ["stopped", "unknown"])
def test_what_is_not_kept_is_answered_by_a_page_that_asks_for_patience(proxy, failure, path):
    fail(proxy, failure)
    proxy.admin.stop()
    answer = proxy.ask(path)
    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "30", "no-store")
    assert b"may not have been saved" in answer.body


def test_a_page_long_out_of_date_is_not_shown_while_the_site_is_up(proxy):
    proxy.site.headers["Cache-Control"] = "public, max-age=1, stale-while-revalidate=1"
    proxy.ask(PAGE)
    time.sleep(3.2)
    assert proxy.ask(PAGE).body == b"answer 2"


@pytest.mark.parametrize(
    "path", [f"/en/s/{TOKEN}/", f"/en/%73/{TOKEN}/", f"//en/s/{TOKEN}/", "/admin/", "/admin/login/?next=/"]
)
def test_private_pages_are_never_kept_whatever_is_said(proxy, path):
    keep_for(proxy, 60)
    proxy.admin.headers["Cache-Control"] = "public, max-age=60"
    assert proxy.ask(path).body != proxy.ask(path).body


def test_neither_posts_nor_silent_nor_private_answers_are_kept(proxy):
    sign = PAGE + "sign/"
    assert proxy.ask(sign, method="POST", body=b"a=1").body != proxy.ask(sign, method="POST", body=b"a=1").body
    for headers in ({}, {"Cache-Control": "private, max-age=60"}, {"Cache-Control": "max-age=60", "Set-Cookie": "a=1"}):
        proxy.site.headers = headers
        assert proxy.ask(PAGE).body != proxy.ask(PAGE).body


def test_a_post_to_a_stopped_site_is_no_success(proxy):
    proxy.ask(PAGE + "sign/")
    proxy.site.stop()
    assert proxy.ask(PAGE + "sign/", method="POST", body=b"a=1").status == 503


@pytest.mark.parametrize("path", ["/api/petitions/let-them-choose/challenge/", PAGE + "check-your-email/"])
def test_who_asks_for_what_is_never_kept_waits_for_nobody_else(proxy, path):
    proxy.site.headers = {"Cache-Control": "no-store, private"}
    proxy.site.meeting = threading.Barrier(3)
    assert [answer.status for answer in in_parallel(3, lambda: proxy.ask(path))] == [200] * 3


def test_static_files_are_kept_once_for_each_way_of_packing(proxy):
    for packing in ("gzip, deflate, br, zstd", "br;q=1.0, gzip", "gzip", "gzip, deflate", "identity", "x-strange"):
        proxy.ask("/static/site.css?v=1", Accept_Encoding=packing)
    assert [headers.get("accept-encoding") for _method, _path, headers in proxy.site.requests] == ["br", "gzip", None]


# --- What is passed on ---------------------------------------------------------------------------------------------
def test_what_a_client_claims_of_itself_is_overwritten(proxy):
    forged = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example",
              "X_Real_IP": "203.0.113.9", "Forwarded": "for=203.0.113.9", "Proxy": "http://evil.example"}  # fmt: skip
    proxy.ask(PAGE, **forged)
    seen = proxy.site.requests[0][2]
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert seen["host"] == "petition.example.org"
    assert {"x-forwarded-host", "x-real-ip", "forwarded", "proxy"} & set(seen) == set()


def test_cookies_reach_the_admin_alone(proxy):
    for path in (PAGE, f"/en/s/{TOKEN}/", "/static/site.css", "/admin/"):
        proxy.ask(path, Cookie="sessionid=secret")
    assert [headers.get("cookie") for _method, _path, headers in proxy.site.requests] == [None] * 3
    assert [headers.get("cookie") for _method, _path, headers in proxy.admin.requests] == ["sessionid=secret"]


def test_the_query_of_the_admin_is_kept(proxy):
    proxy.ask("/admin/campaign/petition/?state=open")
    assert proxy.admin.requests[0][1] == "/admin/campaign/petition/?state=open"


def test_a_form_too_large_for_the_site_reaches_it_and_one_beyond_all_bounds_does_not(proxy):
    proxy.ask(PAGE + "sign/", method="POST", body=b"a" * 20_000)
    assert proxy.site.requests[0][2]["content-length"] == "20000"
    answer = proxy.ask(PAGE + "sign/", method="POST", body=b"a" * 100_000)
    assert (answer.status, len(proxy.site.requests)) == (413, 1)
    assert b"nothing was stored" in answer.body


def test_behind_another_proxy_its_word_on_client_and_scheme_counts(tmp_path):
    chosen = (ROOT / "deploy" / "proxy" / "behind.conf.example").read_text() + "set_real_ip_from 127.0.0.1;"
    with running_proxy(tmp_path, chosen=chosen) as proxy:
        proxy.ask(PAGE, X_Forwarded_For="203.0.113.9, 198.51.100.7")
        seen = proxy.site.requests[0][2]
    assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("198.51.100.7", "https")


def test_where_tls_ends_here_plain_requests_are_sent_on_to_it(tmp_path):
    certificate = make_certificate(tmp_path)
    chosen = (ROOT / "deploy" / "proxy" / "tls.conf.example").read_text()
    if is_older_than(1, 25):
        chosen = chosen.replace("http2 on;", "")
    with running_proxy(tmp_path, chosen=chosen) as proxy:
        plain = proxy.ask(PAGE)
        context = ssl.create_default_context(cafile=certificate)
        connection = http.client.HTTPSConnection("localhost", proxy.tls_port, timeout=10, context=context)
        connection.request("GET", PAGE, headers={"Host": "petition.example.org"})
        sealed = connection.getresponse()
        sealed.read()
        connection.close()
    assert (plain.status, plain.headers["Location"]) == (301, f"https://petition.example.org{PAGE}")
    assert sealed.status == 200
    assert proxy.site.requests[0][2]["x-forwarded-proto"] == "https"


def make_certificate(folder):
    key, path = ec.generate_private_key(ec.SECP256R1()), folder / "certificate.pem"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day, now = timedelta(days=1), datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day).add_extension(
        x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
    )
    path.write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "private.pem").write_bytes(private)
    return path


def is_older_than(*version):
    told = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True).stderr
    return tuple(map(int, re.findall(r"\d+", told)[:2])) < version


def test_uploads_are_served_as_nothing_but_files(proxy):
    (proxy.folder / "media" / "heroes").mkdir()
    (proxy.folder / "media" / "heroes" / "hero.webp").write_bytes(b"image")
    answer = proxy.ask("/media/heroes/hero.webp")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, b"image", "image/webp")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    paths = ("/media/heroes/", "/media/heroes/none.webp", "/media/%2e%2e/../nginx.conf")
    assert [proxy.ask(path).status for path in paths] == [403, 404, 400]


def test_the_log_is_served_from_its_files_and_a_tile_for_good(proxy):
    folder = proxy.folder / "log" / "let-them-choose"
    for name in ("checkpoint", "key", "tile/0/x001/234.p/7", "tile/0/x001/235", "tile/entries/000"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\x00" if "tile" in name else b"text")
    for name in ("checkpoint", "key"):
        answer = proxy.ask(f"/log/let-them-choose/{name}")
        told = [answer.headers[header] for header in ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin")]
        assert (answer.status, told) == (200, ["text/plain; charset=utf-8", "public, max-age=5", "*"])
    for name in ("tile/0/x001/234.p/7", "tile/0/x001/235", "tile/entries/000"):
        answer = proxy.ask(f"/log/let-them-choose/{name}")
        told = [answer.headers[header] for header in ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin")]
        assert (answer.status, answer.body) == (200, b"\x00")
        assert told == ["application/octet-stream", "public, max-age=31536000, immutable", "*"]
    assert proxy.site.requests == []
    assert proxy.ask("/log/let-them-choose/tile/0/x001/236").status == 404


def test_the_health_check_asks_the_site_through_the_proxy(proxy):
    proxy.site.headers["Cache-Control"] = "no-store"
    assert proxy.ask("/healthz", port=proxy.health_port, X_Forwarded_Proto="https").status == 200
    assert proxy.site.requests[0][2]["x-forwarded-proto"] == "https"
    proxy.site.stop()
    assert proxy.ask("/healthz", port=proxy.health_port).status == 502


def test_the_proxy_does_not_tell_its_version(proxy):
    assert proxy.ask(PAGE).headers["Server"] == "nginx"


# --- What is written down --------------------------------------------------------------------------------------------
LOGGED = {
    "/en/articles/sent-back/?fbclid=abc": "/en/articles/sent-back/",
    "/zh-hans/petitions/let-them-choose/sign/": "/zh-hans/petitions/let-them-choose/sign/",
    "/ko/": "/ko/",
    "/ko/privacy/?a=b": "/ko/privacy/",
    "/en/feed.atom": "/en/feed.atom",
    "/healthz": "/healthz",
    "/api/petitions/let-them-choose/": "/api/petitions/let-them-choose/",
    "/admin/campaign/signatory/018f/change/?q=kim": "/admin/*",
    "/media/heroes/x.webp": "/media/*",
    f"/en/s/{TOKEN}/": "-",
    f"/en/%73/{TOKEN}/": "-",
    f"//en/s/{TOKEN}/": "-",
    f"/en/./s/{TOKEN}/?a=b": "-",
    f"/en/articles/../s/{TOKEN}/": "-",
    f"/{TOKEN}/": "-",
    "/en/kim@example.org": "-",
}


def test_a_log_line_holds_no_ip_no_query_and_no_token(proxy):
    for path in LOGGED:
        proxy.ask(path, User_Agent="Browser/1.0", Referer="https://petition.example.org/en/s/x/")
    lines = written(proxy.log, len(LOGGED))
    assert sorted(line.split()[2] for line in lines) == sorted(LOGGED.values())
    assert not re.search(rf"127\.0\.0\.1|\?|{TOKEN}|Browser|Referer|/s/|@", "\n".join(lines))


def test_nothing_is_told_of_requests_that_failed(proxy):
    proxy.site.stop()
    for path in (f"/en/s/{TOKEN}/", PAGE + "?email=kim@example.org"):
        assert proxy.ask(path).status == 503
    proxy.ask(PAGE + "sign/", method="POST", body=b"a" * 100_000)
    assert sorted(line.split()[3] for line in written(proxy.log, 3)) == ["413", "503", "503"]
    assert proxy.errors.read_text() == ""


def written(log, count):
    until = time.monotonic() + 5
    while len(lines := log.read_text().splitlines()) < count and time.monotonic() < until:
        time.sleep(0.05)
    return lines
