"""The workbook against the table: offices read the one, the checks are made of the other, so both are to say the same.

A sheet's rows are written in one way only, so they are made anew from the table and compared letter for letter.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape  # nosec B406 # it writes, and reads no XML

from campaign.exports.checker.tables import Row, read_rows

SHEET_ROWS_MAX = 1_048_576  # of the format, its headings among them
CELL_MAX = 32_767  # characters
# What XML 1.0 has no way to write, and what looks like our way to write it (ECMA-376, 22.4.2.4, ST_Xstring).
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
FRAME = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")
SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


def sheet_row(number: int, line: int, cells: Sequence[str]) -> str:
    """A row of a sheet: its number, then text cells, which are never formulas, whatever they start with."""
    written = "".join([text_cell(chr(66 + place), line, text) for place, text in enumerate(cells)])
    return f'<row r="{line}"><c r="A{line}"><v>{number}</v></c>{written}</row>'


def text_cell(column: str, line: int, text: str, style: str = "1") -> str:
    safe = escape(UNWRITABLE.sub(as_code, text[:CELL_MAX]))
    return f'<c r="{column}{line}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


def as_code(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def sheet_faults(folder: Path, columns: Sequence[str]) -> Iterator[str]:
    """A sentence for a workbook that is not the table's: with the first row that differs, is missing, or too many."""
    try:
        with zipfile.ZipFile(folder / "signatures.xlsx") as archive:
            strange = [name for name in archive.namelist() if name not in FRAME and not SHEET.fullmatch(name)]
            yield from (f"signatures.xlsx has a part that does not belong to it: {name}." for name in strange)
            yield from first_difference(written_rows(archive), read_rows(folder / "signatures.csv", columns))
    except (zipfile.BadZipFile, UnicodeDecodeError, KeyError) as error:
        yield f"The workbook signatures.xlsx cannot be read ({type(error).__name__})."


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


def written_rows(archive: zipfile.ZipFile) -> Iterator[str]:
    """The rows of all sheets as they are written, without the headings."""
    numbers = sorted(int(found[1]) for found in map(SHEET.fullmatch, archive.namelist()) if found)
    for number in numbers:
        with archive.open(f"xl/worksheets/sheet{number}.xml") as file:
            rows = rows_in(io.TextIOWrapper(file, encoding="utf-8", newline=""))
            next(rows, "")
            yield from rows


def rows_in(sheet: io.TextIOWrapper) -> Iterator[str]:
    """Each row of a sheet, from its first letter to its last; before the first stands the head of the sheet."""
    waiting = ""
    for part in iter(lambda: sheet.read(1 << 18), ""):
        *rows, waiting = (waiting + part).split("</row>")
        yield from (row + "</row>" for row in rows)
