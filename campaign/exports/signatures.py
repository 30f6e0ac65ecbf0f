"""Delivered signatures in each form: CSV for programs, XLSX for offices, PDF for paper, openings for the log."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from campaign.exports import csv, xlsx
from campaign.merkle import entries

CSV, OPENINGS, XLSX = "signatures.csv", "openings.csv", "signatures.xlsx"
COLUMNS = entries.FIELDS[1:]
SHEET = "sheet {}"  # pieces of the workbook, which `xlsx.workbook` makes one file of


class Row(NamedTuple):
    """One signature: what its log entry committed to, and which columns of it the addressee gets."""

    entry: int
    demand: str  # which text was signed, as demands.json names it: "en 1"
    salt: bytes
    values: Mapping[str, str]  # of entries.FIELDS
    shown: Sequence[str]

    def cells(self, columns: Sequence[str]) -> list[str]:
        """What stands in the given columns; a column that this signature does not give stays empty."""
        values, shown = self.values, self.shown
        if shown == columns:  # as nearly all do
            return [values[column] for column in columns]
        return [values[column] if column in shown else "" for column in columns]

    @property
    def opening(self) -> str:
        """The salt, in hex, where all is shown; else for each field its key or, behind an equals sign, its leaf."""
        if all(column in self.shown for column in COLUMNS):
            return self.salt.hex()
        keys = entries.field_keys(self.salt)
        return " ".join(
            keys[field].hex()
            if field == "text" or field in self.shown
            else "=" + entries.leaf(field, keys[field], self.values[field]).hex()
            for field in entries.FIELDS
        )

    @property
    def commitment(self) -> bytes:
        """What the log is to hold of it."""
        return entries.commit_all(self.salt, self.values)


def as_tables(rows: Sequence[Row], columns: Sequence[str], *, first_number: int) -> dict[str, bytes]:
    """Pieces of signatures.csv and openings.csv; the first have the headings."""
    head, opening_head = b"", b""
    if first_number == 1:
        head, opening_head = csv.head(columns), csv.head(["entry", "demand", "opening"])
    openings = ([str(row.entry), row.demand, row.opening] for row in rows)
    return {
        CSV: head + csv.lines([row.cells(columns) for row in rows], first_number=first_number),
        OPENINGS: opening_head + csv.lines(openings, first_number=first_number),
    }


def as_sheets(
    rows: Sequence[Row], columns: Sequence[str], *, headings: Sequence[str], first_number: int
) -> dict[str, bytes]:
    """Pieces of the workbook, by sheet."""
    made = xlsx.fragments(headings, [row.cells(columns) for row in rows], first_number=first_number)
    return {SHEET.format(sheet): fragment for sheet, fragment in made.items()}


def as_lines(rows: Sequence[Row], columns: Sequence[str], *, first_number: int) -> list[list[Any]]:
    """What the paper with the signatures takes as its rows: number, language, cells."""
    return [
        [number, row.values["language"] if "language" in row.shown else "", *row.cells(columns)]
        for number, row in enumerate(rows, first_number)
    ]
