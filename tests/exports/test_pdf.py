"""Papers: text is shown as it is in every script, nothing in it is carried out, and the fonts lie in the file."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, ImageChops

from campaign.exports import pdf

PAPER = {
    "title": "Delivery 3",
    "author": "Organisation",
    "footer": "Delivery 3",
    "language": "en",
    "made_at": 1_790_000_000,
}
NAMES = [
    "Siobhán O’Donnell",
    "남궁슬기로운",
    "欧阳慕容雪",
    "Иван Иванович",
    "สมชาย ใจดี",
    "محمد",
    '*a* #eval("1") $x$ \\ @b',
]
has_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="needs Poppler (Debian: apt install poppler-utils)"
)

has_fonts = pytest.mark.skipif(
    bool(pdf.missing_fonts()), reason="needs fonts (Debian: apt install fonts-noto-core fonts-noto-cjk)"
)


def signatures(names=NAMES) -> dict[str, object]:
    rows = [[number, "ko", name, "KR"] for number, name in enumerate(names, 1)]
    return PAPER | {"subtitle": "1 to 7", "headings": ["No.", "Full name", "Country"], "rows": rows}


def ask(program: str, raw: bytes, folder) -> str:
    (folder / "a.pdf").write_bytes(raw)
    words = [program, str(folder / "a.pdf"), *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(words, capture_output=True, check=True).stdout.decode()


@has_poppler
@has_fonts
def test_each_script_is_drawn_with_a_font_that_is_in_the_file(tmp_path):
    raw = pdf.typeset("signatures", signatures())
    text = ask("pdftotext", raw, tmp_path)
    assert [name for name in NAMES[:5] + NAMES[6:] if name not in text] == []
    fonts = [line.split() for line in ask("pdffonts", raw, tmp_path).splitlines()[2:]]
    families = {font[0].partition("+")[2].partition("-")[0] for font in fonts}
    assert families == {"NotoSans", "NotoSansArabic", "NotoSansThai", "NotoSansCJKkr"}
    assert {font[-5] for font in fonts} == {"yes"}


@has_poppler
@has_fonts
def test_scripts_that_no_font_was_named_for_are_drawn_by_the_others_of_the_package(tmp_path):
    names = ["བསྟན་འཛིན", "አበበ", "សុខ សំណាង", "အောင်ဆန်း", "देवनागरी", "שלמה", "বাংলা", "தமிழ்", "ქართული"]
    scripts = ["Tibetan", "Ethiopic", "Khmer", "Myanmar", "Devanagari", "Hebrew", "Bengali", "Tamil", "Georgian"]
    fonts = ask("pdffonts", pdf.typeset("signatures", signatures(names)), tmp_path)
    assert [script for script in scripts if script not in fonts] == []


@has_poppler
@pytest.mark.parametrize("name", ["W" * 200, "i" * 200, "a" * 21 + " " + "W" * 178, "ก" * 200, "မ" * 200, "م" * 200])
def test_a_name_without_blanks_stays_in_its_column(tmp_path, name):
    rows = [[1, "ko", name, "KR", "ko", "2026-11-24"]]
    paper = signatures() | {"headings": ["No.", "Name", "Country", "Language", "Day"], "rows": rows}
    (tmp_path / "a.pdf").write_bytes(pdf.typeset("signatures", paper))
    subprocess.run(["pdftotext", "-bbox", tmp_path / "a.pdf", tmp_path / "a.html"], check=True)
    words = re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)".*?>(.*)</word>', (tmp_path / "a.html").read_text())
    starts = {word: float(left) for left, _right, word in words}
    assert max(float(right) for _left, right, word in words if {*word} & {*name[-1]}) <= starts["Country"]
    assert starts["KR"] == starts["Country"]


def test_the_fonts_that_are_looked_for_are_those_that_the_papers_name_and_the_image_installs():
    named = (pdf._PROGRAM.with_name("typst") / "common.typ").read_text()
    assert [font for font in pdf.FONTS if f'"{font}"' not in named] == []
    image = Path(settings.BASE_DIR, "Dockerfile").read_text()
    assert [name for name in ("fonts-noto-core", "fonts-noto-cjk") if name not in image] == []


def test_fonts_that_are_not_there_are_named(monkeypatch):
    monkeypatch.setattr(pdf, "FONTS", ("Noto Sans Nowhere", "DejaVu Sans Mono"))  # typst brings the second
    pdf.missing_fonts.cache_clear()
    assert pdf.missing_fonts() == ("Noto Sans Nowhere",)
    pdf.missing_fonts.cache_clear()


@has_poppler
def test_a_document_draws_each_kind_of_block(tmp_path):
    blocks = [
        {"kind": "right", "lines": ["Organisation", "Seoul"]}, {"kind": "lines", "lines": ["The Ministry", "1 Street"]},
        {"kind": "space"}, {"kind": "heading", "text": "By country"}, {"kind": "text", "text": "We #hand over *this*."},
        {"kind": "table", "rows": [["Rows", "7"]]}, {"kind": "bars", "rows": [["Korea", 5, "5"], ["other", 0, "0"]]},
        {"kind": "days", "top": "5 on one day", "values": [0, 5, 2], "first": "1 Nov", "last": "3 Nov"},
        {"kind": "mono", "text": "ab12 cd34"},
    ]  # fmt: skip
    text = ask("pdftotext", pdf.typeset("document", PAPER | {"headline": "통계", "blocks": blocks}), tmp_path)
    told = [
        "통계",
        "Seoul",
        "1 Street",
        "By country",
        "We #hand over *this*.",
        "Rows",
        "Korea",
        "5 on one day",
        "ab12 cd34",
    ]
    assert [words for words in told if words not in text] == []


@has_poppler
@pytest.mark.parametrize("values", [[9], [3, 9], [9] * 30, [9] * 366])
def test_the_days_stand_in_their_frame(tmp_path, values):
    blocks = [{"kind": "days", "top": "9 on one day", "values": values, "first": "1 Nov", "last": "3 Nov"}]
    (tmp_path / "a.pdf").write_bytes(pdf.typeset("document", PAPER | {"headline": "Days", "blocks": blocks}))
    subprocess.run(["pdftoppm", "-r", "25.4", "-png", tmp_path / "a.pdf", tmp_path / "a"], check=True)  # 1 mm a pixel
    with Image.open(tmp_path / "a-1.png") as page:
        red, _green, blue = page.convert("RGB").split()
        left, top, right, bottom = ImageChops.subtract(blue, red).point(lambda value: 255 * (value > 60)).getbbox()
    assert (left >= 19, 25 <= top <= 28, right <= 191, 60 <= bottom <= 63) == (True,) * 4


def test_the_same_paper_is_the_same_bytes():
    assert pdf.typeset("signatures", signatures()) == pdf.typeset("signatures", signatures())


def test_what_cannot_be_set_is_told_without_its_data():
    with pytest.raises(pdf.TypesettingError) as told:
        pdf.typeset("signatures", PAPER | {"subtitle": "", "headings": 3, "rows": [[1, "ko", "홍길동"]]})
    assert "홍길동" not in str(told.value)


def test_a_paper_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(pdf, "SECONDS_MAX", 0.001)
    with pytest.raises(pdf.TypesettingError, match="not done after"):
        pdf.typeset("signatures", signatures())
