"""What a bundle is made of, in pieces: slices of rows first, then a list of steps. The same on the site and offline.

Each function gives pieces that are final, so whoever is killed between two of them goes on where it was.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaign.actions.delivering import papers
from campaign.exports import assembly, checker, pdf, signatures
from campaign.exports.assembly import Chunks
from campaign.exports.facts import Facts, Tally
from campaign.exports.manifest import KEY, MANIFEST, SEAL, manifest, seal
from campaign.exports.signatures import XLSX, Row
from campaign.exports.zips import Entry, Measure
from campaign.merkle import tiles
from campaign.merkle.notes import Signer
from campaign.merkle.tree import leaf_hashes

LOG_STEP = 65_536  # entries that one step takes over
Pieces = dict[str, bytes]
Step = tuple[str, str]


@dataclass
class Making:
    """A bundle that is being made: what is known of it, what is counted so far, and where its pieces lie."""

    facts: Facts
    tally: Tally
    chunks: Chunks
    read_entries: Callable[[int, int], Sequence[bytes]]  # of the log, from one index up to, not with, another
    signer: Signer
    rows: int = 0
    key_note: str = ""  # where the log's key has named the signer for this delivery
    measures: dict[str, Measure] = field(default_factory=dict)

    @property
    def steps(self) -> list[Step]:
        """What follows the rows, in order."""
        log = [("log", str(start)) for start in range(0, self.facts.log_size, LOG_STEP)]
        written = [("papers", language) for language in self.facts.languages] if pdf.is_available() else []
        return [*log, *written, ("rest", ""), ("measure", ""), ("workbook", ""), ("seal", "")]


def add_rows(making: Making, rows: Sequence[Row], part: int) -> Pieces:
    """The pieces of one slice of rows, which are counted with it. `part` numbers the slices from 1."""
    facts, first = making.facts, making.rows + 1
    making.tally.add_rows(rows)
    making.rows += len(rows)
    made = signatures.as_tables(rows, facts.columns, first_number=first)
    made |= signatures.as_sheets(
        rows, facts.columns, headings=papers.headings(facts.columns, facts.languages[0]), first_number=first
    )
    if rows and pdf.is_available():
        lines = signatures.as_lines(rows, facts.columns, first_number=first)
        paper = papers.table_paper(facts, lines, first)
        made[f"paper/signatures-{part:04d}.pdf"] = pdf.typeset("signatures", paper)
    return made


def take_step(making: Making, step: Step) -> Pieces:
    """The pieces of one of `Making.steps`."""
    name, argument = step
    return _STEPS[name](making, argument)


def _add_log(making: Making, start: str) -> Pieces:
    end = min(int(start) + LOG_STEP, making.facts.log_size)
    raw = making.read_entries(int(start), end)
    making.tally.add_entries(raw)
    return {"log/entries": tiles.to_bundle(raw), "log/hashes": b"".join(leaf_hashes(raw))}


def _add_papers(making: Making, language: str) -> Pieces:
    written = papers.papers_in(language, making.facts, making.tally, rows=making.rows)
    return {name: pdf.typeset("document", data) for name, data in written.items()}


def _add_rest(making: Making, _argument: str) -> Pieces:
    facts = making.facts
    return {
        "README.txt": papers.readme(facts).encode(),
        "demands.json": (json.dumps(facts.demands, ensure_ascii=False, indent=1) + "\n").encode(),
        "log/checkpoint": facts.checkpoint.encode(),
        "log/key": f"{facts.log_key}\n".encode(),
        "verify.py": checker.source().encode(),
    }


def _measure(making: Making, _argument: str) -> Pieces:
    making.measures |= assembly.measure(making.chunks)
    return {}


def _measure_workbook(making: Making, _argument: str) -> Pieces:
    making.measures[XLSX] = Measure.of(_workbook(making))
    return {}


def _workbook(making: Making) -> Iterator[bytes]:
    return assembly.workbook(
        making.chunks, papers.headings(making.facts.columns, making.facts.languages[0]), making.rows
    )


def _seal(making: Making, _argument: str) -> Pieces:
    """The manifest and its seal; they are measured at once, being the last."""
    facts = making.facts
    told = {
        "petition": facts.petition, "delivery": facts.number, "addressee": facts.addressee,
        "organisation": facts.organisation, "site": facts.addresses[facts.languages[0]]["petition"],
        "as_of": facts.as_of, "columns": facts.columns, **_papers_told(making),
        "rows": making.rows, "count": making.tally.count, "log_size": facts.log_size,
    }  # fmt: skip
    raw = manifest(told, files_of(making))
    made = {MANIFEST: raw, SEAL: seal(raw, making.signer, petition=facts.petition, delivery=facts.number).encode()}
    made |= {KEY: making.key_note.encode()} if making.key_note else {}
    making.measures |= {name: Measure.of([content]) for name, content in made.items()}
    return made


def _papers_told(making: Making) -> dict[str, Any]:
    """In which languages there are papers, and in how many parts the rows: so that none can be left out in silence."""
    names = making.measures
    written = [language for language in making.facts.languages if f"letter-{language}.pdf" in names]
    return {"papers": written, "parts": sum(name.startswith("paper/") for name in names)}


def files_of(making: Making) -> list[Entry]:
    """The files of a bundle that is made, in the order of its archive."""
    return assembly.files(making.chunks, making.measures, lambda: _workbook(making))


_STEPS: dict[str, Callable[[Making, str], Pieces]] = {
    "log": _add_log,
    "papers": _add_papers,
    "rest": _add_rest,
    "measure": _measure,
    "workbook": _measure_workbook,
    "seal": _seal,
}
