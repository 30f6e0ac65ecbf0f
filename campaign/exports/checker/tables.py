"""The tables of a bundle (RFC 4180): each is written in one way only, so what is read is written anew and compared.

Else a row could say one thing to this program and another to a spreadsheet. A spreadsheet program takes a cell that
starts with ``=``, ``+``, ``-`` or ``@`` for a formula, and drops a leading apostrophe: such a cell has an apostrophe
before it, and only such a cell.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path

from campaign.exports.checker.notes import BrokenError

NUMBER = "number"
ESCAPE = "'"
BOM = "\ufeff"  # without which Excel shows Korean and Chinese names as gibberish
# The second four are full-width: some East Asian spreadsheets take them for the first four (OWASP, CSV injection).
STARTS_FORMULA = tuple("=+-@＝＋－＠")
UNSAFE_FIRST = ("\t", "\r", "\n", ESCAPE)
LINE_MAX = 1 << 17  # characters of a row: none of ours has a hundredth of it
AS_READ = ("utf-8", "surrogateescape")  # so that bytes that are no text are those of a row, and none that was signed
DECIMAL = re.compile("0|[1-9][0-9]{0,15}")  # one way to write each number
SPECIAL = re.compile('[,"\r\n]')
# As nearly all rows are: nothing quoted or escaped.
PLAIN = re.compile(r'[1-9][0-9]{0,15}(?:,(?:[^\W_][^",\r\n]*)?)+\r\n')
Row = dict[str, str]


def escape_cell(text: str) -> str:
    """`text` as no spreadsheet program takes it for a formula; blanks before the sign do not hide it."""
    if text[:1].isalnum():  # as nearly all are: neither a blank nor a sign comes first
        return text
    is_unsafe = text.startswith(UNSAFE_FIRST) or text.lstrip().startswith(STARTS_FORMULA)
    return ESCAPE + text if is_unsafe else text


def unescape_cell(cell: str) -> str:
    """The text that `escape_cell` was given."""
    return cell[cell.startswith(ESCAPE) :]


def number_of(text: str) -> "int | None":
    """The number that these digits are; None where they are written in another way than ours."""
    return int(text) if DECIMAL.fullmatch(text) else None


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Each row with its number, its cells as they were before they were escaped.

    Raises BrokenError, with its place, for what is not written just as this program would write it.
    """
    head, last, name = [NUMBER, *columns], 0, path.name
    with path.open("r", -1, *AS_READ, newline="") as file:
        if file.readline() != BOM + as_line(head):
            raise BrokenError(f"The first line of {name} is not the names of its columns: {', '.join(head)}.")
        for line in file:
            texts = line[:-2].split(",") if PLAIN.fullmatch(line) else texts_of(line, file, after_row(last, name))
            number = number_of(texts[0])
            if number is None:
                raise BrokenError(f"{after_row(last, name)} has a number that is none: “{texts[0][:40]}”.")
            if len(texts) != len(head):
                raise BrokenError(f"Row {number} of {name} has {len(texts)} cells under {len(head)} headings.")
            last = number
            yield number, dict(zip(head, texts))  # noqa: B905 - strict came with Python 3.10


def after_row(last: int, name: str) -> str:
    return f"The row after row {last} of {name}"


def texts_of(line: str, file: TextIOWrapper, place: str) -> list[str]:
    """The cells of a row that is quoted or escaped, which may go on in further lines. Raises BrokenError."""
    while line.count('"') % 2 and len(line) < LINE_MAX and (more := file.readline()):
        line += more
    try:
        texts = [unescape_cell(cell) for cells in csv.reader([line]) for cell in cells]
    except csv.Error:
        texts = []
    if not texts or as_line(texts) != line:
        raise BrokenError(f"{place} is written in another way than ours: a spreadsheet could read something else.")
    return texts


def as_line(texts: Sequence[str]) -> str:
    """A row as it is written."""
    return ",".join([quoted(escape_cell(text)) for text in texts]) + "\r\n"


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if SPECIAL.search(cell) else cell
