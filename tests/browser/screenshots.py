"""Takes every page at three widths, in every language, light and dark; and `overview.webp` for the README.

A tool, not a test:  SCREENSHOTS=/tmp/shots python3 start.py test tests/browser/screenshots.py [-k overview]
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.browser.eye import open_eye
from tests.browser.pages import LANGUAGES

FOLDER = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))
CANVAS, PAPER = (1600, 1000), "#e4e0d5"
# What stands in the overview: page, language, scroll to, window, where, drawn how wide.
WINDOWS = [
    ("article", "en", "body", (1280, 1000), (60, 70), 1080),
    ("article", "ko", "body", (390, 890), (915, 232), 310),
    ("article", "zh-hans", "#sign", (390, 800), (1260, 120), 310),
]
LOAD_ALL = """() => Promise.all([...document.images].map(
    image => { image.loading = "eager"; return image.decode(); }))"""
pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages(browser, pages, language, width, scheme):
    folder = FOLDER / f"{language}-{width}-{scheme}"
    folder.mkdir(parents=True, exist_ok=True)
    with open_eye(browser, pages, color_scheme=scheme, viewport={"width": width, "height": 900}) as eye:
        for shown in [page for page in pages if page.language == language]:
            eye.show(shown)
            eye.page.evaluate(LOAD_ALL)
            eye.page.screenshot(path=folder / f"{shown.name.replace(', ', '-').replace(' ', '_')}.png", full_page=True)
    assert eye.complaints == []


def test_overview(browser, pages):
    canvas = Image.new("RGB", CANVAS, PAPER)
    for name, language, target, (width, height), place, drawn in WINDOWS:
        shown = next(page for page in pages if (page.name, page.language) == (name, language))
        with open_eye(browser, pages, viewport={"width": width, "height": height}, device_scale_factor=2) as eye:
            eye.show(shown)
            eye.page.evaluate("target => document.querySelector(target).scrollIntoView()", target)
            picture = Image.open(io.BytesIO(eye.page.screenshot())).convert("RGB")
        lay(canvas, picture.resize((drawn, drawn * height // width), Image.Resampling.LANCZOS), place)
    FOLDER.mkdir(parents=True, exist_ok=True)
    canvas.save(FOLDER / "overview.webp", quality=82, method=6)


def lay(canvas: Image.Image, picture: Image.Image, place: tuple[int, int]) -> None:
    """A window on the canvas: round corners, a soft shadow."""
    (x, y), (width, height), radius = place, picture.size, 18
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=255)
    shadow = Image.new("L", canvas.size, 0)
    ImageDraw.Draw(shadow).rounded_rectangle((x, y + 14, x + width, y + height + 14), radius, fill=90)
    canvas.paste("#1b1a18", mask=shadow.filter(ImageFilter.GaussianBlur(24)))
    canvas.paste(picture, place, mask)
