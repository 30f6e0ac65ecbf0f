"""A member of staff's authenticator app (RFC 6238), and her way through the pages of the login."""

import base64
import hmac
import re
import struct
import time

from django.test import Client

PASSWORD = "correct horse battery"  # as tests.factories.make_staff sets it


def code_of(secret: str, steps: int = 0) -> str:
    """The six digits an app shows now, or some half minutes later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def give_password(client: Client, name: str = "boss", password: str = PASSWORD, **more):
    return client.post("/admin/login/", {"username": name, "password": password, **more})


def set_up_app(client: Client) -> str:
    """Set up an authenticator app; the secret it keeps."""
    page = client.get("/admin/second-factor/app/").content.decode()
    secret = re.search(r'class="key">(\w+)<', page)[1]
    answer = client.post("/admin/second-factor/app/", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/second-factor/codes/")
    return secret


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", client.get("/admin/second-factor/codes/").content.decode())
