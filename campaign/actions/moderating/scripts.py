"""Which script a letter is of, as Unicode has it; and what a name is shortened to in its own.

Python knows letters' names, not their scripts; but the name of a letter begins with its script (Unicode Standard, 4.8),
but for the few forms named here. A test holds this against the Script property itself (Unicode Annex 24).
"""

import unicodedata

_FORMS = {"FULLWIDTH", "HALFWIDTH", "MODIFIER", "LETTER", "SUPERSCRIPT"}  # words that come before the script
_SAME = {"CJK": "HAN", "IDEOGRAPHIC": "HAN", "HENTAIGANA": "HIRAGANA"}
_NO_SCRIPT = {"", "SMALL", "CAPITAL", "FEMININE", "MASCULINE", "TURNED", "OHM", "KELVIN", "ANGSTROM", "MICRO"}
# What belongs together, "highly restrictive" in Unicode Technical Standard 39, 5.2: Japanese, Chinese, Korean.
_TOGETHER = ({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}, {"LATIN", "HAN", "BOPOMOFO"}, {"LATIN", "HAN", "HANGUL"})
_FAMILY_NAME_FIRST = {"HAN", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO"}
_WRITTEN_BEFORE = "เแโใไເແໂໃໄ"  # Thai and Lao vowels that stand before the consonant they belong to


def script_of(letter: str) -> str:
    """The script of a letter in capitals, such as LATIN or HAN; empty where it is of none in particular."""
    words = (word for word in unicodedata.name(letter, "").split() if word not in _FORMS)
    first = next(words, "")
    return "" if first in _NO_SCRIPT or len(first) == 1 else _SAME.get(first, first)


def scripts_of(text: str) -> set[str]:
    """The scripts of a text's letters."""
    return {script_of(mark) for mark in text if _is_letter(mark)} - {""}


def is_mixed(text: str) -> bool:
    """Whether a text is written in scripts that do not belong together, as when a Cyrillic о stands in for an o."""
    scripts = scripts_of(text)
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def initials(name: str) -> str:
    """What stands for a name whose owner shows initials only: 김**, 王**, J. D.

    Where the family name comes first its first letter, and as many stars whatever the length; elsewhere the first
    letter of the first and of the last word.
    """
    words = [letter for letter in map(_first_letter, name.split()) if letter]
    if script_of(words[0][0]) in _FAMILY_NAME_FIRST:
        return f"{words[0]}**"
    return " ".join(f"{letter.title()}." for letter in (words[0], *words[1:][-1:]))


def _first_letter(word: str) -> str:
    """The first letter with the marks that belong to it; empty where there is none."""
    start = next((place for place, mark in enumerate(word) if _is_letter(mark)), len(word))
    end = start + 2 if word[start : start + 1] in tuple(_WRITTEN_BEFORE) else start + 1
    while end < len(word) and unicodedata.category(word[end])[0] == "M":
        end += 1
    return word[start:end]


def _is_letter(mark: str) -> bool:
    return unicodedata.category(mark)[0] == "L"
