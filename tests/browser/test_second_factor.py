"""Staff log in with an app's code, a recovery code and a passkey, in a real browser; axe finds nothing on the pages."""

import base64
import hmac
import re
import struct
import time
from dataclasses import fields

import pytest

from tests.browser.test_axe import OVERFLOW, RUN, STANDARDS, axe  # noqa: F401 - pytest finds the fixture by its name
from tests.site import Site, new_site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW = {"width": 360, "height": 800}


class ByName(Site):
    """The site as a browser meets it that asks for localhost: no address is a passkey's home."""

    @property
    def url(self):
        return f"http://localhost:{self.port}"


@pytest.fixture(scope="module")
def site(browser):
    """A site that demands the second factor, by a name that passkeys can be made for."""
    with new_site(DEVELOPMENT="off", ALLOWED_HOSTS="localhost,127.0.0.1") as site:
        yield ByName(**{field.name: getattr(site, field.name) for field in fields(site)})


def code_of(secret):
    """What an authenticator app shows (RFC 6238), with enough of its half minute left to use it."""
    if time.time() % 30 > 20:
        time.sleep(30 - time.time() % 30)
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    return f"{(int.from_bytes(mac[mac[-1] & 15 :][:4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def open_login(window):
    window.open("/admin/")
    window.page.locator("input[name=username]:focus").wait_for()  # nobody need click before typing
    window.page.keyboard.type("admin")
    window.page.get_by_label("Password").fill((window.site.folder / "admin-password").read_text().strip())
    window.page.keyboard.press("Enter")


def look(window, axe):  # noqa: F811
    """What axe finds, and whether it scrolls sideways. What axe itself loads and sets is no complaint of the page."""
    heard = list(window.complaints)
    window.page.evaluate(axe)
    only = {"type": "tag", "values": [*STANDARDS, "best-practice"]}
    found = window.page.evaluate(RUN.replace("{runOnly", "{preload: false, runOnly"), only)
    found += window.page.evaluate(OVERFLOW)
    window.complaints[:] = heard
    return found


def test_staff_log_in_with_a_passkey_a_recovery_code_and_a_code(site, new_window, axe):  # noqa: F811
    window = new_window(viewport=NARROW)
    page, found = window.page, {}
    open_login(window)
    page.wait_for_url("**/admin/second-factor/")
    found["index"] = look(window, axe)
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.locator(".key").wait_for()
    found["app"] = look(window, axe)
    secret = page.locator(".key").inner_text()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/second-factor/codes/")
    codes = re.findall(r"\b\d{8}\b", page.locator(".codes").inner_text())
    found["codes"] = look(window, axe)

    devices = window.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
               "automaticPresenceSimulation": True}  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    window.open("/admin/second-factor/passkey/")
    found["passkey"] = look(window, axe)
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/admin/second-factor/")
    assert page.get_by_text("Passkey 1").is_visible()

    for way in ("passkey", "recovery code", "code"):
        with page.expect_navigation():
            page.get_by_role("button", name="Log out").click()
        open_login(window)
        page.wait_for_url("**/admin/login/second-factor/")
        found[f"log in, {way}"] = look(window, axe)
        if way == "passkey":
            page.get_by_role("button", name="Use a passkey").click()
        else:
            if way == "code":
                time.sleep(30)
            page.get_by_label("Code").fill(codes[0] if way == "recovery code" else code_of(secret))
            page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")
        page.get_by_role("link", name="Signatories").first.wait_for()
    assert {name: violations for name, violations in found.items() if violations} == {}
