"""XLSX (ECMA-376, Office Open XML) of text cells, made in fragments: none holds the workbook, none touches a disk.

XlsxWriter keeps what it has written so far in plain files and in its own memory, so a killed worker would begin anew
and leave names behind. Each cell is an inline string, which is never a formula, whatever it starts with. Sheets are
split at the limit of the format.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from campaign.exports.checker.workbook import (
    SHEET,
    SHEET_ROWS_MAX,
    frame_of,
    sheet_head,
    sheet_row,
    sheet_tail,
    sheets_for,
)
from campaign.exports.zips import Entry, deflate, deflated_entry, entry_of

Fragments = Callable[[int], Iterable[bytes]]  # of the sheet of that number, from 0


def fragments(headings: Sequence[str], rows: Sequence[Sequence[str]], *, first_number: int) -> dict[int, bytes]:
    """Numbered rows as fragments by sheet. Those of one sheet, in order of their numbers, make `workbook`'s sheet."""
    per_sheet = SHEET_ROWS_MAX - 1
    made: dict[int, bytes] = {}
    start = 0
    while start < len(rows):
        sheet, place = divmod(first_number + start - 1, per_sheet)
        taken = rows[start : start + per_sheet - place]
        head = sheet_head(headings) if place == 0 else ""
        made[sheet] = deflate((head + _rows(taken, first_number + start, place + 2)).encode())
        start += len(taken)
    return made


def _rows(rows: Iterable[Sequence[str]], number: int, line: int) -> str:
    return "".join([sheet_row(number + offset, line + offset, row) for offset, row in enumerate(rows)])


# --- The workbook around the sheets ----------------------------------------------------------------------------------
def workbook(headings: Sequence[str], row_count: int, of_sheet: Fragments) -> list[Entry]:
    """The entries of the XLSX's archive, from the fragments made before. An empty one has a sheet of headings."""
    sheets = sheets_for(row_count)
    tail = deflate(sheet_tail(len(headings)).encode())
    empty = [] if row_count else [deflate(sheet_head(headings).encode())]

    def sheet(place: int) -> Entry:
        return deflated_entry(SHEET.format(place + 1), lambda: chain(empty, of_sheet(place), [tail]))

    frame = [entry_of(name, text.encode()) for name, text in frame_of(sheets).items()]
    return frame + [sheet(place) for place in range(sheets)]
