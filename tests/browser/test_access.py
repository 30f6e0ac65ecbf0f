"""Signing with the keyboard alone, on a narrow screen, and after a mistake."""

import re
from contextlib import nullcontext

import pytest

from tests.factories import make_address
from tests.site import SLUG

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARTICLE, PETITION = f"/en/articles/{SLUG}/", f"/en/petitions/{SLUG}/"
FOCUSED = """() => {
    const focused = document.activeElement;
    const isOutlined = (box) => box && getComputedStyle(box).outlineStyle !== "none"
        && parseFloat(getComputedStyle(box).outlineWidth) >= 2;
    const isSeen = isOutlined(focused) || isOutlined(focused.parentElement);
    return {tag: focused.localName, name: focused.name, value: focused.value, text: focused.textContent, isSeen};
}"""
MOST_STOPS = 120  # links in the article and the address book of countries come before the end


def stops(page):
    """Go on by the tab key; what has the focus after each press."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        yield page.evaluate(FOCUSED)
    pytest.fail(f"not reached within {MOST_STOPS} stops")


def tab_to(page, name):
    """Go on by the tab key until the field of that name is reached; the stops on the way that could not be seen."""
    hidden = []
    for stop in stops(page):
        if not stop["isSeen"]:
            hidden.append(stop)
        if stop["name"] == name:
            break
    return hidden


def stops_until(page, text):
    """Go on by the tab key until what says `text` is reached; all stops on the way."""
    for stop in stops(page):
        yield stop
        if stop["text"].strip() == text:
            return


def test_the_first_stop_skips_to_the_content(new_window):
    window = new_window()
    window.open(ARTICLE)
    window.page.keyboard.press("Tab")
    assert window.page.evaluate(FOCUSED)["isSeen"]
    window.page.keyboard.press("Enter")
    assert window.page.evaluate(FOCUSED)["tag"] == "main"


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_signing_needs_no_mouse_and_the_focus_is_always_seen(site, new_window, has_script):
    window, email = new_window(java_script_enabled=has_script), make_address()
    page = window.page
    window.open(ARTICLE)
    hidden = []
    for field, keys in (
        ("name", "Hong Gildong"), ("email", email), ("country", "Germany"), ("visibility", ""), ("consent", " "),
    ):  # fmt: skip
        hidden += tab_to(page, field)
        page.keyboard.type(keys)
    page.keyboard.press("Enter")
    page.wait_for_url("**/check-your-email/")
    assert hidden == []
    assert site.office.wait_for_mail(email)["To"] == email
    assert site.rows("SELECT country, visibility FROM campaign_signatory ORDER BY id DESC LIMIT 1") == [
        ("DE", "delivered")
    ]


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_confirming_changing_and_withdrawing_need_no_mouse(site, new_window, has_script):
    window, email = new_window(java_script_enabled=has_script), make_address()
    page = window.page
    assert site.sign(email).status == 303
    window.open(site.own_page(email))
    hidden = []
    ways = ("Confirm my signature", "Correct or change it", "Save the changes", "Withdraw my signature")
    for text in (*ways, "Withdraw and erase"):
        hidden += [stop for stop in stops_until(page, text) if not stop["isSeen"]]
        with page.expect_navigation() if page.evaluate(FOCUSED)["tag"] == "button" else nullcontext():
            page.keyboard.press("Enter")
    page.get_by_role("heading", name="This signature is withdrawn").wait_for()
    assert hidden == []


def test_each_field_is_told_by_its_name_and_the_form_fits_a_narrow_screen(new_window):
    window = new_window(viewport={"width": 360, "height": 640})
    page = window.page
    window.open(PETITION)
    form = page.locator("form[action$='/sign/']")
    for role, name in (
        ("textbox", "Full name"),
        ("textbox", "Email address"),
        ("combobox", "Country"),
        ("radio", "Nobody: only counted"),
        ("checkbox", re.compile("consent|agree", re.IGNORECASE)),
        ("button", "Sign the petition"),
    ):
        field = form.get_by_role(role, name=name)
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        assert (name, box["x"] >= 0, box["x"] + box["width"] <= 360) == (name, True, True)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_mistake_is_told_in_the_title_and_each_error_leads_to_its_field(new_window, has_script):
    window = new_window(java_script_enabled=has_script)
    page = window.page
    window.open(PETITION)
    page.locator("form[action$='/sign/']").get_by_role("button").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    (told,) = window.complaints  # the browser says of every 422 that it failed to load
    assert "status of 422" in told
    window.complaints.clear()
    assert page.title().startswith("Error:")
    fields = []
    for link in alert.get_by_role("link").all():
        link.focus()
        page.keyboard.press("Enter")
        fields.append(page.evaluate(FOCUSED)["name"])
    assert fields == ["name", "email", "consent"]
