"""The whole story, by real processes: read, sign, open the mail, confirm, be counted, withdraw; moderate and export."""

import csv
import time

import pytest

from campaign.countries import country_name
from tests.browser.test_second_factor import code_of
from tests.factories import make_address
from tests.site import SLUG, link_in, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COUNT_SECONDS = 10
NAMES = {"en": "Siobhán O’Donnell-Świątek", "ko": "남궁슬기로운", "zh-hans": "欧阳慕容雪"}


def count_shown(window):
    """The number on the page, read off the one element that holds it for people and for machines."""
    return int(window.page.locator("progress").first.get_attribute("value"))


def wait_for_count(window, number):
    """The count is `number` within ten seconds, in the JSON and on the page that a reader loads again."""
    started_at = time.monotonic()
    wait_until(lambda: window.site.count == number, f"{number} in the JSON", COUNT_SECONDS)

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
    form.locator("[name=country]").select_option(label=country_name(country, language))
    form.locator(f"[name=visibility][value={visibility}]").check()
    form.locator("[name=consent]").check()
    form.get_by_role("button").click()
    window.page.wait_for_url(f"**/{language}/petitions/{SLUG}/check-your-email/")


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
    assert actions_offered(window) == {"confirm", "not_me", "download"}
    act(window, "confirm")
    window.page.wait_for_selector("button[name=action][value=withdraw]", state="attached")
    assert window.page.url == link
    assert [word for word in hidden if word in window.page.content()] == []


@pytest.mark.parametrize("has_script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_a_signature_is_confirmed_by_mail_counted_and_withdrawn(site, new_window, language, has_script):
    window, reader = new_window(java_script_enabled=has_script), new_window(java_script_enabled=has_script)
    name, email, before = NAMES[language], make_address(), site.confirmed
    reader.open(f"/{language}/articles/{SLUG}/")
    wait_for_count(reader, before)

    sign(window, language, name=name, email=email, visibility="delivered")
    mail = site.office.wait_for_mail(email)
    assert mail["Content-Language"] == language
    link = link_in(mail, language)
    confirm(window, link, hidden=(name, email))
    wait_for_count(reader, before + 1)

    act(window, "withdraw")
    window.page.wait_for_selector("button[name=action]", state="detached")
    wait_for_count(reader, before)
    assert len(site.office.mails_to(email)) == 1


# --- In the admin --------------------------------------------------------------------------------------------------
DELIVERED, COUNTED, PENDING = "Nikolaj Æblegård-Fitzwilliam", "Zsófia Čapková-Mbeki", "Þórdís Ogunbanjo-Ljung"


def log_in(window):
    password = (window.site.folder / "admin-password").read_text().strip()
    window.open("/admin/")
    window.page.get_by_label("Username").fill("admin")
    window.page.get_by_label("Password").fill(password)
    window.page.get_by_role("button", name="Log in").click()
    set_up_second_factor(window)
    window.open("/admin/")
    window.page.get_by_role("link", name="Signatories").first.wait_for()


def set_up_second_factor(window):
    """What is asked of every member of staff at the first login."""
    window.page.get_by_role("link", name="Set up an authenticator app").click()
    secret = window.page.locator(".key").inner_text()
    window.page.get_by_label("Authenticator code").fill(code_of(secret))
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/admin/second-factor/codes/")


def press(window, name, **answers):
    """Press what is called `name`, and on the page it leads to, give the answers and press it again."""
    window.page.get_by_role("link", name=f"{name}…").click()
    for label, answer in answers.items():
        window.page.get_by_role("textbox", name=label).fill(answer)
    for choice in window.page.locator("#content form select").all():
        choice.select_option(index=1)
    window.page.get_by_role("button", name=name, exact=True).click()


def find_in_list(window, key):
    """The link of a signatory in the list, which shows the last characters of its key."""
    window.open("/admin/campaign/signatory/")
    return window.page.get_by_role("link", name=key[-12:])


def key_of_newest(site):
    ((key,),) = site.rows("SELECT id FROM campaign_signatory ORDER BY id DESC LIMIT 1")
    return str(key)


def test_staff_reject_and_restore_a_signature_and_export_who_confirmed(site, new_window):
    full = site.confirmed + 2
    site.join(make_address(), name=COUNTED, visibility="counted")
    assert site.sign(make_address(), name=PENDING).status == 303
    site.join(make_address(), name=DELIVERED)
    key, window = key_of_newest(site), new_window(accept_downloads=True)
    wait_until(lambda: site.count == full, "both are counted")

    log_in(window)
    find_in_list(window, key).click()
    press(window, "Reject", Reason="Not the name of a person.")
    wait_until(lambda: site.count == full - 1, "the rejected one is not counted", COUNT_SECONDS)
    press(window, "Restore", Reason="It is one.")
    wait_until(lambda: site.count == full, "the restored one is counted again", COUNT_SECONDS)

    window.open("/admin/campaign/petition/")
    window.page.get_by_role("link", name=SLUG).click()
    press(window, "Export signatures", Purpose="A test of the export.")
    window.page.get_by_role("link", name="Download…").wait_for()  # the page loads itself anew until the file is built
    with window.page.expect_download() as download:
        press(window, "Download", Purpose="A test of the export.")
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows if row["name"] in (DELIVERED, COUNTED, PENDING)] == [DELIVERED]
    assert site.traces_of(DELIVERED, COUNTED, PENDING) == []
