"""The whole story by the names and roles that a screen reader says: without styles, images and JavaScript, too."""

from contextlib import contextmanager

import pytest
from django.utils.translation import gettext, override

from campaign.countries import country_name
from tests.factories import make_address
from tests.site import SLUG, link_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STYLES, IMAGES = "**/*.css", "**/*.{avif,webp,svg,jpg}"


@contextmanager
def words_of(language):
    """Our own words in a language: what is written is what is said."""
    with override(language):
        yield gettext


def open_without(new_window, missing):
    """A window that gets nothing for the named things, as one whose network or eyes give none."""
    window = new_window(java_script_enabled="JavaScript" not in missing)
    for name, pattern in (("styles", STYLES), ("images", IMAGES)):
        if name in missing:
            window.context.route(pattern, lambda route: route.fulfill(status=200, body=""))
    return window


@pytest.mark.parametrize(
    ("language", "missing"),
    [
        ("en", ()),
        ("ko", ()),
        ("zh-hans", ()),
        ("en", ("styles",)),
        ("ko", ("images",)),
        ("zh-hans", ("styles", "images", "JavaScript")),
    ],
    ids=lambda value: value if isinstance(value, str) else f"without {' '.join(value) or 'nothing'}",
)
def test_a_petition_is_read_signed_confirmed_and_withdrawn_by_names_and_roles(site, new_window, language, missing):
    window, email = open_without(new_window, missing), make_address()
    page = window.page
    with words_of(language) as said:
        window.open(f"/{language}/articles/{SLUG}/")
        sign(page, said, email, country_name("DE", language))
        assert page.get_by_role("heading", level=1).text_content() == said("Check your email")
        window.open(link_in(site.office.wait_for_mail(email), language))
        page.get_by_role("button", name=said("Confirm my signature")).click()
        page.get_by_role("heading", name=said("Thank you. Your signature counts."), level=1).wait_for()
        page.get_by_text(said("Withdraw my signature"), exact=True).click()
        page.get_by_role("button", name=said("Withdraw and erase")).click()
        page.get_by_role("heading", name=said("This signature is withdrawn"), level=1).wait_for()


def sign(page, said, email, country):
    assert page.get_by_role("banner").count() == page.get_by_role("main").count() == 1
    assert page.get_by_role("navigation", name=said("Language"), exact=True).get_by_role("link").count() == 3
    assert page.get_by_role("progressbar", name=said("On the way to the next goal")).count() == 1
    page.get_by_role("link", name=said("Sign the petition")).first.click()
    form = page.get_by_role("form", name=said("Sign here"))
    form.get_by_role("textbox", name=said("Full name"), exact=True).fill("Hong Gildong")
    form.get_by_role("textbox", name=said("Email address"), exact=True).fill(email)
    form.get_by_role("combobox", name=said("Country"), exact=True).select_option(label=country)
    who = form.get_by_role("group", name=said("Who may see your name?"))
    assert [radio.is_checked() for radio in who.get_by_role("radio").all()] == [False, False, True, False]
    who.get_by_role("radio", name=said("Nobody: only counted")).check()
    assert form.get_by_role("checkbox", name=said("Send me news about this petition by email")).is_checked() is False
    form.get_by_role("checkbox").first.check()
    form.get_by_role("button", name=said("Sign the petition")).click()
    page.wait_for_url("**/check-your-email/")
