"""CSV by RFC 4180: commas, CRLF, quotes where needed; the first line names the columns.

UTF-8 with a byte order mark. How a cell is kept from being taken for a formula stands in `checker.tables`, which reads
the same files. Nothing is lost by that: `unescape_cell` undoes it, for any text.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from campaign.exports.checker.tables import BOM, NUMBER, escape_cell, unescape_cell

__all__ = ["escape_cell", "head", "lines", "unescape_cell"]


def head(columns: Sequence[str]) -> bytes:
    """The first bytes of the file: the mark, and the names of the columns, `number` before those given."""
    return BOM.encode() + _lines([[NUMBER, *columns]])


def lines(rows: Iterable[Sequence[str]], *, first_number: int) -> bytes:
    """Rows of the file, numbered from `first_number`."""
    return _lines([str(number), *map(escape_cell, row)] for number, row in enumerate(rows, first_number))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
