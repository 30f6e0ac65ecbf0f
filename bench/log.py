"""What the log costs: sequencing, ten million entries from scratch, the state it keeps, a proof, a bulk undo.

.venv/bin/python bench/log.py [--entries 10000000]: the tree alone, on one core. With DATABASE_URL at a PostgreSQL
server also the log at work among --rows signatures (1,000,000), in a database named bench_undersigned_log that is made
there and dropped at the end. Times are those of the processor, not of the wall. With --write bench/log.md is written
anew. Exits with 1 when a limit is not kept.
"""

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from delivery import Bench
from report import Figure, Report, table
from servers import Databases

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from campaign.merkle import entries, tiles  # noqa: E402
from campaign.merkle.tree import Frontier, check_inclusion, inclusion_proof, leaf_hash, leaf_hashes  # noqa: E402

RESULTS = HERE / "log.md"
HEAD = """# What the log costs

By `DATABASE_URL=… .venv/bin/python bench/log.py --write`. Times are those of the processor, in the one process that
does the work: another load on the machine hardly moves them. What PostgreSQL's own processes spend is not in them."""
MILLION = 1_000_000
BATCH = 5_000  # entries at once, as LOG_SLICE
DAY = 20_782


def cpu(work: Callable[[], object]) -> float:
    """How many seconds of the processor it takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def made(first: int, end: int) -> Iterator[bytes]:
    """Entries as signatures make them: each with 32 bytes that no other has."""
    return (entries.added(DAY, number.to_bytes(32, "big")) for number in range(first, end))


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- The tree alone --------------------------------------------------------------------------------------------------
def measure_tree(report: Report, size: int) -> None:
    frontier = Frontier()
    before = megabytes()

    def grow() -> None:
        for first in range(0, size, BATCH):
            frontier.extend(leaf_hashes(made(first, min(first + BATCH, size))))

    is_whole = size == 10 * MILLION
    seconds = cpu(grow)
    report.add(Figure(f"{size:,} entries from scratch: root", seconds, "s", at_most=60 if is_whole else None,
                      note=f"making the entries included; {megabytes() - before:.0f} MB more memory"))  # fmt: skip
    report.add(Figure("state of that log", len(frontier.to_bytes()), "bytes", at_most=64 * 32))
    more = [entries.added(DAY, os.urandom(32)) for _ in range(1_000)]
    seconds = min(cpu(lambda: Frontier(size, frontier.to_bytes()).extend(leaf_hashes(more))) for _ in range(20))
    report.add(Figure("1,000 entries more: root alone", 1_000 * seconds, "ms", at_most=20))


def measure_tiles(report: Report, size: int) -> None:
    """All files of a log, as `manage.py log mend` makes them, and proofs from them."""
    with tempfile.TemporaryDirectory(prefix="undersigned-log-") as name:
        folder, edge = Path(name), tiles.Edge()

        def write(files: Iterator[tiles.File]) -> None:
            for path, content in files:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)

        seconds = cpu(lambda: (write(edge.extend(made(0, size))), write(edge.partial_files())))
        report.add(
            Figure(f"{size:,} entries from scratch: root and all files", seconds, "s", note="written, not synced")
        )
        places = [size * step // 200 for step in range(200)]
        took = [cpu(lambda at=at: prove(at, size, folder)) for at in places]
        note = f"the slowest of {len(took)}: {1_000 * max(took):.2f} ms; read from the tiles, nothing kept between two"
        report.add(Figure("an inclusion proof", 1_000 * sorted(took)[len(took) // 2], "ms", at_most=1, note=note))
        at = places[77]
        entry = next(made(at, at + 1))
        check_inclusion(leaf_hash(entry), at, size, path=prove(at, size, folder), root=edge.root)


def prove(index: int, size: int, folder: Path) -> list[bytes]:
    return inclusion_proof(index, size, tiles.node_from(size, lambda path: (folder / path).read_bytes()))


# --- The log at work -------------------------------------------------------------------------------------------------
def measure_work(report: Report, rows: int) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-log-")))
        databases = Databases(os.environ["DATABASE_URL"])
        stack.callback(databases.drop)
        bench = Bench(folder, databases.make("log"))
        bench.make_site(rows)
        found = bench.tell("logging_work.py")
    among = f"among {rows:,} signatures"
    report.add(Figure("sequencing 1,000 entries", found["thousand"], "ms", at_most=20 if rows >= MILLION else None,
                      note=f"{among}, the median of {found['turns']}; Python and PostgreSQL's client"))  # fmt: skip
    report.add(Figure("the same, publishing included", found["published"], "ms", note="tiles, seal, checkpoint"))
    report.add(
        Figure("a receipt", found["receipt"], "ms", note="asked for, name opened, proof read and checked, sealed")
    )
    report.add(
        Figure(
            "a flood of 100,000, set aside and undone",
            found["undo"],
            "s",
            note=f"{found['slices']} slices of {BATCH:,}",
        )
    )
    note = "than before the first slice; the process, not a slice"
    report.add(Figure("the same, more memory", found["undo_megabytes"], "MB", at_most=50, note=note))
    report.add(Figure("sequential scans of signatories", found["scans"], at_most=0, note=f"in the ticks, {among}"))
    report.tables.append(table("Plans", ["statement on signatories", "read by"], found["plans"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=10 * MILLION)
    parser.add_argument("--rows", type=int, default=MILLION, help="signatures in the database")
    parser.add_argument("--write", action="store_true", help="write bench/log.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    report = Report()
    measure_tree(report, options.entries)
    measure_tiles(report, min(options.entries, MILLION))
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        measure_work(report, options.rows)
    if options.write:
        RESULTS.write_text("\n\n".join([HEAD, *report.text.split("\n\n")[2:]]), encoding="utf-8")
    return 0 if report.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
