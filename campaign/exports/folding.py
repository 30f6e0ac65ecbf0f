"""Folds plain text to a width that any editor shows, counting Korean and Chinese letters as two columns."""

import re
from unicodedata import east_asian_width

WIDTH = 78
# What stays together: a word with the blanks behind it, or one Chinese character with the punctuation behind it.
_PIECE = re.compile(r"[\u3400-\u9fff][\u3000-\u303f\uff00-\uffef]*\s*|[^\s\u3400-\u9fff]+\s*|\s+")
_NAME = re.compile(r"\S+ {2,}(?=\S)")


def fold(text: str) -> str:
    """The text with its long lines folded at blanks, or between Chinese characters; indented lines stay as they are.

    What follows a name and two blanks or more is folded beneath itself.
    """
    return "\n".join(line if line.startswith(" ") else _fold_line(line) for line in text.split("\n"))


def _fold_line(line: str) -> str:
    named = _NAME.match(line)
    indent = " " * len(named[0]) if named else ""
    lines = [""]
    for piece in _PIECE.findall(line):
        if lines[-1].strip() and columns_of(lines[-1] + piece.rstrip()) > WIDTH:
            lines.append(indent)
        lines[-1] += piece
    return "\n".join(each.rstrip() for each in lines)


def columns_of(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
