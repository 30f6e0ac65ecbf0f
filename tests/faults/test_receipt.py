"""A receipt from a whole site: asked for on her page, made by the worker, checked without us, gone when she goes."""

import subprocess
import sys

import pytest

from tests.factories import make_address
from tests.site import SLUG, Site, wait_until

pytestmark = pytest.mark.slow
NAME = "Þórdís Ogunbanjo-Ljung"


def verify(site: Site, folder, receipt: str) -> str:
    """What the program from the site says of it, with the key from the site, in an empty environment."""
    (folder / "receipt.txt").write_text(receipt)
    (folder / "verify.py").write_text(site.get("/verify.py").text)
    key = site.get(f"/log/{SLUG}/key").text.splitlines()[0]
    command = [sys.executable, "-I", "-S", "verify.py", "receipt.txt", "--key", key]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, encoding="utf-8", check=True).stdout


def test_a_receipt_is_made_for_her_alone_and_goes_with_her_signature(site, tmp_path):
    address = make_address()
    site.start_workers()
    site.join(address, name=NAME)
    page = site.own_page(address)
    wait_until(lambda: "ask_for_receipt" in site.get(page).text, "the log has her signature")
    site.post(page, {"action": "ask_for_receipt"})
    wait_until(lambda: "take_receipt" in site.get(page).text, "the worker has made it", seconds=20)
    told = verify(site, tmp_path, site.post(page, {"action": "take_receipt"}).text)
    assert told.startswith(f"HOLDS: {NAME} signed “")
    assert site.rows("SELECT count(*) FROM campaign_receipt WHERE sealed IS NOT NULL") == [(1,)]
    assert site.traces_of(NAME) == []
    site.post(page, {"action": "withdraw"})
    assert site.rows("SELECT count(*) FROM campaign_receipt") == [(0,)]
