"""Moderating at a million rows: the plan of every statement it asks, as `plans` has them; and how long a flood takes.

Rejects FLOOD signatures by a condition, then undoes it, for real: run it on a database that can be thrown away. Prints
JSON: the plans, and of the bulk decisions how many they moved in which time, and how long their longest tick took.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from plans import client, petition, plans_of  # noqa: E402

from campaign.actions.admitting import slow_lane  # noqa: E402
from campaign.actions.counting import log, tallies  # noqa: E402
from campaign.actions.moderating import bulk, floods, name_queue, shown_names  # noqa: E402
from campaign.actions.moderating.floods import Condition  # noqa: E402
from campaign.models import BulkDecision, Signatory  # noqa: E402
from campaign.models.base import uuid7_time  # noqa: E402

FLOOD = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
WHY = {"reason_class": "forged", "reason": "A bench."}


def make_boss() -> Any:
    boss = get_user_model().objects.create_superuser(f"bench-{uuid4().hex[:8]}", password=uuid4().hex)
    client.force_login(boss)
    return boss


def condition_of(rows: int, **words: str) -> Condition:
    """The newest confirmed ones, so many of them."""
    newest = Signatory.objects.filter(petition=petition).confirmed().order_by("-pk").values_list("pk", flat=True)
    oldest, latest = uuid7_time(newest[rows - 1]), uuid7_time(newest[0]) + timedelta(milliseconds=1)
    return Condition(petition.pk, oldest.isoformat(), latest.isoformat(), **words)


def look(boss: Any) -> None:
    """By each condition there is, in a window of all rows and of a few."""
    example = Signatory.objects.filter(petition=petition, identity__isnull=False).confirmed().latest("pk")
    conditions: list[dict[str, str]] = [{"country": "KR"}, {"country": "VA"}, {"domain_class": "free"},
                                        {"network_tag": "00" * 8}, {"state": "pending"},
                                        {"same_name_as": str(example.pk)}]  # fmt: skip
    for rows in (1_000, 500_000):
        for words in conditions:
            floods.look(condition_of(rows, **words), by=boss, purpose="A bench.")
    floods.busiest_networks()


def tick(boss: Any) -> None:
    for words in ({"country": "KR"}, {"state": "pending"}):
        bulk.decide_by_condition(condition_of(2_000, **words), number=1, by=boss, **WHY)
    bulk.advance_bulk_decisions()
    done = BulkDecision.objects.filter(act="reject", moved__gt=0).latest("pk")
    BulkDecision.objects.filter(pk=done.pk).update(finished_at=timezone.now())
    done.refresh_from_db()
    assert bulk.undo_bulk_decision(done, reason="A bench.", by=boss)
    bulk.advance_bulk_decisions()


def names(boss: Any) -> None:
    for page in (name_queue.open_queue(petition, by=boss), name_queue.open_queue(petition, by=boss, after=uuid4())):
        seals = {each.signatory.pk: each.seal for each in page}
        name_queue.decide_names(seals, refused=set(list(seals)[:2]), by=boss, **WHY)
    shown_names.publish_names()
    shown_names.page_of_names(petition)
    name_queue.petitions_with_names_waiting()


def pages(_boss: Any) -> None:
    tallies.take_tallies()
    for name in ("integrity", "names", "deliveries"):
        assert client.get(reverse(name, args=[petition.slug])).status_code == 200
    flood, queue = (
        reverse("admin:campaign_bulkdecision_flood"),
        reverse("admin:campaign_signatory_names", args=[petition.pk]),
    )
    for path in (flood, queue, reverse("admin:campaign_bulkdecision_changelist"), reverse("admin:index")):
        assert client.get(path).status_code == 200, path


def ticks(_boss: Any) -> None:
    slow_lane.release_mails()
    log.tend_logs()


SCENES: list[tuple[str, Callable[[], Any], Callable[[Any], Any]]] = [
    ("look at a flood", make_boss, look),
    ("reject and undo", make_boss, tick),
    ("queue of names", make_boss, names),
    ("pages", make_boss, pages),
    ("ticks", make_boss, ticks),
]


def run_to_its_end(decision: BulkDecision) -> dict[str, Any]:
    """Tick for tick, as the worker does."""
    started, longest = perf_counter(), 0.0
    while BulkDecision.objects.unfinished().filter(pk=decision.pk).exists():
        before = perf_counter()
        bulk.advance_bulk_decisions()
        longest = max(longest, perf_counter() - before)
    decision.refresh_from_db()
    return {"act": decision.act, "moved": decision.moved, "seconds": perf_counter() - started, "longest tick": longest}


def timed(what: Callable[[], Any]) -> float:
    started = perf_counter()
    what()
    return perf_counter() - started


if __name__ == "__main__":
    found = [plan for scene in SCENES for plan in plans_of(*scene)]
    boss, condition = make_boss(), condition_of(FLOOD)
    seconds = {"preview": timed(lambda: floods.look(condition, by=boss, purpose="A bench."))}
    rejection = bulk.decide_by_condition(condition, number=FLOOD, by=boss, **WHY)
    works = [run_to_its_end(rejection)]
    undoing = bulk.undo_bulk_decision(rejection, reason="A bench.", by=boss)
    works += [run_to_its_end(undoing)] if undoing else []
    seconds |= {"queue of names": timed(lambda: name_queue.open_queue(petition, by=boss)),
                "page of names": timed(lambda: shown_names.page_of_names(petition)),
                "day's numbers": timed(lambda: tallies.count_states(petition, timezone.now().date()))}  # fmt: skip
    print(json.dumps({"plans": found, "seconds": seconds, "bulk": works}))
