"""XLSX (ECMA-376, Office Open XML) of text cells, made in fragments: none holds the workbook, none touches a disk.

XlsxWriter keeps what it has written so far in plain files and in its own memory, so a killed worker would begin anew
and leave names behind. Each cell is an inline string, which is never a formula, whatever it starts with. Sheets are
split at the limit of the format.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from campaign.exports.checker.sheets import SHEET_ROWS_MAX, sheet_row, text_cell
from campaign.exports.zips import Entry, deflate, deflated_entry, entry_of

ROWS_MAX = SHEET_ROWS_MAX
Fragments = Callable[[int], Iterable[bytes]]  # of the sheet of that number, from 0
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_WIDTHS = {0: 10, 1: 40}  # in characters; the rest 14
_HEADING = "2"  # its place in cellXfs; "1" is that of text


def fragments(headings: Sequence[str], rows: Sequence[Sequence[str]], *, first_number: int) -> dict[int, bytes]:
    """Numbered rows as fragments by sheet. Those of one sheet, in order of their numbers, make `workbook`'s sheet."""
    per_sheet = ROWS_MAX - 1
    made: dict[int, bytes] = {}
    start = 0
    while start < len(rows):
        sheet, place = divmod(first_number + start - 1, per_sheet)
        taken = rows[start : start + per_sheet - place]
        head = _head(headings) if place == 0 else ""
        made[sheet] = deflate((head + _rows(taken, first_number + start, place + 2)).encode())
        start += len(taken)
    return made


def _head(headings: Sequence[str]) -> str:
    columns = "".join(
        f'<col min="{place + 1}" max="{place + 1}" width="{_WIDTHS.get(place, 14)}" customWidth="1"/>'
        for place in range(len(headings))
    )
    cells = "".join(text_cell(chr(65 + place), 1, heading, _HEADING) for place, heading in enumerate(headings))
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="1">{cells}</row>'
    )


def _tail(width: int) -> str:
    """The end of a sheet: printed as wide as an A4 page; names such as 007 not marked as numbers stored as text."""
    area = f"A1:{chr(64 + width)}{ROWS_MAX}"
    unmarked = f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors>'
    return f'</sheetData><pageSetup paperSize="9" fitToHeight="0"/>{unmarked}</worksheet>'


def _rows(rows: Iterable[Sequence[str]], number: int, line: int) -> str:
    return "".join([sheet_row(number + offset, line + offset, row) for offset, row in enumerate(rows)])


# --- The workbook around the sheets ----------------------------------------------------------------------------------
def workbook(headings: Sequence[str], row_count: int, of_sheet: Fragments) -> list[Entry]:
    """The entries of the XLSX's archive, from the fragments made before. An empty one has a sheet of headings."""
    sheets = max(1, -(-row_count // (ROWS_MAX - 1)))
    tail = deflate(_tail(len(headings)).encode())
    empty = [] if row_count else [deflate(_head(headings).encode())]

    def sheet(place: int) -> Entry:
        return deflated_entry(f"xl/worksheets/sheet{place + 1}.xml", lambda: chain(empty, of_sheet(place), [tail]))

    frame = [entry_of(name, text.encode()) for name, text in _frame(sheets).items()]
    return frame + [sheet(place) for place in range(sheets)]


def _frame(sheets: int) -> dict[str, str]:
    numbers = range(1, sheets + 1)
    overrides = "".join(_override(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers)
    listed = "".join(f'<sheet name="{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers)
    related = "".join(_relation(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers)
    return {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f"{_override('/xl/workbook.xml', 'sheet.main')}{_override('/xl/styles.xml', 'styles')}{overrides}</Types>"
        ),
        "_rels/.rels": _relations(_relation("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(related + _relation(f"rId{sheets + 1}", "styles", "styles.xml")),
        "xl/styles.xml": _STYLES,
    }


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="{_TYPE}.{kind}+xml"/>'


def _relations(inside: str) -> str:
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
