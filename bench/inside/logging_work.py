"""What the log's ticks cost among the signatures that are there, and how PostgreSQL finds what they ask for.

Prints JSON. Times are of the processor, of this process: the statements it makes, not the server's work on them.
"""

import json
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from campaign.actions import synthetic  # noqa: E402
from campaign.actions.counting import log  # noqa: E402
from campaign.actions.delivering.receipt_making import make_receipts  # noqa: E402
from campaign.actions.delivering.receipts import ask_for_receipt  # noqa: E402
from campaign.models import Petition, Signatory  # noqa: E402

TABLE = '"campaign_signatory"'
TURNS, RECEIPTS, FLOOD = 9, 50, 100_000
petition = Petition.objects.open()[0]


def cpu(work: Any) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- Times -----------------------------------------------------------------------------------------------------------
def sequence() -> tuple[float, float]:
    """Milliseconds for a thousand new signatures, and with their publication."""
    list(synthetic.make_signatories(petition, 1_000, confirmed=True, processes=1))
    slice_of = cpu(lambda: log._advance(petition))
    return 1_000 * slice_of, 1_000 * (slice_of + cpu(lambda: log.publish(petition)))


def receipts() -> None:
    rows = Signatory.objects.deliverable().select_related("petition").filter(entry_index__isnull=False)
    for row in rows.order_by("pk")[:RECEIPTS]:
        ask_for_receipt(row)
    assert (made := make_receipts()) == RECEIPTS, f"{made} of {RECEIPTS} receipts were made"


def undo_flood() -> tuple[float, int]:
    """Seconds and slices: so many set aside, and put back."""
    ids = Signatory.objects.confirmed().order_by("pk").values_list("pk", flat=True)[:FLOOD]
    last = list(ids)[-1]
    rows, slices, seconds = Signatory.objects.filter(pk__lte=last), 0, 0.0
    for action, values in (("reject", {}), ("restore", {"ended_at": None})):
        rows.move(action, **values)
        while True:
            started = time.process_time()
            made = log._advance(petition)
            seconds += time.process_time() - started
            if not made:
                break
            slices += 1
            log.publish(petition)
    return seconds, slices


# --- Plans -----------------------------------------------------------------------------------------------------------
@contextmanager
def listening() -> Iterator[dict[str, tuple[str, Any]]]:
    heard: dict[str, tuple[str, Any]] = {}

    def hear(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if TABLE in sql or "campaign_signatory AS" in sql:
            heard.setdefault(re.sub(r"\([%s, ]+\)", "(…)", sql), (sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(hear):
        yield heard


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def explain(sql: str, parameters: Any) -> tuple[list[str], bool]:
    """Which indexes a statement goes by, and whether it reads all signatories one by one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        answer = cursor.fetchone()[0]
        transaction.set_rollback(True)
    found = list(nodes((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]))
    scans = [
        node for node in found if node["Node Type"] == "Seq Scan" and node["Relation Name"] == "campaign_signatory"
    ]
    used = dict.fromkeys(node["Index Name"] for node in found if "Index Name" in node)
    return [*used, *("**Seq Scan**" for _ in scans)], bool(scans)


def plans() -> tuple[list[list[str]], int]:
    """Every statement on signatories of ticks that have something to do, and of those that have not."""
    list(synthetic.make_signatories(petition, 300, confirmed=True, processes=1))
    some = list(Signatory.objects.confirmed().filter(entry_index__isnull=False).values_list("pk", flat=True)[:300])
    Signatory.objects.filter(pk__in=some[:100]).move("reject")
    Signatory.objects.filter(pk__in=some[100:200]).erase("withdraw")
    ask_for_receipt(Signatory.objects.select_related("petition").get(pk=some[250]))
    with listening() as heard:
        log.tend_logs()
        make_receipts()
        log.tend_logs()
        make_receipts()
    rows, scanned = [], 0
    for sql, parameters in heard.values():
        used, is_scanned = explain(sql, parameters)
        scanned += is_scanned
        short = (
            re.sub(r"\([%s, ]+\)", "(…)", " ".join(sql.split()))
            .replace('"campaign_signatory".', "")
            .replace('"', "")
            .replace("|", "¦")
        )
        if short.startswith("SELECT"):
            short = "SELECT … FROM" + short.partition(" FROM")[2]
        rows.append([f"`{short[:170]}`", ", ".join(used) or "-"])
    return rows, scanned


settings.TICK_SECONDS = 600.0
log.tend_logs()
turns = [sequence() for _ in range(TURNS)]
receipt_seconds = cpu(receipts)
before = megabytes()
undo, slices = undo_flood()
after = megabytes()
told, scans = plans()
print(
    json.dumps(
        {
            "turns": TURNS, "thousand": median(one for one, _ in turns), "published": median(two for _, two in turns),
            "receipt": 1_000 * receipt_seconds / RECEIPTS, "undo": undo, "slices": slices,
            "undo_megabytes": after - before, "plans": told, "scans": scans,
        }
    )
)  # fmt: skip
