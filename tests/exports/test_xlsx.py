"""The workbook opens as it was written, in any reader, and never as a formula."""

import io
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from campaign.exports import xlsx
from campaign.exports.checker import sheets
from campaign.exports.checker import workbook as writing
from campaign.exports.zips import archive
from campaign.models.petition import COLUMNS

HEADINGS = ["number", "name", "country"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
any_text = st.text(st.characters(codec="utf-8"), max_size=50)


def workbook(rows: list[list[str]], *, slices: int = 1, headings=HEADINGS) -> bytes:
    """The bytes of a workbook that was made in slices of so many rows."""
    starts = range(0, len(rows), max(1, slices))
    made = [xlsx.fragments(headings, rows[at : at + slices], first_number=at + 1) for at in starts]
    entries = xlsx.workbook(headings, len(rows), lambda sheet: [each[sheet] for each in made if sheet in each])
    return b"".join(archive(entries))


def cells(raw: bytes, sheet: int = 1) -> list[list[str]]:
    """What a reader of the format finds, with its way to write what XML cannot undone."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{sheet}.xml"))
    return [
        ["".join(each.itertext()) if each.get("t") is None else unescape("".join(each.itertext())) for each in row]
        for row in root.iter(f"{MAIN}row")
    ]


def written_rows(archive: zipfile.ZipFile, headings=HEADINGS):
    """The rows as the verifier finds them in a workbook with these headings, on however many sheets."""
    count = sum(name.startswith("xl/worksheets/") for name in archive.namelist())
    return sheets.written_rows(archive, count, [sheets.sheet_head(headings)], sheets.sheet_tail(len(headings)))


def unescape(text: str) -> str:
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


@given(st.lists(st.lists(any_text, min_size=2, max_size=2), max_size=4), st.integers(1, 4))
@example([["=1+1", "\x00\x1f_x0041_\ufffe\r\n\x85"], [" 007 ", "</t>&"]], 1)
def test_any_text_comes_back_as_it_was(rows, slices):
    numbered = [[str(number), *row] for number, row in enumerate(rows, 1)]
    assert cells(workbook(rows, slices=slices)) == [HEADINGS, *numbered]


@given(st.lists(st.lists(any_text, min_size=2, max_size=2), max_size=4))
@example([["=1+1", "'quoted"], ["\r\n", '"'], ["</row>", "_x0041_"]])
def test_the_verifier_finds_any_text_the_same_in_workbook_and_table(rows):
    raw = workbook(rows)
    told = [(number, dict(zip(HEADINGS, [str(number), *row], strict=True))) for number, row in enumerate(rows, 1)]
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert list(sheets.first_difference(written_rows(archive), iter(told))) == []


def test_the_verifier_follows_the_rows_from_sheet_to_sheet(monkeypatch):
    for module in (xlsx, sheets, writing):
        monkeypatch.setattr(module, "SHEET_ROWS_MAX", 4)
    names = [f"Person {number}" for number in range(1, 9)]
    raw = workbook([[name] for name in names], headings=HEADINGS[:2])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        rows = [(number, {"number": str(number), "name": name}) for number, name in enumerate(names, 1)]
        assert list(sheets.first_difference(written_rows(archive, HEADINGS[:2]), iter(rows))) == []
        rows[6][1]["name"] = "Somebody"
        assert list(sheets.first_difference(written_rows(archive, HEADINGS[:2]), iter(rows))) == [
            "Row 7 of signatures.xlsx does not say what row 7 of signatures.csv says."
        ]


def test_every_cell_but_the_number_is_text_and_none_is_a_formula():
    raw = workbook([["=1+1", "+49"], ["007", "-1"]])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert (sheet.count('t="inlineStr"'), sheet.count("<v>"), sheet.count("<f>")) == (7, 2, 0)


def test_rows_are_split_at_the_limit_of_a_sheet(monkeypatch):
    for module in (xlsx, writing):
        monkeypatch.setattr(module, "SHEET_ROWS_MAX", 4)
    raw = workbook([[f"Person {number}", "KR"] for number in range(1, 9)], slices=5)
    sheets = [cells(raw, sheet) for sheet in (1, 2, 3)]
    assert [[row[0] for row in sheet] for sheet in sheets] == [
        ["number", "1", "2", "3"], ["number", "4", "5", "6"], ["number", "7", "8"],
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.read("xl/workbook.xml").count(b"<sheet ") == 3


@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_the_verifier_knows_the_headings_in_each_language_of_the_site(language):
    assert language in writing.HEADINGS
    with translation.override(language):
        named = [str(name).capitalize() for name in COLUMNS.values()]
    assert writing.headings_in(language, list(COLUMNS))[1:] == named


def test_a_workbook_of_nobody_has_its_headings():
    assert cells(workbook([])) == [HEADINGS]


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("soffice"), reason="needs LibreOffice (Debian: apt install libreoffice-calc-nogui)"
)
def test_libreoffice_reads_the_same_cells(tmp_path):
    rows = [["홍길동", "KR"], ["=1+1", ""], ["007", "2026-11-24"], ["欧阳 <b>", "a,b"], ["محمد", "x"]]
    (tmp_path / "a.xlsx").write_bytes(workbook(rows))
    program = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    to_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    done = subprocess.run(
        [*program, to_csv, "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "repair" not in (done.stdout + done.stderr).lower()
    told = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert told == ["number,name,country", "1,홍길동,KR", "2,=1+1,", "3,007,2026-11-24", '4,欧阳 <b>,"a,b"', "5,محمد,x"]
