"""Load from wrk: bursts bounded in time (and in number where requests are used up), over kept-alive connections."""

import json
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
THREADS = 2  # as load.lua deals out its paths
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Burst:
    """One burst against one server."""

    requests: int
    microseconds: int
    errors: int
    p50: int  # microseconds
    p99: int

    @property
    def per_second(self) -> float:
        return self.requests / (self.microseconds / 1e6)


def fire(address: str, kind: str, word: str, extra: str = "-", *, seconds: float) -> Burst:
    """One burst. Raises SystemExit when an answer was an error: a rate of refusals measures nothing."""
    wrk = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(SCRIPT), address]
    printed = subprocess.run([*wrk, "--", kind, word, extra], capture_output=True, text=True, check=True).stdout
    burst = Burst(**json.loads(printed.strip().splitlines()[-1]))
    if burst.errors:
        raise SystemExit(f"{burst.errors} of {burst.requests} requests to {address} failed:\n{printed}")
    if extra != "-" and Path(extra).exists() and burst.requests >= len(Path(extra).read_text().splitlines()):
        raise SystemExit(f"{address} took all of {burst.requests} requests before its time was over: make more.")
    return burst


def median(numbers: list[float]) -> float:
    return statistics.median(numbers)
