"""Measure the site: `python3 start.py bench [part …]`, with DATABASE_URL at a PostgreSQL server and wrk installed.

Parts: rows, pages, sign, confirm, plans, count, mails; all of them when none is named. Databases named
bench_undersigned_… are made on that server and dropped at the end. Prints a table and writes bench/results.md.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import load
import servers
from load import Burst, median
from report import Figure, Report, table
from servers import ROOT, Databases, Server

HERE = Path(__file__).resolve().parent
SLUG = "stop-forced-repatriation"
PARTS = ("rows", "pages", "sign", "confirm", "plans", "count", "mails")
PENDING = 30_000  # rows to be confirmed in a turn, in each database
READS_ALL = {"reconcile (nightly)"}  # holds the count against every row, which is its purpose
P99_LIMIT = 250  # milliseconds


class Bench:
    """The databases (one all but empty, one full, one of the bare project), the servers on them, and what was found."""

    def __init__(self, options: argparse.Namespace, folder: Path, url: str) -> None:
        self.options, self.folder = options, folder
        self.report = Report()
        self.databases = Databases(url)
        self.urls: dict[str, str] = {}
        self.servers: dict[str, Server] = {}
        self.bursts = 0

    # --- Set-up --------------------------------------------------------------------------------------------------
    def environment(self, database: str, **more: str) -> dict[str, str]:
        """As in production, but that wrk answers no riddles and comes from one address."""
        keys = {f"{path.name}_FILE": str(path) for path in (self.folder / "keys").glob("*")}
        plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        ours = {
            "DATABASE_URL": self.urls[database],
            "DATA_DIR": str(self.folder / database),
            "STATIC_ROOT": str(self.folder / "static"),
            "DJANGO_SETTINGS_MODULE": "campaign.settings",
            "PYTHONPATH": str(ROOT),
            "PROOF_OF_WORK": "off",
            "RATE_LIMITS": "off",
            "LOG_LEVEL": "ERROR",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "ORGANISATION_NAME": "Bench",
            "ORGANISATION_CONTACT": "bench@example.org",
            "BARE_PAGE": str(self.folder / "page.html"),
        }
        return plain | keys | ours | more

    def run(self, database: str, *command: str, **more: str) -> str:
        """Run a Python program in the site's environment; what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            check=False,
            env=self.environment(database, **more),
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command[:3])} failed; what it said stands above.")
        return done.stdout

    def manage(self, database: str, *words: str, **more: str) -> str:
        return self.run(database, str(ROOT / "manage.py"), *words, **more)

    def make_site(self, name: str) -> None:
        self.urls[name] = self.databases.make(name)
        (self.folder / name).mkdir()
        if not (self.folder / "keys").exists():
            self.manage(name, "keys", "new", "--directory", str(self.folder / "keys"), CAMPAIGN_ROLE="offline")
            self.manage(name, "collectstatic", "--noinput", "-v0")
        self.manage(name, "migrate", "-v0")
        self.manage(name, "load_seeds")

    def make_bare(self) -> None:
        self.urls["bare"] = self.databases.make("bare")
        numbers = f"generate_series(1, {PENDING * self.options.turns}) AS number"
        servers.execute(
            self.urls["bare"],
            "CREATE TABLE inserted (id uuid PRIMARY KEY, name text NOT NULL, email text NOT NULL)",
            "CREATE TABLE updated (id bigint PRIMARY KEY, state text NOT NULL, confirmed_at timestamptz)",
            f"INSERT INTO updated SELECT number, 'pending' FROM {numbers}",
        )

    def serve(self, stack: ExitStack) -> None:
        """The public role on each database, and the bare project with the article's very bytes."""
        for name in ("empty", "full"):
            self.servers[name] = Server(
                "campaign.wsgi:application", ROOT, self.environment(name, CAMPAIGN_ROLE="public")
            )
            stack.callback(self.servers[name].stop)
            self.servers[name].wait()
        (self.folder / "page.html").write_bytes(self.servers["empty"].get(f"/en/articles/{SLUG}/"))
        self.servers["bare"] = Server("bare.wsgi:application", HERE, self.environment("bare"))
        stack.callback(self.servers["bare"].stop)
        self.servers["bare"].wait()

    def fill(self) -> None:
        """A million confirmed signatories in their log, by the command that is itself measured."""
        rows = self.options.rows
        started = time.monotonic()
        self.manage("full", "make_signatories", str(rows), "--petition", SLUG, "--confirmed", "--yes-really")
        seconds = time.monotonic() - started
        self.report.add(
            Figure(f"make_signatories, {rows:,} rows", seconds, "s", at_most=120 if rows == 1_000_000 else None)
        )
        started = time.monotonic()
        self.run("full", str(HERE / "inside" / "sequencing.py"))
        self.report.add(Figure(f"{rows:,} rows into the log", time.monotonic() - started, "s"))
        started = time.monotonic()
        servers.settle(self.urls["full"])
        print(f"(VACUUM ANALYZE and CHECKPOINT: {time.monotonic() - started:.0f} s)", flush=True)

    # --- Rates ---------------------------------------------------------------------------------------------------
    def burst(self, server: str, kind: str, path: str, extra: str = "-") -> Burst:
        self.bursts += 1
        address = self.servers[server].address + path
        return load.fire(address, kind, f"{self.bursts}x{os.getpid()}", extra, seconds=self.options.seconds)

    def compare(self, what: str, bursts: list[dict[str, Burst]], at_least: float) -> None:
        """Turns of bare, empty and full: each server's rate, and the ratios with their limits."""
        rates = {name: median([turn[name].per_second for turn in bursts]) for name in ("bare", "empty", "full")}
        for name, rate in rates.items():
            p50, p99 = (median([getattr(turn[name], field) / 1000 for turn in bursts]) for field in ("p50", "p99"))
            self.report.add(Figure(f"{what}, {name}", rate, "/s", note=f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"))
        for above, below, limit in (("empty", "bare", at_least), ("full", "bare", at_least), ("full", "empty", 0.8)):
            ratios = [turn[above].per_second / turn[below].per_second for turn in bursts]
            note = f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} turns"
            self.report.add(Figure(f"{what}: {above} / {below}", median(ratios), at_least=limit, note=note))

    def limit_p99(self, what: str, bursts: list[dict[str, Burst]]) -> None:
        for name in ("empty", "full"):
            p99 = median([turn[name].p99 / 1000 for turn in bursts])
            self.report.add(Figure(f"{what}: p99, {name}", p99, "ms", at_most=P99_LIMIT, note="32 connections"))

    def measure_pages(self) -> None:
        path = f"/en/articles/{SLUG}/"
        paths = {"bare": "/page/", "empty": path, "full": path}
        bursts = [{name: self.burst(name, "page", path) for name, path in paths.items()} for _ in self.turns()]
        self.compare("article page", bursts, at_least=0.5)

    def measure_sign(self) -> None:
        page = self.servers["empty"].get(f"/en/articles/{SLUG}/").decode()
        edition = page.partition('name="edition" value="')[2].partition('"')[0]
        path = f"/en/petitions/{SLUG}/sign/"
        bursts = [
            {
                "bare": self.burst("bare", "insert", "/insert/"),
                "empty": self.burst("empty", "sign", path, edition),
                "full": self.burst("full", "sign", path, edition),
            }
            for _ in self.turns()
        ]
        self.compare("sign", bursts, at_least=0.3)
        self.limit_p99("sign", bursts)

    def measure_confirm(self) -> None:
        everybody = PENDING * self.options.turns
        links = {"bare": [f"/update/{number}/" for number in range(1, everybody + 1)]}
        for name in ("empty", "full"):
            self.manage(name, "make_signatories", str(everybody), "--petition", SLUG, "--yes-really")
            servers.settle(self.urls[name])
            links[name] = self.run(name, str(HERE / "inside" / "links.py"), str(everybody)).split()
        bursts = []
        for turn in self.turns():
            one: dict[str, Burst] = {}
            for name, paths in links.items():
                file = self.folder / f"{name}-{turn}.paths"
                file.write_text("\n".join(paths[turn * PENDING : (turn + 1) * PENDING]))
                one[name] = self.burst(name, "update" if name == "bare" else "confirm", "/", str(file))
            bursts.append(one)
        self.compare("confirm", bursts, at_least=0.4)
        self.limit_p99("confirm", bursts)

    def turns(self) -> range:
        return range(self.options.turns)

    # --- Inside the site -----------------------------------------------------------------------------------------
    def measure_plans(self) -> None:
        servers.settle(self.urls["full"])
        printed = self.run(
            "full", str(HERE / "inside" / "plans.py"), DEVELOPMENT="on", EMAIL_URL="", SITE_URL="http://127.0.0.1"
        )
        plans = json.loads(printed.splitlines()[-1])
        scans = [plan for plan in plans if "campaign_signatory" in plan["scanned"] and plan["by"] not in READS_ALL]
        statements = f"{len(plans)} statements at {self.options.rows:,} rows"
        self.report.add(Figure("sequential scans of signatories", len(scans), at_most=0, note=statements))
        rows = [
            [plan["by"], f"`{plan['statement'].replace('|', '¦')}`", ", ".join(dict.fromkeys(plan["used"])) or "-",
             f"{plan['milliseconds']:.2f}"]
            for plan in plans
        ]  # fmt: skip
        self.report.tables.append(table("Plans", ["asked by", "statement on signatories", "read by", "ms"], rows))

    def measure_count(self) -> None:
        found = json.loads(self.run("full", str(HERE / "inside" / "counting.py")))
        note = f"{found['rows']:,} signatures, as after as many withdrawals"
        self.report.add(Figure("a slice of the log", median(found["milliseconds"]), "ms", note=note))

    def measure_mails(self, stack: ExitStack) -> None:
        sink = subprocess.Popen(
            [sys.executable, str(HERE / "sink.py")], stdout=subprocess.PIPE, text=True, process_group=0
        )
        stack.callback(sink.terminate)
        address = f"smtp://127.0.0.1:{sink.stdout.readline().strip()}"
        program = [str(HERE / "inside" / "mails.py"), str(self.options.turns), str(self.options.seconds)]
        found = json.loads(self.run("full", *program, EMAIL_URL=address).splitlines()[-1])
        for name in ("bare", "site"):
            self.report.add(Figure(f"mails, {name}", median([turn[name] for turn in found["turns"]]), "/s"))
        ratios = [turn["site"] / turn["bare"] for turn in found["turns"]]
        note = f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} turns; one worker"
        self.report.add(Figure("mails: site / bare", median(ratios), at_least=0.6, note=note))

    def measure_memory(self) -> None:
        for name in ("bare", "full"):
            sizes = self.servers[name].megabytes()
            each = " + ".join(f"{size:.0f}" for size in sizes)
            self.report.add(
                Figure(f"memory of the application server, {name}", sum(sizes), "MB", note=f"{each}, after the load")
            )

    # --- All of it -----------------------------------------------------------------------------------------------
    def measure(self, stack: ExitStack) -> None:
        parts = self.options.parts
        for name in ("empty", "full"):
            self.make_site(name)
        self.make_bare()
        self.fill()
        self.serve(stack)
        for part in ("pages", "sign", "confirm"):
            if part in parts:
                getattr(self, f"measure_{part}")()
        self.measure_memory()
        if "plans" in parts:
            self.measure_plans()
        if "mails" in parts:
            self.measure_mails(stack)
        if "count" in parts:
            self.measure_count()


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 start.py bench", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--rows", type=int, default=1_000_000, help="signatories in the full database")
    parser.add_argument("--seconds", type=float, default=8, help="how long a burst lasts")
    parser.add_argument("--turns", type=int, default=5, help="how often each server has its turn")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    options.parts = options.parts or PARTS
    return options


def database_url() -> str:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        raise SystemExit(
            "Measuring needs PostgreSQL, and a user who may make databases:"
            " DATABASE_URL=postgres://user:password@127.0.0.1:5432/postgres python3 start.py bench"
        )
    if not shutil.which("wrk"):
        raise SystemExit("Measuring needs wrk to make the load. On Debian and Ubuntu: apt install wrk")
    return url


def main() -> int:
    options, url = read_options(), database_url()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-bench-")))
        bench = Bench(options, folder, url)
        stack.callback(bench.databases.drop)
        bench.measure(stack)
    bench.report.write()
    print(bench.report.text)
    return 0 if bench.report.is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
