"""Personal names: what a full name may look like, in any script, and what is certainly none."""

import re
import unicodedata

_URL = re.compile(
    r"://|www\.|\.(com|net|org|info|biz|io|ru|cn|kr|kp|jp|xyz|top|shop|online|site|link)\b", re.IGNORECASE
)
_JOINERS = "\u200c\u200d"  # invisible, but Persian and Indic names are written with them
_MARKS = frozenset(f" '’‘ʻʼ`´׳״·•・･.,()/{_JOINERS}")
_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Cn")  # controls, bidi overrides, private use, surrogates, unassigned
_NEVER_FIRST = "-.,)/·•・･"
INVISIBLE, URL, MARKS, START = "invisible", "url", "marks", "start"


class NameUnusableError(ValueError):
    """Not a name; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_name(text: str) -> str:
    """A full name in NFC (Unicode Annex 15) with single spaces. Raises NameUnusableError."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(mark) in _INVISIBLE and mark not in _JOINERS for mark in name):
        raise NameUnusableError(INVISIBLE)
    if _URL.search(name):
        raise NameUnusableError(URL)
    if not any(unicodedata.category(mark)[0] == "L" for mark in name) or not all(map(_may_stand_in_name, name)):
        raise NameUnusableError(MARKS)
    if name[0] in _NEVER_FIRST:
        raise NameUnusableError(START)
    return name


def _may_stand_in_name(mark: str) -> bool:
    """Letters, accents, digits and hyphens of every script, and the marks that names are written with."""
    category = unicodedata.category(mark)
    return category[0] in ("L", "M") or category in ("Nd", "Pd") or mark in _MARKS
