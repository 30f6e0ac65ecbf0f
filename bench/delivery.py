"""What a delivery costs at a million signatures: opening, CSV, XLSX, PDF, the whole bundle, and its check.

With DATABASE_URL at a PostgreSQL server: .venv/bin/python bench/delivery.py [--rows 1000000]. A database named
bench_undersigned_delivery is made there and dropped at the end. Each figure is a ratio of two times in one process, or
a time. Prints a table and writes bench/delivery.md; exits with 1 when a limit is not kept.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from report import Figure, Report
from servers import ROOT, Databases, settle

HERE = Path(__file__).resolve().parent
SLUG = "stop-forced-repatriation"
MILLION = 1_000_000
SHOWN = "## Shown with 10,000"


class Bench:
    """One site with its database and folder, and programs that run in it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.report = folder, Report()
        plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        self.environment = plain | {
            "DATABASE_URL": url, "DATA_DIR": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "campaign.settings",
            "PYTHONPATH": f"{ROOT}:{HERE}", "EMAIL_URL": "smtp://127.0.0.1:1", "LOG_LEVEL": "WARNING",
            "ORGANISATION_NAME": "Bench", "ORGANISATION_CONTACT": "bench@example.org",
        }  # fmt: skip

    def manage(self, *words: str, **more: str) -> None:
        self.run(str(ROOT / "manage.py"), *words, **more)

    def run(self, *command: str, **more: str) -> str:
        """Run a Python program in the site's environment; what it printed. Exits with it should it fail."""
        done = subprocess.run(
            [sys.executable, *command], env=self.environment | more, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command[:3])} failed; what it said stands above.")
        return done.stdout

    def make_site(self, rows: int) -> None:
        (self.folder / "data").mkdir()
        self.manage("keys", "new", "--directory", str(self.folder / "keys"), CAMPAIGN_ROLE="offline")
        self.environment |= {f"{path.name}_FILE": str(path) for path in (self.folder / "keys").glob("*")}
        for words in (
            "migrate -v0",
            "load_seeds",
            f"make_signatories {rows} --petition {SLUG} --confirmed --yes-really",
        ):
            self.manage(*words.split())
        settle(self.environment["DATABASE_URL"])
        self.run(str(HERE / "inside" / "sequencing.py"))
        settle(self.environment["DATABASE_URL"])

    def tell(self, program: str, *words: str) -> dict[str, float]:
        """What a program in bench/inside/ measured, as its last line says in JSON."""
        return json.loads(self.run(str(HERE / "inside" / program), *words).splitlines()[-1])

    def add(self, name: str, value: float, unit: str = "", **limits: float | str | None) -> None:
        self.report.add(Figure(name, value, unit, **limits))


def measure(bench: Bench, rows: int) -> None:
    found = bench.tell("exporting.py", str(bench.folder))
    used = found["csv_used"] / found["opening_used"]
    note = f"{rows:,} rows; opening alone {found['opening']:.0f} s, tick by tick in turns; of processor time {used:.2f}"
    bench.add("CSV, time / opening the envelopes", found["csv"] / found["opening"], at_most=1.5, note=note)
    bench.add("CSV, memory at most", found["csv_megabytes"], "MB", at_most=200)
    note = f"{found['bundle_used']:.0f} s of processor time; {found['bundle_megabytes']:.0f} MB at most in memory"
    bench.add("bundle without PDFs", found["bundle"], "s", note=note)
    bench.add("bundle taken and encrypted", found["taken"], "s", note=f"{found['size']:.0f} MB")
    check(bench, rows)
    forms = bench.tell("forms.py", str(min(rows, 200_000)))
    bench.add(
        "XLSX, rate / XlsxWriter's in constant memory", forms["xlsx"], at_least=0.8, note="names in three scripts"
    )
    note = f"{forms['parts']:.0f} parts of 1,000; of processor time {forms['pdf_used']:.2f}"
    bench.add("PDF in parts, rate / typst's own", forms["pdf"], at_least=0.8, note=note)
    note = f"the process that sets a part; {forms['pdf_first_megabytes']:.0f} MB for the first"
    bench.add("PDF, memory at most", forms["pdf_megabytes"], "MB", note=note)


def check(bench: Bench, rows: int) -> None:
    """The addressee's own check of the whole bundle."""
    started, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    bench.run(str(bench.folder / "bundle" / "verify.py"))
    took, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used
    limit = 60 if rows == MILLION else None
    bench.add("verify.py", took, "s", at_most=limit, note=f"one process; {used:.1f} s of processor time")


def write(text: str) -> None:
    """The page with new figures. What was shown once, by hand and eye, stays beneath them."""
    page = HERE / "delivery.md"
    _figures, heading, shown = page.read_text(encoding="utf-8").partition(SHOWN)
    page.write_text(f"{text.rstrip()}\n\n{heading}{shown}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=MILLION, help="signatories")
    options = parser.parse_args()
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        raise SystemExit("Measuring needs PostgreSQL: DATABASE_URL=postgres://user:password@127.0.0.1:5432/postgres")
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-delivery-")))
        databases = Databases(url)
        stack.callback(databases.drop)
        bench = Bench(folder, databases.make("delivery"))
        bench.make_site(options.rows)
        measure(bench, options.rows)
    write(bench.report.text.replace("start.py bench", "bench/delivery.py"))
    return 0 if bench.report.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
