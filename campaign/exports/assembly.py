"""The files of a bundle, in the order they stand in its archive, from the pieces that the building left."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from campaign.exports import pieces, xlsx
from campaign.exports.signatures import SHEET, XLSX
from campaign.exports.zips import Entry, Measure, archive

Chunks = Callable[[], Iterable[bytes]]  # those of the building, from the first, as often as they are asked for
_SHEET_PREFIX = SHEET.format("")


def measure(chunks: Chunks) -> dict[str, Measure]:
    """The measure of each file but the workbook, in one go through all pieces, in the order they first come."""
    found: dict[str, Measure] = {}
    for chunk in chunks():
        for name, content in pieces.unpack(chunk).items():
            if not name.startswith(_SHEET_PREFIX):
                found.setdefault(name, Measure()).add(content)
    return found


def workbook(chunks: Chunks, headings: Sequence[str], row_count: int) -> Iterator[bytes]:
    """The bytes of signatures.xlsx."""

    def of_sheet(sheet: int) -> Iterator[bytes]:
        return pieces.named(chunks(), SHEET.format(sheet))

    return archive(xlsx.workbook(headings, row_count, of_sheet))


def files(chunks: Chunks, measures: dict[str, Measure], make_workbook: Callable[[], Iterable[bytes]]) -> list[Entry]:
    """Each file with its measure and its bytes, which are read when they are written."""

    def entry(name: str) -> Entry:
        parts = make_workbook if name == XLSX else lambda: pieces.named(chunks(), name)
        return Entry(name, measures[name], parts)

    return [entry(name) for name in measures]
