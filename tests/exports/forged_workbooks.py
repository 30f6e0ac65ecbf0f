"""What only the holder of the log's key can do to the workbook, so that an office sees what the table does not say."""

import io
import zipfile

from campaign.exports.zips import archive, entry_of
from tests.exports.bundles import XLSX, Bundle, Forge

STYLES, BOOK, SHEET = "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"


def parts_of(bundle: Bundle) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle.read(XLSX))) as found:
        return {name: found.read(name) for name in found.namelist()}


def pack(bundle: Bundle, parts: list[tuple[str, bytes]]) -> None:
    bundle.write(XLSX, b"".join(archive(entry_of(name, content) for name, content in parts)))
    bundle.seal()


def rewritten(part: str, old: str, new: str) -> Forge:
    def forge(bundle: Bundle) -> None:
        parts = parts_of(bundle)
        assert old.encode() in parts[part]
        pack(bundle, [*(parts | {part: parts[part].replace(old.encode(), new.encode(), 1)}).items()])

    return forge


def double_styles(bundle: Bundle) -> None:
    """Of two parts of one name one program takes the first, another the last."""
    parts = parts_of(bundle)
    pack(bundle, [(STYLES, parts[STYLES].replace(b"<fonts", FORMAT.encode(), 1)), *parts.items()])


def drop_styles(bundle: Bundle) -> None:
    parts = parts_of(bundle)
    pack(bundle, [(name, content) for name, content in parts.items() if name != STYLES])


HEAD = "The head of sheet 1 in signatures.xlsx is not as it is written: columns could be hidden, or bear other names."
END = "The end of sheet 1 in signatures.xlsx is not as it is written: cells could be merged, or show something else."
FRAME = "The part {} of signatures.xlsx is not as it is written: cells could show something else."
FORMAT = '<numFmts count="1"><numFmt numFmtId="200" formatCode=";;;&quot;Kim Jong Un&quot;"/></numFmts><fonts'
MERGED = '</sheetData><mergeCells count="1"><mergeCell ref="B2:B9"/></mergeCells>'
WORKBOOK_FORGERIES = {
    "a heading of the workbook is changed": (rewritten(SHEET, "Full name", "Refused by"), [HEAD]),
    "a column of the workbook is hidden": (rewritten(SHEET, 'customWidth="1"', 'customWidth="1" hidden="1"'), [HEAD]),
    "cells of the workbook are merged": (rewritten(SHEET, "</sheetData>", MERGED), [END]),
    "the workbook's format shows another name": (rewritten(STYLES, "<fonts", FORMAT), [FRAME.format(STYLES)]),
    "a sheet is renamed": (rewritten(BOOK, 'name="1"', 'name="Refused"'), [FRAME.format(BOOK)]),
    "a sheet is hidden": (rewritten(BOOK, 'sheetId="1"', 'sheetId="1" state="hidden"'), [FRAME.format(BOOK)]),
    "the workbook has a part twice": (double_styles, [f"signatures.xlsx has the part {STYLES} twice."]),
    "the workbook lacks a part": (drop_styles, [f"signatures.xlsx lacks its part {STYLES}."]),
}  # fmt: skip
