"""Countries: ISO 3166-1 alpha-2 codes (and XK, Kosovo), with the name and the order of each language.

A leaf: plain Python over `countries.json`, which `seeds/make_countries.py` makes.
"""

import json
from functools import cache
from pathlib import Path

FALLBACK = "en"


@cache
def _names(language: str) -> dict[str, str]:
    names = json.loads(Path(__file__).with_name("countries.json").read_text(encoding="utf-8"))
    return names.get(language) or names[FALLBACK]


def country_choices(language: str) -> list[tuple[str, str]]:
    """Code and name of every country, in the language's own order; in English where the language has no list."""
    return list(_names(language).items())


def country_name(code: str, language: str) -> str:
    """The country's name; an unknown code stands for itself."""
    return _names(language).get(code, code)


@cache
def _codes() -> dict[str, str]:
    names = json.loads(Path(__file__).with_name("countries.json").read_text(encoding="utf-8"))
    return {name: code for by_code in names.values() for code, name in by_code.items()}


def country_code(words: str) -> str:
    """The code of a country told by its name in any of our languages; anything else as it is."""
    return _codes().get(words, words)


def is_country(code: str) -> bool:
    """Whether this is the code of a country, in capitals."""
    return code in _names(FALLBACK)
