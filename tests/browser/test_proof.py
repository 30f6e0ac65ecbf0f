"""The form's work, in a real browser: begun at the first touch, done by the time of signing, good for one form."""

import pytest

from tests.browser.test_story import sign
from tests.factories import make_address
from tests.site import SLUG, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHALLENGE = f"/api/petitions/{SLUG}/challenge/"


def spent(site):
    return site.rows("SELECT count(*) FROM campaign_spentproof")[0][0]


def asked_for(window):
    """The paths requested from now on."""
    paths = []
    window.context.on("request", lambda request: paths.append(request.url.removeprefix(window.site.url)))
    return paths


def test_the_work_is_fetched_at_the_first_touch_and_not_before(site, new_window):
    window = new_window()
    paths = asked_for(window)
    window.open(f"/en/articles/{SLUG}/")
    window.page.keyboard.press("End")
    window.page.wait_for_load_state("networkidle")
    assert [path for path in paths if "proof" in path or "challenge" in path] == []
    field = window.page.locator("form[action$='/sign/'] [name=proof]")
    window.page.locator("form[action$='/sign/'] [name=name]").focus()
    wait_until(field.input_value, "the proof is in the form")
    assert sum("/js/proof." in path for path in paths) == 1
    window.page.locator("form[action$='/sign/'] [name=email]").focus()
    assert paths.count(CHALLENGE) == 1


def test_whoever_is_quicker_than_the_work_still_signs_with_a_proof(site, new_window):
    before, email = spent(site), make_address()
    sign(new_window(), "en", name="Quick Typist", email=email, visibility="delivered")
    assert spent(site) == before + 1
    site.office.wait_for_mail(email)


def test_the_next_to_sign_on_the_same_device_has_a_proof_of_her_own(site, new_window):
    before, window = spent(site), new_window()
    for number in (1, 2):
        sign(window, "ko", name="남궁슬기로운", email=make_address(), visibility="delivered")
        assert spent(site) == before + number
        window.page.go_back()
    email = window.page.locator("form[action$='/sign/'] [name=email]")
    email.fill(make_address())
    window.page.locator("form[action$='/sign/']").get_by_role("button").click()
    window.page.wait_for_url("**/check-your-email/")
    assert spent(site) == before + 3


def test_a_form_that_comes_back_with_mistakes_keeps_its_proof(site, new_window):
    before, window = spent(site), new_window()
    window.open(f"/en/petitions/{SLUG}/")
    form = window.page.locator("form[action$='/sign/']")
    form.locator("[name=email]").fill(make_address())
    form.get_by_role("button").click()
    window.page.wait_for_selector(".error-summary")
    window.complaints.clear()  # the browser says of every 422 that it failed to load
    proof = form.locator("[name=proof]").input_value()
    form.locator("[name=name]").fill("Now Complete")
    form.locator("[name=consent]").check()
    assert form.locator("[name=proof]").input_value() == proof != ""
    form.get_by_role("button").click()
    window.page.wait_for_url("**/check-your-email/")
    assert spent(site) == before + 1
