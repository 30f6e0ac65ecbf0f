"""The workbook against the table: offices read the one, the checks are made of the other, so both are to say the same.

It is written in one way only, so it is made anew from the table and compared letter for letter.
"""

import io
import zipfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from campaign.exports.checker.notes import BrokenError
from campaign.exports.checker.tables import Row, read_rows
from campaign.exports.checker.workbook import (
    HEADINGS,
    SHEET,
    SHEET_ROWS_MAX,
    frame_of,
    headings_in,
    sheet_head,
    sheet_row,
    sheet_tail,
    sheets_for,
)

ROW_END, ROW_MAX = "</row>", 1 << 22  # characters: more than any row can have


def sheet_faults(folder: Path, columns: Sequence[str], row_count: int) -> Iterator[str]:
    """A sentence for a workbook that is not the table's: with the first row that differs, is missing, or too many."""
    sheets, tail = sheets_for(row_count), sheet_tail(len(columns) + 1)
    heads = {sheet_head(headings_in(language, columns)) for language in HEADINGS}
    try:
        with zipfile.ZipFile(folder / "signatures.xlsx") as archive:
            yield from part_faults(archive, sheets)
            found = written_rows(archive, sheets, heads, tail)
            yield from first_difference(found, read_rows(folder / "signatures.csv", columns))
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, RuntimeError) as error:
        yield f"The workbook signatures.xlsx cannot be read ({type(error).__name__})."


def part_faults(archive: zipfile.ZipFile, sheets: int) -> Iterator[str]:
    """A sentence for each part of the workbook that is strange, there twice, or another. Raises BrokenError."""
    names, frame = archive.namelist(), frame_of(sheets)
    own = [*frame, *(SHEET.format(number) for number in range(1, sheets + 1))]
    for name in sorted({*names}):
        if name not in own:
            yield f"signatures.xlsx has a part that does not belong to it: {name}."
        elif names.count(name) > 1:
            yield f"signatures.xlsx has the part {name} twice."
    for name in own:
        if name not in names:
            raise BrokenError(f"signatures.xlsx lacks its part {name}.")
    for name, text in frame.items():
        with archive.open(name) as part:
            if part.read(len(text) + 1) != text.encode():
                yield f"The part {name} of signatures.xlsx is not as it is written: cells could show something else."


def first_difference(found: Iterator[str], told: Iterator[tuple[int, Row]]) -> Iterator[str]:
    for number, row in told:
        line = (number - 1) % (SHEET_ROWS_MAX - 1) + 2
        there = next(found, "")
        if there != sheet_row(number, line, list(row.values())[1:]):
            differs = f"Row {number} of signatures.xlsx does not say what row {number} of signatures.csv says."
            yield differs if there else f"Row {number} is missing from signatures.xlsx."
            return
    if next(found, ""):
        yield "signatures.xlsx has rows that signatures.csv does not have."


def written_rows(archive: zipfile.ZipFile, sheets: int, heads: Collection[str], tail: str) -> Iterator[str]:
    """The rows of all sheets as they are written. Raises BrokenError for a sheet with another head or tail."""
    for number in range(1, sheets + 1):
        with archive.open(SHEET.format(number)) as file:
            parts = parts_in(io.TextIOWrapper(file, encoding="utf-8", newline=""))
            if next(parts) not in heads:
                told = "columns could be hidden, or bear other names"
                raise BrokenError(f"The head of sheet {number} in signatures.xlsx is not as it is written: {told}.")
            for part in parts:
                if part.endswith(ROW_END):
                    yield part
                elif part != tail:
                    told = "cells could be merged, or show something else"
                    raise BrokenError(f"The end of sheet {number} in signatures.xlsx is not as it is written: {told}.")


def parts_in(sheet: io.TextIOWrapper) -> Iterator[str]:
    """The head of a sheet with the row of its headings, then each row, then what follows the last."""
    waiting = ""
    for part in iter(lambda: sheet.read(1 << 18), ""):
        *rows, waiting = (waiting + part).split(ROW_END)
        yield from (row + ROW_END for row in rows)
        if len(waiting) > ROW_MAX:
            break
    yield waiting
