"""Korean and Chinese as their editors want them (docs/languages.md): one word per thing, one style, own punctuation."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from campaign.templatetags.site import bcp47
from tests.test_translations import LANGUAGES, pairs

ROOT = Path(settings.BASE_DIR)
BLANK = re.compile(r"%\(\w+\)[sd]|\{\w*\}|<[^>]+>|`[^`]+`|Python [\d.]+|\d+ MB")
HAN = r"[\u4e00-\u9fff]"


def terms() -> list[list[str]]:
    """The cells of the table, row by row."""
    text = (ROOT / "docs/languages.md").read_text(encoding="utf-8")
    lines = text.partition("## A word for each thing")[2].splitlines()
    return [line.strip("|").split("|") for line in lines if line.startswith("| ") and "---" not in line]


def texts(language: str) -> list[str]:
    """All that is written in a language: the site's words, the first campaign's and the proxy's, by paragraph."""
    seeds = [(ROOT / "seeds" / language / name).read_text(encoding="utf-8") for name in ("article.md", "petition.md")]
    words = [words for _english, words in pairs(language)]
    proxy = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "deploy/pages").glob("*.html"))]
    told = re.findall(rf'lang="{bcp47(language)}">([^<]+)', "".join(proxy))
    assert len(told) == 2 * len(proxy)
    return words + told + [line for text in seeds for line in text.splitlines()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_thing_is_called_by_no_other_word(language):
    head, *rows = terms()
    assert sum("~~" in cell for row in rows for cell in row) >= 18
    place = [cell.strip() for cell in head].index(dict(settings.LANGUAGES)[language])
    wrong = [word for row in rows for word in re.findall(r"~~(.+?)~~", row[place])]
    assert [(word, text) for text in texts(language) for word in wrong if word in text] == []


def test_korean_is_formal_and_calls_nobody_you():
    words = [words for _english, words in pairs("ko")]
    informal = re.compile(r"당신|[가-힣](?:요|죠)[.?!](?:\s|$)|(?<!니)다\.(?:\s|$)")
    assert [text for text in words if informal.search(text)] == []


def test_no_korean_particle_depends_on_what_is_filled_in():
    """은 or 는, 이 or 가, 을 or 를, 과 or 와, 으로 or 로: which it is, nobody knows before the blank is filled."""
    particle = re.compile(r"(?:%\(\w+\)s|\{\w*\})[’”]?(?:은|는|이|가|을|를|과|와|으로|로)(?![가-힣(])")
    assert [words for _english, words in pairs("ko") if particle.search(words)] == []


def test_chinese_is_simplified_and_polite():
    """The standard GB 2312 has the simplified characters, and no traditional form of one."""
    found = []
    for text in texts("zh-hans"):
        found += [sign for sign in re.findall(HAN, text) if not _is_in_gb2312(sign)] + re.findall("你", text)
    assert found == []


def _is_in_gb2312(sign: str) -> bool:
    try:
        return bool(sign.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def test_chinese_has_its_own_punctuation_and_spacing():
    wrong = (
        f"{HAN}[,.:;!?(]", f"[,:;!?)]{HAN}",  # half-width marks
        f"{HAN} {HAN}", rf"{HAN} \d+(?![\w.])", rf"(?<![\w.-])[\d.]+ {HAN}",  # blanks that do not belong
        f"{HAN}[A-Za-z]", f"[A-Za-z]{HAN}",  # one that is missing
        rf"{HAN}\*",  # a shortened name without the word joiner (U+2060) that holds it together on its line
    )  # fmt: skip
    sentences = [words for _english, words in pairs("zh-hans") if words != "接收,不接收"]
    told = [re.sub(r"\]\([^)]*\)", "]", BLANK.sub("□", text)) for text in sentences]
    assert [text for text in told if re.search("|".join(wrong), text)] == []
