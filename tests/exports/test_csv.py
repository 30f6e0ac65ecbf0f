"""The CSV opens in a spreadsheet without running anything, and gives every text back as it was."""

import csv as reader
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaign.exports import csv
from campaign.exports.checker.tables import read_rows

any_text = st.text(st.characters(codec="utf-8"))


def read(raw: bytes) -> list[list[str]]:
    return list(reader.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "'Olu", " =1+1", "\u3000=1", "＝1", "＋1", "－1", "＠x"],
)
def test_a_cell_that_a_spreadsheet_could_run_gets_an_apostrophe(text):
    assert csv.escape_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "홍길동", "O'Brien", "Anne-Marie", "a=b", "1+1", "x@example.org", " name"])
def test_other_cells_stay_as_they_are(text):
    assert csv.escape_cell(text) == text


@given(any_text)
@example("''=1")
@example("'")
def test_unescaping_undoes_escaping_for_any_text(text):
    assert csv.unescape_cell(csv.escape_cell(text)) == text


@given(any_text)
def test_no_escaped_cell_starts_with_what_a_spreadsheet_runs(text):
    assert not csv.escape_cell(text).strip().startswith(tuple("=+-@＝＋－＠"))


@given(st.lists(st.lists(any_text, min_size=2, max_size=2), max_size=4))
def test_any_rows_come_back_from_the_file(rows):
    file = csv.head(["name", "country"]) + csv.lines(rows, first_number=7)
    head, *body = read(file)
    assert head == ["number", "name", "country"]
    assert [[csv.unescape_cell(cell) for cell in cells[1:]] for cells in body] == rows
    assert [cells[0] for cells in body] == [str(7 + place) for place in range(len(rows))]


@given(st.lists(any_text.filter(lambda text: "\x00" not in text), max_size=4))
@example(["''=1", "'", "\r\n", '"'])
def test_the_verifier_reads_any_text_back_as_it_was(texts):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.csv")
        file.write_bytes(csv.head(["name"]) + csv.lines([[text] for text in texts], first_number=1))
        assert list(read_rows(file, ["name"])) == [
            (place, {"number": str(place), "name": text}) for place, text in enumerate(texts, 1)
        ]


def test_the_bytes_are_those_of_rfc_4180_behind_a_byte_order_mark():
    rows = [["Kim, Min", 'say "no"'], ["두\n줄", "=1"]]
    assert csv.head(["name"]) + csv.lines(rows, first_number=1) == (
        b'\xef\xbb\xbfnumber,name\r\n1,"Kim, Min","say ""no"""\r\n2,"' + "두\n줄".encode() + b"\",'=1\r\n"
    )
