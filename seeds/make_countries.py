#!/usr/bin/env python3
"""Writes `campaign/countries.json`: the name of every country in which people live, in every language that has a
folder here, in that language's own order. Run it after adding a language or updating Babel (a development dependency):

    .venv/bin/python seeds/make_countries.py

Names are those of Unicode CLDR, which Babel carries, with CLDR's short form where the long one takes a side or
half a line. Codes are ISO 3166-1 alpha-2, and XK for Kosovo, which CLDR, the EU and banks use.

Order. English and other Latin names: letter by letter without accents (Åland before Albania). Korean: the order
of Unicode's Hangul syllables is the order of the dictionary. Chinese: by pinyin, which is how GB 2312 orders its
3,755 common characters; the few others that begin or tell apart a name, and 秘 in 秘鲁 (bì, elsewhere mì), are
looked up as a common character of the same sound.
"""

import json
import unicodedata
from pathlib import Path

from babel import Locale

SEEDS = Path(__file__).resolve().parent
TARGET = SEEDS.parent / "campaign" / "countries.json"
NOT_IN_ISO = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)  # in CLDR for other uses
NOBODY_LIVES_THERE = frozenset(("AQ", "BV", "GS", "HM", "TF", "UM"))  # only staff on a watch: they live elsewhere
SHORT = {  # CLDR's alt="short", which Babel leaves out
    "HK": {"en": "Hong Kong", "ko": "홍콩", "zh-hans": "香港"},
    "MO": {"en": "Macao", "ko": "마카오", "zh-hans": "澳门"},
    "PS": {"en": "Palestine", "ko": "팔레스타인", "zh-hans": "巴勒斯坦"},
}
SAME_SOUND = str.maketrans("斐瑙梵汶秘", "匪恼饭问必")


def main() -> None:
    languages = sorted(path.parent.name for path in SEEDS.glob("*/article.md"))
    text = json.dumps({language: names_in(language) for language in languages}, ensure_ascii=False, indent=1)
    TARGET.write_text(text + "\n", encoding="utf-8")


def names_in(language: str) -> dict[str, str]:
    """Name by code, in the order of the language."""
    territories = Locale.parse(language.replace("-", "_")).territories
    names = {code: name for code, name in territories.items() if is_country(code)}
    names |= {code: short[language] for code, short in SHORT.items() if language in short}
    return dict(sorted(names.items(), key=lambda item: sort_key(item[1], language)))


def is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in NOT_IN_ISO | NOBODY_LIVES_THERE


def sort_key(name: str, language: str) -> bytes:
    if language.startswith("zh"):
        return name.translate(SAME_SOUND).encode("gb18030")
    if language == "ko":
        return name.encode()
    letters = (letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return "".join(letters).casefold().encode()


if __name__ == "__main__":
    main()
