"""What was measured, as a table for people: on the screen, and in bench/results.md."""

import os
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")


@dataclass(frozen=True)
class Figure:
    """One figure: what, how much, and the limit it is held against (`at_least` for ratios, `at_most` for times)."""

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def limit(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""

    @property
    def is_kept(self) -> bool:
        too_low = self.at_least is not None and self.value < self.at_least
        too_high = self.at_most is not None and self.value > self.at_most
        return not (too_low or too_high)

    @property
    def row(self) -> str:
        kept = ("yes" if self.is_kept else "**no**") if self.limit else ""
        return f"| {self.name} | {shown(self.value)} {self.unit} | {self.limit} | {kept} | {self.note} |"


@dataclass
class Report:
    """Figures in the order they were measured, and tables beside them."""

    figures: list[Figure] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Keep a figure, and tell it at once: the whole run takes minutes."""
        self.figures.append(figure)
        print(figure.row, flush=True)

    @property
    def text(self) -> str:
        head = ["| figure | measured | limit | kept | how |", "|---|---|---|---|---|"]
        parts = [
            "# What was measured",
            describe_machine(),
            "\n".join([*head, *(figure.row for figure in self.figures)]),
        ]
        return "\n\n".join([*parts, *self.tables]) + "\n"

    def write(self) -> None:
        RESULTS.write_text(self.text, encoding="utf-8")

    @property
    def is_kept(self) -> bool:
        return all(figure.is_kept for figure in self.figures)


def table(title: str, head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return f"## {title}\n\n" + "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def describe_machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "gunicorn", "psycopg", "cryptography"))
    python = platform.python_version()
    return (
        f"By `python3 start.py bench` on {os.cpu_count()} cores, Python {python}, {packages}. Rates are ratios of"
        " bursts that take turns on the same machine in the same run; the middle one of several turns."
    )
