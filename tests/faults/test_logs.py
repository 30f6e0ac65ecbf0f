"""Nothing tells who signed: neither a log line of any process nor a byte of what is stored."""

import base64
import binascii
import re
import secrets
import socket
from urllib.parse import quote

import pytest

from tests.site import SLUG, new_site, wait_until
from tests.traces import forms_of

NAME = "Wilhelmina Ångström-Quetzal"
DOMAIN = f"{secrets.token_hex(4)}.example.org"
ADDRESS = f"wilhelmina.{secrets.token_hex(4)}@{DOMAIN}"
REFUSED = f"refused.{secrets.token_hex(4)}@{DOMAIN}"
DELAYED = f"delayed.{secrets.token_hex(4)}@{DOMAIN}"
UNUSABLE = f"unusable.{secrets.token_hex(4)}@@{DOMAIN}"
PEER = "203.0.113.77"
QUERY = f"from-{secrets.token_hex(6)}"
HEADERS = {"X-Forwarded-For": PEER, "X-Real-IP": PEER, "Forwarded": f"for={PEER}"}


@pytest.fixture
def site():
    """Behind one proxy, with networks counted and proofs asked for: it knows each client's address, and looks at it."""
    with new_site(BROKER_URL="", CACHE_URL="", TRUSTED_PROXIES="1", WEB_WORKERS="1") as site:
        yield site


def sign_everyone(site):
    """A good address, one the mail server refuses, one it puts off, and one that is none."""
    site.get(f"/api/petitions/{SLUG}/challenge/", **HEADERS)
    site.office.answers = {
        f"RCPT {REFUSED}": f"550 <{REFUSED}> unknown to {PEER}",
        f"RCPT {DELAYED}": f"451 <{DELAYED}> come back",
    }
    form = {"name": NAME, "country": "DE", "visibility": "delivered", "consent": "on"}
    path = f"/en/petitions/{SLUG}/sign/"
    statuses = [
        site.post(path, form | {"email": email}, **HEADERS).status for email in (ADDRESS, REFUSED, DELAYED, UNUSABLE)
    ]
    assert statuses == [303, 303, 303, 422]
    wait_until(lambda: len(outcomes(site)) == 3, "each mail was tried")


def outcomes(site):
    return site.rows("SELECT state FROM campaign_outgoingmail WHERE state = 'sent' OR failure <> ''")


def send_bytes(site, data):
    """Send what no browser sends, and wait for whatever comes back."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass


def say_nonsense(site, token):
    """Requests that go wrong in every way that a log line might want to quote."""
    path = f"/en/s/{token}"
    for way in (f"{path}x/", f"/ko{path}/", f"/en/no-such-page/?{QUERY}", f"{path}/?{QUERY}={quote(ADDRESS)}"):
        site.get(way, **HEADERS)
    site.post(f"{path}/", {"action": QUERY, "name": NAME}, **HEADERS)
    site.post(f"{path}/", {"action": "confirm"}, Origin=f"https://{QUERY}.example.org", **HEADERS)
    site.ask("POST", f"{path}/", "{", **{"Content-Type": "multipart/form-data; boundary=x"}, **HEADERS)
    site.ask("DELETE", f"{path}/?{QUERY}", **HEADERS)
    site.get(f"/en/?{QUERY}", Host="elsewhere.example.org")
    for line in (
        f"GET {path}/?{QUERY} nonsense",
        f"GE(T {path}/?{QUERY} HTTP/1.1",
        f"GET {path}/{'x' * 9000} HTTP/1.1",
    ):
        send_bytes(site, f"{line}\r\nX-Forwarded-For: {PEER}\r\n\r\n".encode())
    send_bytes(
        site, f"POST {path}/?{QUERY} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{ADDRESS}".encode()
    )
    send_bytes(site, f"GET {path}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX {ADDRESS}: {NAME}\r\n\r\n".encode())


@pytest.mark.slow
def test_no_log_line_and_no_stored_byte_tells_who_signed(site):
    site.start_workers()
    sign_everyone(site)
    assert site.rows("SELECT count(DISTINCT network_tag) FROM campaign_signatory") == [(1,)]
    token = site.own_page(ADDRESS).split("/")[-2]
    say_nonsense(site, token)
    assert site.post(f"/en/s/{token}/", {"action": "confirm"}).status == 303
    wait_until(lambda: site.rows("SELECT 1 FROM campaign_petition WHERE signature_count = 1"), "it is counted")
    for name in list(site.processes):
        site.stop(name)
    private = (NAME, "Ångström", ADDRESS, REFUSED, DELAYED, DOMAIN, PEER, QUERY, token)
    assert site.traces_of(*private) == []
    assert re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", site.logs()) == []
    assert site.traces_of(SLUG) == [f"{SLUG} in a log", f"{SLUG} on the disk"]  # the search does find


@pytest.mark.parametrize("shift", [0, 1, 2])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, binascii.hexlify, bytes])
def test_a_word_is_found_in_the_midst_of_others_however_it_is_written(encode, shift):
    data = encode(b"." * shift + f"{NAME} and more".encode())
    assert any(form in data for form in forms_of(NAME))
