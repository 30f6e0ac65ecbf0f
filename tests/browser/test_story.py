"""The whole story, by real processes: read, sign, open the mail, confirm, be counted, withdraw; moderate and export."""

import json
import re
import time

import pytest

from tests.factories import make_address
from tests.site import SLUG, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COUNT_SECONDS = 10
NAMES = {"en": "Siobhán O’Donnell-Świątek", "ko": "남궁슬기로운", "zh-hans": "欧阳慕容雪"}


def count_told(site):
    return json.loads(site.get(f"/api/petitions/{SLUG}/").text)["signature_count"]


def count_shown(window):
    """The number on the page, read off the one element that holds it for people and for machines."""
    return int(window.page.locator("progress").first.get_attribute("value"))


def wait_for_count(window, number):
    """The count is `number` within ten seconds, in the JSON and on the page that a reader loads again."""
    started_at = time.monotonic()
    wait_until(lambda: count_told(window.site) == number, f"{number} in the JSON", COUNT_SECONDS)

    def is_shown():
        window.page.reload()
        return count_shown(window) == number

    wait_until(is_shown, f"{number} on the page", COUNT_SECONDS - (time.monotonic() - started_at))


def sign(window, language, *, name, email, visibility, country="DE"):
    """Read the article and fill in the form beneath it."""
    window.open(f"/{language}/articles/{SLUG}/")
    form = window.page.locator("form[action$='/sign/']")
    form.locator("[name=name]").fill(name)
    form.locator("[name=email]").fill(email)
    form.locator("[name=country]").select_option(country)
    form.locator(f"[name=visibility][value={visibility}]").check()
    form.locator("[name=consent]").check()
    form.get_by_role("button").click()
    window.page.wait_for_url(f"**/{language}/petitions/{SLUG}/check-your-email/")


def link_in(mail, language):
    """The one address of the signatory's own page in a mail's text."""
    assert mail["Content-Language"] == language
    links = re.findall(r"\S+/s/\S+", mail.get_body(("plain",)).get_content())
    assert [f"/{language}/s/" in link for link in links] == [True]
    return links[0]


def act(window, action):
    """Press a button of the own page, unfolding what hides it."""
    button = window.page.locator(f"button[name=action][value={action}]")
    if not button.is_visible():
        window.page.locator("details", has=button).locator("summary").click()
    button.click()


def actions_offered(window):
    buttons = window.page.locator("button[name=action]").all()
    return {button.get_attribute("value") for button in buttons}


def confirm(window, link, *, hidden=()):
    """Open the mailed link, which shows no name and no address, and press the button."""
    window.open(link)
    assert [word for word in hidden if word in window.page.content()] == []
    assert actions_offered(window) == {"confirm", "not_me"}
    act(window, "confirm")
    window.page.wait_for_selector("button[name=action][value=withdraw]", state="attached")
    assert window.page.url == link
    assert [word for word in hidden if word in window.page.content()] == []


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_a_signature_is_confirmed_by_mail_counted_and_withdrawn(site, new_window, language, has_script):
    window, reader = new_window(java_script_enabled=has_script), new_window(java_script_enabled=has_script)
    name, email, before = NAMES[language], make_address(), count_told(site)
    reader.open(f"/{language}/articles/{SLUG}/")
    assert count_shown(reader) == before

    sign(window, language, name=name, email=email, visibility="delivered")
    link = link_in(site.office.wait_for_mail(email), language)
    confirm(window, link, hidden=(name, email))
    wait_for_count(reader, before + 1)

    act(window, "withdraw")
    window.page.wait_for_selector("button[name=action]", state="detached")
    wait_for_count(reader, before)
    assert len(site.office.mails_to(email)) == 1
