"""axe finds nothing on the pages of staff, on a phone, a tablet and a desk; and a queue of names needs no mouse.

SCREENSHOTS=/tmp/shots takes a picture of each as well.
"""

import os
from pathlib import Path

import pytest

from tests.browser.eye import open_eye
from tests.browser.pages import LANGUAGES
from tests.browser.staff_pages import staff_pages  # noqa: F401 - pytest finds the fixture by its name
from tests.browser.test_axe import OVERFLOW, axe, look  # noqa: F401 - as above

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
WIDTHS = (360, 768, 1280)
ANSWERS = "[...document.querySelectorAll('.name-waiting :checked')].map(each => each.value)"
NEXT = {"approve": "refuse", "refuse": "later", "later": "approve"}  # to the right, and round
PICTURES = os.environ.get("SCREENSHOTS", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_pages_of_staff_and_nothing_scrolls_sideways(browser, staff_pages, axe, language):  # noqa: F811
    """In all widths in the first language, in the others on a phone."""
    found, pages = {}, [page for page in staff_pages if page.language == language]
    with open_eye(browser, pages, color_scheme="light") as eye:
        for shown in [page for page in pages if page.name != "picture"]:
            eye.show(shown)
            heard = list(eye.complaints)
            eye.page.evaluate(axe)
            for width in WIDTHS if language == LANGUAGES[0] or PICTURES else WIDTHS[:1]:
                eye.page.set_viewport_size({"width": width, "height": 900})
                found[shown.name, width] = look(eye.page, shown, "light") + eye.page.evaluate(OVERFLOW)
                eye.complaints[:] = heard  # what axe itself loads and sets is no fault of the page
                if PICTURES:
                    take(eye.page, f"{language}-{width}", shown.name)
    found = [f"{name}, {width}: {fault}" for (name, width), faults in found.items() for fault in faults]
    assert found == []
    assert eye.complaints == []


def test_what_did_not_fail_is_not_said_to_have_failed(browser, staff_pages):  # noqa: F811
    with open_eye(browser, staff_pages) as eye:
        for shown in [page for page in staff_pages if page.name in ("log in, code", "second factor, passkey")]:
            eye.show(shown)
            assert not eye.page.locator("#passkey-failed").is_visible()


def take(page, folder, name):
    path = Path(PICTURES, folder, f"{name.replace(', ', '-').replace(' ', '_')}.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True)


def test_a_page_of_names_is_decided_on_with_the_keyboard_alone(browser, staff_pages):  # noqa: F811
    shown = next(page for page in staff_pages if page.name == "names")
    with open_eye(browser, staff_pages) as eye:
        eye.show(shown)
        preset, chosen = eye.page.evaluate(ANSWERS), []
        eye.page.locator(".name-waiting :checked").first.focus()
        for _name in preset:
            eye.page.keyboard.press("ArrowRight")
            chosen.append(eye.page.evaluate("document.activeElement.value"))
            eye.page.keyboard.press("Tab")
        assert eye.page.evaluate("document.activeElement.name") == "reason_class"
        assert eye.page.evaluate(ANSWERS) == chosen == [NEXT[answer] for answer in preset]
    assert len(preset) == 8
