"""A delivery from the admin, in a real browser: prepared by keyboard, approved, taken, checked offline, handed over.

DELIVERY_ROWS says how many synthetic signatories there are; pytest keeps what was taken in its folder (--basetemp).
"""

import csv
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pyrage
import pytest

from tests.browser.test_story import press, set_up_second_factor
from tests.seeded import ROOT
from tests.site import SLUG, new_site, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = int(os.environ.get("DELIVERY_ROWS", "60"))
MADE_SECONDS = 60 + ROWS / 20
SCRIPTS = {"Latin": "Synthetic Signatory", "Hangul": "가상 서명인", "Han": "虚拟签名者"}
PASSWORD = "two officers, and no robot"
OFFICERS = f"""
from django.contrib.auth.models import Group, User
for name in ("first", "second"):
    user = User.objects.create_user(name, password={PASSWORD!r}, is_staff=True)
    user.groups.add(Group.objects.get(name="Delivery officer"))
"""


@pytest.fixture(scope="module")
def site(browser):
    with new_site() as site:
        manage(site, "make_signatories", str(ROWS), "--petition", SLUG, "--confirmed", "--yes-really")
        manage(site, "shell", "-c", OFFICERS)
        site.start_workers()
        yield site


def manage(site, *words):
    subprocess.run([sys.executable, "manage.py", *words], env=site.environment, cwd=ROOT, check=True)


def log_in(window, name):
    window.open("/admin/")
    window.page.get_by_label("Username").fill(name)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.keyboard.press("Enter")
    set_up_second_factor(window)


def reach(window, target):
    """Go to something by the Tab key alone."""
    for _ in range(200):
        window.page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return window.page.keyboard
    pytest.fail(f"not to be reached by keyboard: {target}")


def enter(window, label, text):
    reach(window, window.page.get_by_label(label, exact=True)).type(text)


def go(window, role, name):
    reach(window, window.page.get_by_role(role, name=name, exact=True)).press("Enter")


def add_addressee(window):
    """A new one from within the wizard, where it is chosen then and nothing that was filled in is lost."""
    with window.page.expect_popup() as opened:
        go(window, "link", "Add an addressee")
    popup = replace(window, page=opened.value)
    popup.watch()
    with opened.value.expect_event("close"):
        enter(popup, "Name:", "The Ministry of Foreign Affairs")
        enter(popup, "Address:", "60 Sajik-ro 8-gil")
        popup.page.keyboard.press("Enter")
        popup.page.keyboard.type("Seoul")
        go(popup, "button", "Save")
    chosen = window.page.locator("#id_addressee option:checked")
    assert chosen.inner_text() == "The Ministry of Foreign Affairs"
    assert window.page.get_by_label("Purpose:").input_value() == "For the hearing of 3 December."


def prepare(window):
    """Addressee, purpose and letter, the numbers, the order: all of it without a mouse."""
    page = window.page
    window.open("/admin/campaign/petition/")
    go(window, "link", SLUG)
    page.wait_for_url("**/change/")
    go(window, "link", "Prepare a delivery…")
    page.wait_for_url("**/deliver/")
    enter(window, "Purpose:", "For the hearing of 3 December.")
    add_addressee(window)
    reach(window, page.get_by_label("Letter: English")).press("Control+Home")
    page.keyboard.type("To the committee, on paper and in person.\n\n")
    go(window, "button", "Show the numbers")
    shown = page.locator(".preview-numbers").inner_text()
    go(window, "button", "Ask for this delivery")
    page.wait_for_url("**/delivery/*/change/")
    return shown, page.url


def take(window, address, folder):
    """The file as the addressee has it, unpacked with the passphrase by a program that is not ours."""
    window.open(address)
    window.page.get_by_role("link", name="Download…").wait_for(timeout=MADE_SECONDS * 1000)
    with window.page.expect_download() as download:
        press(window, "Download", Purpose="To hand it over.")
    window.open(address)
    press(window, "Show the passphrase", Purpose="To read it out.")
    passphrase = window.page.locator(".passphrase").inner_text()
    raw = pyrage.passphrase.decrypt(Path(download.value.path()).read_bytes(), passphrase)
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        archive.extractall(folder)
    return folder


def verify(folder, *words):
    """As an addressee runs it: nothing but Python, no environment, no network asked for."""
    command = [sys.executable, "-I", "-S", "verify.py", *words]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout + done.stderr


def names_in(folder):
    with (folder / "signatures.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


def test_two_officers_deliver_and_the_addressee_checks_and_acknowledges(site, new_window, tmp_path):
    wait_until(lambda: site.count == ROWS, "all are counted", MADE_SECONDS)
    first, second = new_window(accept_downloads=True), new_window()
    log_in(first, "first")
    shown, address = prepare(first)
    assert [word for word in ("By language", "By country", "By day of signing") if word not in shown] == []

    log_in(second, "second")
    second.open(address)
    assert "To the committee, on paper and in person." in second.page.locator(".letter-told").first.inner_text()
    second.page.get_by_role("link", name="Approve…").click()
    second.page.get_by_role("button", name="Approve", exact=True).click()

    folder = take(first, address, tmp_path / "bundle")
    names = names_in(folder)
    assert [script for script, name in SCRIPTS.items() if not any(each.startswith(name) for each in names)] == []
    assert 0.8 * ROWS < len(names) <= ROWS  # one in ten is only counted
    key = site.get(f"/log/{SLUG}/key").text.strip()
    code, told = verify(folder, "--key", key)
    assert (code, told.splitlines()[-1]) == (0, "All holds.")
    assert f"HOLDS: {len(names)} rows" in told
    assert verify(folder)[1].startswith("WARNING: you gave no fingerprint.")

    first.open(address)
    press(first, "Handed over", Place="Seoul", **{"Received by": "The post room"})
    record = new_window()
    record.open(f"/en/petitions/{SLUG}/deliveries/")
    record.page.get_by_text("none for 0 days").wait_for()
    links = re.findall(r"http\S+/(en|ko|zh-hans)/d/(\S+)/", (folder / "README.txt").read_text())
    ((_english, token), *_others) = links
    assert links == [(language, token) for language in ("en", "ko", "zh-hans")]
    record.open(f"/en/d/{token}/")
    record.page.get_by_role("button", name="We have received this delivery").click()
    record.page.get_by_text("Thank you.").wait_for()
    first.open(address)
    first.page.get_by_role("link", name="Enter the reply…").click()
    first.page.get_by_label("Reply:", exact=True).fill("We shall consider it.")
    first.page.get_by_role("button", name="Enter the reply").click()

    def is_told():
        record.open(f"/en/petitions/{SLUG}/deliveries/")
        return "We shall consider it." in record.page.content()

    wait_until(is_told, "the reply stands on the public record")
    assert site.rows("SELECT act, count(*) FROM campaign_accessrecord GROUP BY act ORDER BY act") == [
        ("downloaded", 1), ("passphrase", 1), ("requested", 1),
    ]  # fmt: skip
