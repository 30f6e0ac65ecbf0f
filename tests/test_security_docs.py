"""Each row of a table in docs/security.md with the column “shown by” names tests, and they are there."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> Iterator[str]:
    """The rows of the tables whose last column is “shown by”."""
    for table in re.findall(r"(?:^\|.*\n)+", (ROOT / "docs/security.md").read_text(), re.MULTILINE):
        head, _line, *body = table.splitlines()
        if head.endswith("| shown by |"):
            yield from body


def test_every_row_of_the_threat_tables_names_tests_that_exist():
    shown = {row: NAMED.findall(row.rsplit("|", 2)[1]) for row in rows()}
    assert [row for row, tests in shown.items() if not tests] == []
    named = [test for tests in shown.values() for test in tests]
    assert [test for test in named if f"def {test[1]}(" not in (ROOT / test[0]).read_text()] == []
    assert len(shown) > 40
