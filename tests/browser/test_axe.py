"""axe finds nothing on any page in any language and state: light and dark, on a phone, on a desk and at 400 % zoom."""

from importlib.resources import files

import pytest

from tests.browser.asking import PROXY
from tests.browser.eye import open_eye
from tests.browser.pages import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
PHONE, DESK, ZOOMED = ({"width": width, "height": 900} for width in (360, 1280, 320))  # 1280 at 400 % is 320 wide
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]  # WCAG 2.2, levels A and AA
COLOURS = ["color-contrast", "link-in-text-block"]  # all that another scheme can break
RUN = """only => axe.run({runOnly: only, resultTypes: ["violations"]}).then(found => found.violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 120)}`)))"""
OVERFLOW = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [`scrolls sideways to ${document.documentElement.scrollWidth}`]"""


@pytest.fixture(scope="session")
def axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def look(page, shown, scheme) -> list[str]:
    """What axe finds. A mail has no landmarks, and the proxy's few lines none but what they say."""
    if scheme == "dark":
        return page.evaluate(RUN, {"type": "rule", "values": COLOURS})
    is_whole = not shown.is_mail and not shown.name.startswith(PROXY)
    return page.evaluate(RUN, {"type": "tag", "values": [*STANDARDS, *(["best-practice"] if is_whole else [])]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, pages, axe, language):
    """In every language light and dark, on a phone and on a desk; there the light of the first one stands for all."""
    sights = [(DESK, "dark"), (PHONE, "dark"), *([(DESK, "light")] if language == LANGUAGES[0] else [])]
    found = {}
    with open_eye(browser, pages, color_scheme="light") as eye:
        for shown in [page for page in pages if page.language == language]:
            eye.show(shown)
            eye.page.evaluate(axe)
            for size, scheme in [*sights, (PHONE, "light")]:
                eye.page.set_viewport_size(size)
                eye.page.emulate_media(color_scheme=scheme)
                found[shown.name, size["width"], scheme] = look(eye.page, shown, scheme)
            eye.page.set_viewport_size(ZOOMED)
            found[shown.name, "zoomed"] = eye.page.evaluate(OVERFLOW)
    assert {sight: violations for sight, violations in found.items() if violations} == {}
    assert eye.complaints == []
