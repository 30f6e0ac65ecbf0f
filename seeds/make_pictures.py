#!/usr/bin/env python3
"""Draws `hero.webp` from `hero.svg`, and per language `card.jpg`, the image that social sites show with a link.

Run it after changing the drawing or a title. It takes the development dependencies, Chromium, and the fonts of
Debian's `fonts-noto-cjk`:

    .venv/bin/python seeds/make_pictures.py
"""

import io
import tomllib
from html import escape
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

SEEDS = Path(__file__).resolve().parent
CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-background-networking"]}
HERO, CARD = (1600, 900), (1200, 630)
FONTS = {"ko": "Noto Serif CJK KR", "zh-hans": "Noto Serif CJK SC"}
MARK = '<svg class="mark" viewBox="0 0 40 32"><path d="M5 6 17 23M18 5 4 23.5"/><path d="M2 29H38"/></svg>'
STYLE = """
* { margin: 0; box-sizing: border-box }
body { position: relative; overflow: hidden; height: 100vh; background: #0b1020 }
svg:not(.mark) { display: block; width: 100%; height: auto; translate: 0 -7% }
.mark { position: absolute; top: 44px; left: 64px; width: 110px;
         fill: none; stroke: #fff; stroke-width: 2.4; stroke-linecap: round }
.mark :first-child { stroke: #a9bcff; stroke-width: 3.4 }
div { position: absolute; inset: 0; padding: 0 64px 56px; display: flex; flex-direction: column; justify-content: end;
      background: linear-gradient(transparent 34%, #0b1020a8 66%, #0b1020f2) }
h1 { font: 700 68px/1.22 var(--font); color: #fff; letter-spacing: -.01em; text-wrap: balance; word-break: keep-all }
p { margin-top: 18px; font: 500 30px/1.35 var(--font); color: #fbdcb2; word-break: keep-all }
"""


def main() -> None:
    drawing = (SEEDS / "hero.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        hero = shoot(browser, f"<style>* {{ margin: 0 }} svg {{ display: block }}</style>{drawing}", HERO)
        hero.save(SEEDS / "hero.webp", quality=90, method=6)
        for path in sorted(SEEDS.glob("*/article.md")):
            card = shoot(browser, card_page(path.parent, drawing), CARD)
            card.save(path.with_name("card.jpg"), quality=88, optimize=True, progressive=True)
        browser.close()


def shoot(browser: Browser, page: str, size: tuple[int, int]) -> Image.Image:
    """The page as a picture."""
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]})
    tab.set_content(page)
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    tab.close()
    return picture


def card_page(folder: Path, drawing: str) -> str:
    """The drawing with the article's title and the petition's beneath."""
    title, demand = (escape(head_of(folder / name)["title"]) for name in ("article.md", "petition.md"))
    style = f":root {{ --font: '{FONTS.get(folder.name, 'Noto Serif CJK SC')}', serif }} {STYLE}"
    text = f"{MARK}<div><h1 dir=auto>{title}</h1><p dir=auto>{demand}</p></div>"
    return f"<!doctype html><html lang={folder.name}><style>{style}</style><body>{drawing}{text}"


def head_of(path: Path) -> dict[str, str]:
    return tomllib.loads(path.read_text(encoding="utf-8").split("+++\n")[1])


if __name__ == "__main__":
    main()
