"""Personal names: what a full name may look like, in any script, and what is certainly none."""

import re
import unicodedata

# Initials and titles stand before a dot too: J.Ru, Dr.Kim. An address is told by small letters, or by its path.
_URL = re.compile(
    r"://|www\."
    r"|[^\W_]\.[^\W\d_]+/"
    r"|[^\W_]\.(?:com|net|org|info|biz|io|ru|cn|kr|kp|jp|xyz|top|shop|store|online|site|website|link|app|dev|club)\b"
    r"|[^\W_]{2}\.(?i:com|net|org|info|biz|xyz|shop|online|site|website)\b"
    r"|(?<!\w)(?!dr\.)[a-z0-9-]{2,}\.(?:[a-z0-9-]+\.)*[a-z]{2}(?![\w.])"
)
_JOINERS = "\u200c\u200d"  # invisible, but Persian and Indic names are written with them
_DIRECTIONS = "\u061c\u200e\u200f"  # which keyboards and copying leave around an Arabic or Hebrew name
_DOTS = "·•・･‧\u0f0b\u0f0c\u1361"  # between the parts of a name; the last three are Tibetan and Ethiopic
_MARKS = frozenset(f" '’＇‘ʻʼ`´׳״{_DOTS}.,()（）/{_JOINERS}")
_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Cn")  # controls, bidi overrides, private use, surrogates, unassigned
_FILLERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # letters and vowels that show nothing
_NEVER_FIRST = f"-.,)）/{_DOTS}"
INVISIBLE, URL, MARKS, START = "invisible", "url", "marks", "start"


class NameUnusableError(ValueError):
    """Not a name; `code` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_name(text: str) -> str:
    """A full name in NFC (Unicode Annex 15) with single spaces. Raises NameUnusableError."""
    name = " ".join(unicodedata.normalize("NFC", text).split()).strip(f" {_DIRECTIONS}")
    if not name or any(map(_is_invisible, name)):
        raise NameUnusableError(INVISIBLE)
    if _URL.search(name):
        raise NameUnusableError(URL)
    if not any(unicodedata.category(mark)[0] == "L" for mark in name) or not all(map(_may_stand_in_name, name)):
        raise NameUnusableError(MARKS)
    if name[0] in _NEVER_FIRST:
        raise NameUnusableError(START)
    return name


def _is_invisible(mark: str) -> bool:
    return mark in _FILLERS or (unicodedata.category(mark) in _INVISIBLE and mark not in _JOINERS)


def _may_stand_in_name(mark: str) -> bool:
    """Letters, accents, digits and hyphens of every script, and the marks that names are written with."""
    category = unicodedata.category(mark)
    return category[0] in ("L", "M") or category in ("Nd", "Nl", "Pd") or mark in _MARKS
