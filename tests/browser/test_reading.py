"""How the pages read: their type, the button within reach, paper, frames; and the comforts that a script adds."""

import json
from dataclasses import replace

import pytest

from tests.browser.eye import open_eye
from tests.browser.pages import LANGUAGES, SLUG
from tests.browser.test_axe import OVERFLOW

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]
API = f"/api/petitions/{SLUG}/"
PHONE = {"viewport": {"width": 360, "height": 740}}
# Characters in a line of the article; of Chinese and Korean, which are as wide as they are high, how many fit.
MEASURE = """() => {
    const prose = document.querySelector(".prose"), size = parseFloat(getComputedStyle(prose).fontSize);
    const long = [...prose.children].filter(p => p.localName === "p").map(p =>
        [p.textContent.length, Math.round(p.clientHeight / parseFloat(getComputedStyle(p).lineHeight))]);
    const sum = (at) => long.filter(([, lines]) => lines > 2).reduce((all, one) => all + one[at], 0);
    return {fit: prose.clientWidth / size, perLine: sum(0) / (sum(1) - long.length / 2)};
}"""
BOXED = """() => [...document.querySelectorAll("p a:not(.button, .footnote-backref)")]
    .filter(link => getComputedStyle(link).display !== "inline").map(link => link.textContent)"""
STYLE = "name => getComputedStyle(document.querySelector('.prose p')).getPropertyValue(name)"


def page_of(pages, name, language="en"):
    return next(page for page in pages if (page.name, page.language) == (name, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_is_as_long_as_each_script_is_read_best(browser, pages, language):
    with open_eye(browser, pages, viewport={"width": 1280, "height": 900}) as eye:
        eye.show(page_of(pages, "article", language))
        line = eye.page.evaluate(MEASURE)
        is_latin = language == "en"
        assert (60 <= line["perLine"] <= 75) if is_latin else (35 <= line["fit"] <= 40)
        assert (eye.page.evaluate(STYLE, "word-break") == "keep-all") is (language == "ko")
        assert eye.page.evaluate("getComputedStyle(document.querySelector('.pull-quote p')).textWrapStyle") == "balance"
        family = {"en": "serif", "ko": "Apple SD Gothic Neo", "zh-hans": "PingFang SC"}[language]
        assert family in eye.page.evaluate(STYLE, "font-family")


def test_signing_is_always_within_reach_on_a_phone_without_a_script(browser, pages):
    with open_eye(browser, pages, java_script_enabled=False, **PHONE) as eye:
        eye.show(page_of(pages, "article"))
        button, heights = eye.page.locator(".signbar a"), []
        for _ in range(4):
            box = button.bounding_box()
            heights.append(box["y"] >= 0 and box["y"] + box["height"] <= 740)
            eye.page.mouse.wheel(0, 700)
            eye.page.wait_for_timeout(100)
        assert heights == [True] * 4
        button.click()
        assert eye.page.url.endswith("#sign")


def test_on_paper_the_article_and_the_demand_stay_and_what_is_pressed_goes(browser, pages):
    with open_eye(browser, pages) as eye:
        eye.show(page_of(pages, "article"))
        eye.page.emulate_media(media="print")
        shown = {
            name: eye.page.locator(name).first.is_visible()
            for name in (".prose", ".demand", ".sign", ".signbar", ".share-links")
        }
    assert shown == {".prose": True, ".demand": True, ".sign": False, ".signbar": False, ".share-links": False}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_link_in_a_sentence_stands_in_a_box_of_its_own(browser, pages, language):
    """A full stop may begin the line after a box, and in Chinese none may begin a line."""
    with open_eye(browser, pages, **PHONE) as eye:
        for name in ("article", "petition", "privacy", "names", "own page, receipt ready", "updates"):
            eye.show(page_of(pages, name, language))
            assert eye.page.evaluate(BOXED) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_frame_for_other_sites_follows_its_container(browser, pages, language):
    with open_eye(browser, pages) as eye:
        eye.show(page_of(pages, "embed", language))
        for width in (220, 300, 320, 700):
            eye.page.set_viewport_size({"width": width, "height": 480})  # as the code to copy has it
            assert eye.page.evaluate(OVERFLOW) == []
            box = eye.page.locator(".panel").bounding_box()
            assert box["width"] == width
            assert box["height"] >= 480 if width < 300 else box["height"] == 480


# --- What a script adds ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("is_seen", [True, False], ids=["seen", "hidden"])
def test_the_count_is_asked_for_only_while_the_page_is_seen(browser, pages, is_seen):
    answer = next(page for page in pages if page.path == API)
    numbers = json.loads(answer.body)
    numbers |= {"signature_count": 601, "goal": 2_000}
    numbers["words"]["ko"] = {"count": ["", "601", "명이 서명했습니다"], "goal": "새 목표", "own_goal": ""}
    with open_eye(browser, pages) as eye:
        eye.files[API] = replace(answer, body=json.dumps(numbers).encode())
        if not is_seen:
            eye.page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'})")
        asked = []
        eye.page.on("request", lambda request: asked.append(request.url) if API in request.url else None)
        eye.page.clock.install()
        eye.show(page_of(pages, "petition", "ko"))
        eye.page.clock.run_for(6_000)
        eye.page.wait_for_timeout(300)
        words = eye.page.locator(".progress").first.inner_text().split("\n")
        goal = eye.page.locator("progress").first.get_attribute("max")
    assert (len(asked), "601명이 서명했습니다" in words, "새 목표" in words, goal) == (
        (1, True, True, "2000") if is_seen else (0, False, False, "600")
    )


def test_the_share_sheet_gets_the_address_alone_and_copying_says_so(browser, pages):
    with open_eye(browser, pages, permissions=["clipboard-read", "clipboard-write"]) as eye:
        eye.page.add_init_script("navigator.share = async (told) => { window.told = told; }")
        shown = page_of(pages, "article")
        eye.show(shown)
        eye.page.locator("[data-share]").click()
        assert eye.page.evaluate("window.told") == {"url": f"http://localhost{shown.path}"}
        copy = eye.page.locator("[data-copy]")
        copy.click()
        status = eye.page.locator(".copy").get_by_role("status")
        eye.page.get_by_role("button", name="Copied", exact=True).wait_for()
        assert status.text_content() == "Copied"
        assert eye.page.evaluate("navigator.clipboard.readText()") == f"http://localhost{shown.path}"
        eye.page.get_by_role("button", name="Copy", exact=True).wait_for()  # again, after three seconds
        assert status.text_content() == ""


def test_an_address_that_may_not_be_copied_is_marked_for_the_hand(browser, pages):
    with open_eye(browser, pages) as eye:
        eye.page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
        shown = page_of(pages, "article")
        eye.show(shown)
        eye.page.locator("[data-copy]").click()
        assert eye.page.evaluate("getSelection().toString()") == f"http://localhost{shown.path}"
        assert eye.page.locator("[data-copy]").text_content() == "Copy"
        assert eye.complaints == []


def test_switching_the_language_keeps_the_place_and_a_mistake_gets_the_focus(browser, pages):
    with open_eye(browser, pages) as eye:
        eye.show(page_of(pages, "form, nothing filled in"))
        assert eye.page.evaluate("document.activeElement.className") == "error-summary"
        eye.page.evaluate("location.hash = 'sign'")
        link = eye.page.locator(".languages a[lang=ko]")
        link.evaluate("link => link.addEventListener('click', event => event.preventDefault())")
        link.click()
        assert link.evaluate("link => link.hash") == "#sign"
