"""What the script says while an address is typed: a slip, or a provider that the form warns of. It refuses neither."""

import pytest

from tests.site import SLUG

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# As the form of a high-risk petition has them.
RISKY = "field => Object.assign(field.dataset, {risky: 'cn qq.com', riskyWords: 'Better not {}.'})"


def test_a_slip_and_a_risky_provider_are_pointed_out_while_typing(site, new_window):
    window = new_window()
    window.open(f"/en/petitions/{SLUG}/")
    field, hint = window.page.locator("#sign [name=email]"), window.page.locator("#mail-slip")
    field.evaluate(RISKY)
    told = []
    for address in ("a@gmial.com", "a@vip.qq.com", "a@QQ.com", "a@189.cn", "a@notqq.com", "qq.com", "a@example.org"):
        field.fill(address)
        told.append(hint.inner_text())
    assert told == [
        "Did you mean gmail.com?", "Better not vip.qq.com.", "Better not qq.com.", "Better not 189.cn.", "", "", "",
    ]  # fmt: skip


def test_a_short_domain_is_guessed_by_its_ending_alone_and_a_real_one_is_no_mistake(site, new_window):
    window = new_window()
    window.open(f"/en/petitions/{SLUG}/")
    field, hint = window.page.locator("#sign [name=email]"), window.page.locator("#mail-slip")
    told = {}
    for domain in ("qq.con", "qc.com", "qq.com", "gmx.dr", "navr.com", "ymail.com", "email.com", "rocketmail.com"):
        field.fill(f"a@{domain}")
        told[domain] = hint.inner_text()
    assert told == {
        "qq.con": "Did you mean qq.com?", "qc.com": "", "qq.com": "", "gmx.dr": "Did you mean gmx.de?",
        "navr.com": "Did you mean naver.com?", "ymail.com": "", "email.com": "", "rocketmail.com": "",
    }  # fmt: skip


def test_a_standard_petition_warns_of_no_provider(site, new_window):
    window = new_window()
    window.open(f"/en/petitions/{SLUG}/")
    window.page.locator("#sign [name=email]").fill("a@qq.com")
    assert window.page.locator("#mail-slip").inner_text() == ""
