"""XLSX and PDF beside the libraries' own speed, in turns; as JSON, ratios of rates and megabytes. No database."""

import json
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import typst
import xlsxwriter
from memory import megabytes

from campaign.exports import pdf, xlsx
from campaign.exports.zips import archive

HEADINGS = ["No.", "Full name", "Country", "Language", "Day of signing"]
NAMES = (("Synthetic Signatory", "en"), ("가상 서명인", "ko"), ("虚拟签名者", "zh-hans"))
SLICE, TURNS, PARTS = 1_000, 3, 7
TEMPLATES = Path(pdf.__file__).with_name("typst")
XLSXWRITER = {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False,
              "strings_to_urls": False}  # fmt: skip


def row(number: int) -> list[str]:
    name, language = NAMES[number % 3]
    return [f"{name} {number}", "South Korea", language, "2026-11-24"]


def ours(rows: list[list[str]], path: Path) -> None:
    made = [
        xlsx.fragments(HEADINGS, rows[at : at + SLICE], first_number=at + 1)[0] for at in range(0, len(rows), SLICE)
    ]
    with path.open("wb") as file:
        file.writelines(archive(xlsx.workbook(HEADINGS, len(rows), lambda _sheet: made)))


def theirs(rows: list[list[str]], path: Path) -> None:
    book = xlsxwriter.Workbook(str(path), XLSXWRITER)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for line, cells in enumerate(rows, 1):
        sheet.write_number(line, 0, line)
        for column, text in enumerate(cells, 1):
            sheet.write_string(line, column, text)
    book.close()


def paper(part: int) -> dict[str, object]:
    numbers = range(part * SLICE + 1, (part + 1) * SLICE + 1)
    lines = [[number, NAMES[number % 3][1], *row(number)] for number in numbers]
    return {"title": "Delivery No. 1", "author": "Bench", "footer": "Delivery No. 1", "language": "en",
            "made_at": 1_790_000_000, "subtitle": "Signatures", "headings": HEADINGS, "rows": lines}  # fmt: skip


def set_by_typst(part: int) -> None:
    """The library alone, in this process."""
    data = json.dumps(paper(part))
    typst.compile(
        str(TEMPLATES / "signatures.typ"), root=str(TEMPLATES), format="pdf", sys_inputs={"data": data}, pdf_tags=False
    )


def timed(work) -> tuple[float, float]:
    """Seconds by the clock, and of the processor in this process and those that it waited for."""
    started, used = perf_counter(), processor()
    work()
    return perf_counter() - started, processor() - used


def processor() -> float:
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def measure_xlsx(count: int) -> dict[str, float]:
    rows = [row(number) for number in range(1, count + 1)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        turns = [timed(lambda: theirs(rows, path))[0] / timed(lambda: ours(rows, path))[0] for _ in range(TURNS)]
    return {"xlsx": middle(turns)}


def measure_pdf() -> dict[str, float]:
    """Memory first: a process that grew would be counted with the children it starts."""
    sizes = []
    for part in range(PARTS):
        pdf.typeset("signatures", paper(part))
        sizes.append(megabytes(resource.RUSAGE_CHILDREN))
    turns = []
    for part in range(PARTS):
        bare = timed(lambda part=part: set_by_typst(part))
        ours = timed(lambda part=part: pdf.typeset("signatures", paper(part)))
        turns.append((bare[0] / ours[0], bare[1] / ours[1]))
    clock, used = (middle(list(ratios)) for ratios in zip(*turns, strict=True))
    told = {"pdf": clock, "pdf_used": used, "parts": PARTS}
    return told | {"pdf_megabytes": sizes[-1], "pdf_first_megabytes": sizes[0]}


print(json.dumps(measure_pdf() | measure_xlsx(int(sys.argv[1]))))
