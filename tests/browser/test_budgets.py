"""What the article costs a phone: bytes as they travel, requests, and nothing from another host."""

import re

import pytest

from tests.browser.pages import LANGUAGES
from tests.site import SLUG

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KILOBYTE = 1024
PHONE = {"viewport": {"width": 360, "height": 780}, "device_scale_factor": 3, "is_mobile": True, "has_touch": True}


def weigh(window, path: str) -> dict[str, int]:
    """Open a page and read it to its end; the bytes each request took, headers and all."""
    sizes, addresses = {}, {}
    network = window.context.new_cdp_session(window.page)
    network.on("Network.requestWillBeSent", lambda told: addresses.update({told["requestId"]: told["request"]["url"]}))
    network.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
    network.send("Network.enable")
    window.open(path)
    window.page.keyboard.press("End")
    window.page.wait_for_load_state("networkidle")
    return {addresses[request].removeprefix(window.site.url): int(size) for request, size in sizes.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_article_is_light_and_all_from_here(new_window, language):
    path = f"/{language}/articles/{SLUG}/"
    taken = weigh(
        new_window(**PHONE), path
    )  # new_window sees to it that nothing came from elsewhere, nothing was refused
    kinds = {kind: [size for name, size in taken.items() if name.endswith(kind)] for kind in (".css", ".js", ".avif")}
    assert {kind: len(sizes) for kind, sizes in kinds.items()} == {".css": 1, ".js": 1, ".avif": 1}
    assert sum(taken.values()) <= 150 * KILOBYTE
    assert len(taken) <= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_article_is_short_before_it_is_compressed(site, language):
    assert len(site.get(f"/{language}/articles/{SLUG}/").text.encode()) <= 25_000


@pytest.mark.django_db
def test_it_stays_short_with_versions_and_news_however_long(pages):
    sizes = {(page.name, page.language): len(page.body) for page in pages if "article" in page.name}
    assert len(sizes) == 5 * len(LANGUAGES)
    assert {page: size for page, size in sizes.items() if size > 25_000} == {}


def test_styles_and_scripts_are_small_and_scripts_wait(site):
    page = site.get(f"/en/articles/{SLUG}/").text
    [style] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    [script] = re.findall(r'<script src="([^"]+)" defer></script>', page)
    [solver] = re.findall(r'data-solver="([^"]+)"', page)
    assert len(site.get(style).text.encode()) <= 20_000
    assert sum(len(site.get(path).text.encode()) for path in (script, solver)) <= 10_000
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=| type=.application/ld\+json)", page) == []
