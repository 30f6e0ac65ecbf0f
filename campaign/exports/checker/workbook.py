"""How a workbook is written (ECMA-376, Office Open XML): in one way only, so whoever has the table can write it anew.

All that could show a cell in another way than it is (styles, widths, names, headings) is fixed, and so compared.
"""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape  # nosec B406 # it writes, and reads no XML

SHEET_ROWS_MAX = 1_048_576  # of the format, its headings among them
CELL_MAX = 32_767  # characters
# What XML 1.0 has no way to write, and what looks like our way to write it (ECMA-376, 22.4.2.4, ST_Xstring).
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# By language, of the number and of each column that a delivery may have. Words that change stay as they were under a
# key of their own ("ko-1"), for older deliveries.
HEADINGS = {
    "en": {"number": "No.", "name": "Full name", "country": "Country", "language": "Language",
           "signed_on": "Day of signing"},
    "ko": {"number": "번호", "name": "성명", "country": "국가", "language": "언어", "signed_on": "서명일"},
    "zh-hans": {"number": "编号", "name": "全名", "country": "国家或地区", "language": "语言", "signed_on": "签名日期"},
}  # fmt: skip
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STYLES = (
    f'{XML}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
WIDTHS = {0: 10, 1: 40}  # in characters; the rest 14
HEADING_STYLE = "2"  # its place in cellXfs; "1" is that of text
SHEET = "xl/worksheets/sheet{}.xml"


def headings_in(language: str, columns: Sequence[str]) -> list[str]:
    """The headings of a workbook: in English where its language has none here."""
    words = HEADINGS.get(language, HEADINGS["en"])
    return [words[column] for column in ("number", *columns)]


def sheets_for(row_count: int) -> int:
    """How many sheets so many rows take."""
    return max(1, -(-row_count // (SHEET_ROWS_MAX - 1)))


def sheet_row(number: int, line: int, cells: Sequence[str]) -> str:
    """A row of a sheet: its number, then text cells, which are never formulas, whatever they start with."""
    written = "".join([text_cell(chr(66 + place), line, text) for place, text in enumerate(cells)])
    return f'<row r="{line}"><c r="A{line}"><v>{number}</v></c>{written}</row>'


def text_cell(column: str, line: int, text: str, style: str = "1") -> str:
    safe = escape(UNWRITABLE.sub(as_code, text[:CELL_MAX]))
    return f'<c r="{column}{line}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


def as_code(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def sheet_head(headings: Sequence[str]) -> str:
    columns = "".join(
        f'<col min="{place + 1}" max="{place + 1}" width="{WIDTHS.get(place, 14)}" customWidth="1"/>'
        for place in range(len(headings))
    )
    cells = "".join(text_cell(chr(65 + place), 1, heading, HEADING_STYLE) for place, heading in enumerate(headings))
    return (
        f'{XML}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="1">{cells}</row>'
    )


def sheet_tail(width: int) -> str:
    """The end of a sheet: printed as wide as an A4 page; names such as 007 not marked as numbers stored as text."""
    area = f"A1:{chr(64 + width)}{SHEET_ROWS_MAX}"
    unmarked = f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors>'
    return f'</sheetData><pageSetup paperSize="9" fitToHeight="0"/>{unmarked}</worksheet>'


def frame_of(sheets: int) -> dict[str, str]:
    """The parts of the archive before its sheets, each with its text."""
    numbers = range(1, sheets + 1)
    overrides = "".join(override(f"/{SHEET.format(number)}", "worksheet") for number in numbers)
    listed = "".join(f'<sheet name="{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers)
    related = "".join(relation(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers)
    return {
        "[Content_Types].xml": (
            f'{XML}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f"{override('/xl/workbook.xml', 'sheet.main')}{override('/xl/styles.xml', 'styles')}{overrides}</Types>"
        ),
        "_rels/.rels": relations(relation("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'),
        "xl/_rels/workbook.xml.rels": relations(related + relation(f"rId{sheets + 1}", "styles", "styles.xml")),
        "xl/styles.xml": STYLES,
    }


def override(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="{TYPE}.{kind}+xml"/>'


def relations(inside: str) -> str:
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
