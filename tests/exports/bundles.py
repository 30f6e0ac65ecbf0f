"""A small, whole bundle in a folder, with a log of its own; and the verifier as an addressee runs it."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaign.exports import checker, pieces, xlsx
from campaign.exports.assembly import workbook
from campaign.exports.checker.rows import digest_of
from campaign.exports.checker.workbook import headings_in
from campaign.exports.csv import unescape_cell
from campaign.exports.manifest import MANIFEST, SEAL, manifest, seal
from campaign.exports.signatures import COLUMNS, CSV, OPENINGS, XLSX, Row, as_sheets, as_tables
from campaign.exports.zips import archive, entry_of
from campaign.merkle import entries, tiles
from campaign.merkle.notes import Checkpoint, Signer
from campaign.merkle.tree import leaf_hashes, root_of

SITE = "https://petition.example.org/en/petitions/let-them-choose/"
ORIGIN = "petition.example.org/log/let-them-choose"
DAY = entries.day_number(date(2026, 11, 24))
DEMAND = {"language": "en", "version": 1, "title": "Let them choose", "addressee": "The Ministry", "demand": "Act."}
DEMAND |= {"delivered_columns": list(COLUMNS)}
NAMES = ["Hong Gildong", "홍길동", "欧阳慕容雪", "=1+1", "'quoted", "Иван", "محمد", "สมชาย", "O’Neill, Ann", 'Say "so"']


def signer(seed: int = 1) -> Signer:
    return Signer.from_seed(ORIGIN, bytes([seed]) * 32)


def make_rows(shown=COLUMNS, names=NAMES, demand=DEMAND) -> list[Row]:
    """One row for each name; between them in the log stand a text, a signature that is only counted, one withdrawn."""
    return [
        Row(
            entry=4 + place,
            demand="en 1",
            salt=bytes([place]) * entries.SALT_BYTES,
            values={"text": digest_of(demand), "name": name, "country": "KR", "language": "ko",
                    "signed_on": "2026-11-24"},
            shown=shown,
        )
        for place, name in enumerate(names)
    ]  # fmt: skip


def make_log(rows: list[Row], demand=DEMAND) -> list[bytes]:
    return [
        entries.text(DAY, bytes.fromhex(digest_of(demand))),
        entries.added(DAY, b"\x01" * 32),
        entries.added(DAY, b"\x02" * 32),
        entries.withdrawn(DAY, 2, entries.BY_SIGNATORY),
        *(entries.added(DAY, row.commitment) for row in rows),
    ]


@dataclass
class Bundle:
    folder: Path
    key: str

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)

    def replace(self, name: str, old: str, new: str) -> None:
        raw = self.read(name)
        assert old.encode() in raw
        self.write(name, raw.replace(old.encode(), new.encode(), 1))

    def write_workbook(self, rows: list[Row], columns: list[str]) -> None:
        headings = headings_in("en", columns)
        made = pieces.pack(as_sheets(rows, columns, headings=headings, first_number=1))
        self.write(XLSX, b"".join(workbook(lambda: [made], headings, len(rows))))

    def follow_table(self) -> None:
        """Make the workbook say what the table says."""
        table = csv.reader(io.StringIO(self.read(CSV).decode("utf-8-sig"), newline=""))
        (_number, *columns), *lines = table
        headings, rows = headings_in("en", columns), [[unescape_cell(cell) for cell in line[1:]] for line in lines]
        made = xlsx.fragments(headings, rows, first_number=1)
        self.write(XLSX, b"".join(archive(xlsx.workbook(headings, len(rows), lambda sheet: [made[sheet]]))))

    def write_log(self, log: list[bytes], by: Signer | None = None) -> None:
        """A log, and its checkpoint, sealed."""
        hashes = leaf_hashes(log)
        self.write("log/entries", tiles.to_bundle(log))
        self.write("log/hashes", b"".join(hashes))
        note = Checkpoint(ORIGIN, len(log), root_of(hashes)).text
        self.write("log/checkpoint", (by or signer()).seal(note).encode())

    def seal(self, by: Signer | None = None, **facts: object) -> None:
        """Write a manifest of what lies there, and its seal: what a forger can do, too, with a key of hers."""
        own = [MANIFEST, SEAL, "verify.py"]
        paths = (path for path in self.folder.rglob("*") if path.is_file() and path.name not in own)
        files = [entry_of(path.relative_to(self.folder).as_posix(), path.read_bytes()) for path in paths]
        told = json.loads(self.read(MANIFEST)) if (self.folder / MANIFEST).exists() else {}
        facts = {name: value for name, value in told.items() if name not in ("format", "files")} | facts
        raw = manifest(facts, [*files, entry_of("verify.py", self.read("verify.py"))])
        self.write(MANIFEST, raw)
        self.write(SEAL, seal(raw, by or signer(), petition=str(facts["petition"]), delivery=3).encode())

    def verify(self, *words: str) -> tuple[int, list[str]]:
        """Run verify.py as an addressee does, in an empty environment; its exit code, and what it says is wrong."""
        command = [sys.executable, "-I", "-S", str(self.folder / "verify.py"), *words]
        done = subprocess.run(command, capture_output=True, text=True, env={}, encoding="utf-8", check=False)
        assert done.stderr == ""
        return done.returncode, [line[7:] for line in done.stdout.splitlines() if line.startswith("WRONG: ")]


def make_bundle(folder: Path, rows: list[Row] | None = None, *, columns=(), demand=DEMAND) -> Bundle:
    rows = rows or make_rows()
    columns = list(columns) or [column for column in COLUMNS if any(column in row.shown for row in rows)]
    log, sealer = make_log(rows, demand), signer()
    bundle = Bundle(folder, sealer.verifier.text)
    for name, content in as_tables(rows, columns, first_number=1).items():
        bundle.write(name, content)
    bundle.write_workbook(rows, columns)
    bundle.write_log(log)
    bundle.write("log/key", (sealer.verifier.text + "\n").encode())
    bundle.write("demands.json", json.dumps([demand]).encode())
    for name in ("README.txt", "letter-en.pdf", "statement-en.pdf", "statistics-en.pdf", "paper/signatures-0001.pdf"):
        bundle.write(name, b"a paper")
    bundle.write("verify.py", checker.source().encode())
    papers = {"papers": ["en"], "parts": 1}
    told = {"columns": columns, "rows": len(rows), "count": len(rows) + 1, "log_size": len(log), **papers}
    bundle.seal(petition="let-them-choose", delivery=3, site=SITE, **told)
    return bundle


Forge = Callable[[Bundle], None]


def sealed(name: str, old: str, new: str) -> Forge:
    """Put one text for another in a file; the workbook follows, and all is sealed."""

    def forge(bundle: Bundle) -> None:
        bundle.replace(name, old, new)
        bundle.follow_table()
        bundle.seal()

    return forge


__all__ = ["CSV", "MANIFEST", "NAMES", "OPENINGS", "XLSX", "Bundle", "make_bundle", "make_rows", "signer"]
