"""CSV by RFC 4180: commas, CRLF, quotes where needed; the first line names the columns.

UTF-8 with a byte order mark, without which Excel shows Korean and Chinese names as gibberish. A spreadsheet
program takes a cell that starts with ``=``, ``+``, ``-`` or ``@`` for a formula, and drops a leading apostrophe:
such a cell gets an apostrophe before it. Nothing is lost by that: `unescape_cell` undoes it, for any text.
"""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = b"\xef\xbb\xbf"
NUMBER = "number"
# The second four are full-width: some East Asian spreadsheets take them for the first four (OWASP, CSV injection).
_STARTS_FORMULA = tuple("=+-@＝＋－＠")
_ESCAPE = "'"
_UNSAFE_FIRST = ("\t", "\r", "\n", _ESCAPE)


def escape_cell(text: str) -> str:
    """`text` as no spreadsheet program takes it for a formula; blanks before the sign do not hide it."""
    if text[:1].isalnum():  # as nearly all are: neither a blank nor a sign comes first
        return text
    is_unsafe = text.startswith(_UNSAFE_FIRST) or text.lstrip().startswith(_STARTS_FORMULA)
    return _ESCAPE + text if is_unsafe else text


def unescape_cell(cell: str) -> str:
    """The text that `escape_cell` was given."""
    return cell.removeprefix(_ESCAPE)


def head(columns: Sequence[str]) -> bytes:
    """The first bytes of the file: the mark, and the names of the columns, `number` before those given."""
    return BOM + _lines([[NUMBER, *columns]])


def lines(rows: Iterable[Sequence[str]], *, first_number: int) -> bytes:
    """Rows of the file, numbered from `first_number`."""
    return _lines([str(number), *map(escape_cell, row)] for number, row in enumerate(rows, first_number))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
