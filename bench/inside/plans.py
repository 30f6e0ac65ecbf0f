"""The plan of every statement on campaign_signatory that the site runs, as PostgreSQL makes it with these rows.

Does each thing the site can do once, in a transaction that is undone, and lets PostgreSQL explain and time what was
asked. Prints JSON: of each statement what asked it, its plan in a line, its milliseconds, and the tables it scanned.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import DatabaseError, connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from campaign import crypto, tasks  # noqa: E402
from campaign.actions.counting import reconciling as counting  # noqa: E402
from campaign.actions.mailing import mail  # noqa: E402
from campaign.actions.moderating import bulk, floods  # noqa: E402
from campaign.actions.moderating.floods import Condition  # noqa: E402
from campaign.actions.signing import signatories  # noqa: E402
from campaign.actions.signing.signatories import Words  # noqa: E402
from campaign.models import OutgoingMail, Petition, ReasonClass, Signatory  # noqa: E402

TABLE = re.compile(r"\bcampaign_signatory\b")  # what is written by hand has no quotes
EMAIL = "somebody@example.org"
petition = Petition.objects.open()[0]


# --- Who it is about ---------------------------------------------------------------------------------------------
def make_signed() -> Signatory:
    """Somebody who has just signed; her mail is due, and she has her link."""
    words = Words(name="Bench Signatory", email=EMAIL, country="KR", visibility="delivered")
    signatories.sign(petition, petition.edition_in("en"), words=words)
    row = Signatory.objects.select_related("petition", "edition").latest("pk")
    row.token_hash = crypto.token_hash(token_of(row))
    row.save(update_fields=["token_hash"])
    return row


def make_confirmed() -> Signatory:
    row = make_signed()
    assert post(row, action="confirm").status_code == 303
    return row


def make_expired() -> Signatory:
    row = make_signed()
    assert Signatory.objects.filter(pk=row.pk).erase("expire") == 1
    return row


def token_of(row: Signatory) -> str:
    return crypto.link_token(settings.LINK_KEY, bytes(row.nonce))


# --- What the site does ------------------------------------------------------------------------------------------
client = Client(HTTP_HOST="127.0.0.1")


def post(row: Signatory, **fields: str) -> Any:
    form = {"country": "DE", "visibility": "delivered", "email": EMAIL} | fields
    return client.post(reverse("own-page", args=[token_of(row)]), form)


READ = ("article", "petition", "check-your-email", "embed", "api-petition", "names", "integrity", "deliveries")


def sign(_row: None) -> None:
    form = {"name": "Another Signatory", "email": EMAIL, "visibility": "delivered", "consent": "on"}
    assert client.post(reverse("sign", args=[petition.slug]), form).status_code == 303


def read(_row: None) -> None:
    for name in READ:
        assert client.get(reverse(name, args=[petition.slug])).status_code == 200


def ask_for_link(_row: Signatory) -> None:
    assert client.post(reverse("check-your-email", args=[petition.slug]), {"email": EMAIL}).status_code == 200


def visit(row: Signatory) -> None:
    assert client.get(reverse("own-page", args=[token_of(row)])).status_code == 200


def send(_row: Signatory) -> None:
    OutgoingMail.objects.filter(state="queued").exclude(signatory=_row).update(
        due_at=timezone.now() + timedelta(days=1)
    )
    assert mail.send_due_mails() == 1


def run_tasks(_row: Signatory) -> None:
    """Everything that the clock starts, but the nightly look at every row, which is a scene of its own."""
    for name, task in sorted(vars(tasks).items()):
        if isinstance(task, tasks.Tick) and name not in ("send_mails", "reconcile_counts"):
            task.run()


def undo_a_flood(_row: Signatory) -> None:
    """Preview, rejection and undo of what came from one country within an hour."""
    until = timezone.now()
    since = until - timedelta(hours=1)
    condition = Condition(petition.pk, since.isoformat(), until.isoformat(), country="KR")
    staff = make_staff()
    found = floods.look(condition, by=staff, purpose="bench")
    reason = {"reason_class": ReasonClass.FORGED, "reason": "a flood"}
    rejection = bulk.decide_by_condition(condition, number=found.number, by=staff, **reason)
    bulk.advance_bulk_decisions()
    rejection.refresh_from_db()
    assert bulk.undo_bulk_decision(rejection, reason="none", by=staff)
    bulk.advance_bulk_decisions()


def make_staff() -> Any:
    return get_user_model().objects.create_superuser(uuid4().hex, password=uuid4().hex)


def look_at_lists(row: Signatory) -> None:
    """Every list of the admin that shows signatories, by every filter it offers."""
    client.force_login(make_staff())
    lists = reverse("admin:campaign_signatory_changelist")
    page = client.get(lists)
    filters = set(re.findall(r'href="(\?[^"]+)"', page.content.decode()))
    day = (timezone.now() - timedelta(days=9)).date()
    filters |= {
        f"?day={day}",
        "?country=KR",
        "?country=VA",
        f"?state=confirmed&day={day}",
        "?p=40",
        "?state=pending&country=VA",
    }
    for query in sorted(filters):
        assert client.get(lists + query.replace("&amp;", "&")).status_code == 200, query
    for path in (reverse("admin:index"), reverse("admin:campaign_signatory_change", args=[row.pk])):
        assert client.get(path).status_code == 200, path


SCENES: list[tuple[str, Callable[[], Any], Callable[[Any], Any]]] = [
    ("read", lambda: None, read),
    ("sign", lambda: None, sign),
    ("sign again", make_signed, sign),
    ("ask for the link", make_signed, ask_for_link),
    ("own page", make_signed, visit),
    ("confirm", make_signed, lambda row: post(row, action="confirm")),
    ("change", make_confirmed, lambda row: post(row, action="change", wants_updates="on")),
    ("withdraw", make_confirmed, lambda row: post(row, action="withdraw")),
    ("not me", make_signed, lambda row: post(row, action="not_me")),
    ("sign after expiry", make_expired, lambda row: post(row, action="again")),
    ("claim and send mail", make_signed, send),
    ("tasks by the clock", make_confirmed, run_tasks),
    ("undo a flood", make_confirmed, undo_a_flood),
    ("admin lists", make_signed, look_at_lists),
    ("reconcile (nightly)", lambda: None, lambda _row: counting.reconcile_counts()),
]


# --- What PostgreSQL makes of it ---------------------------------------------------------------------------------
@contextmanager
def listening(label: str, found: list[dict[str, Any]]) -> Iterator[None]:
    """Explain each statement on signatories that is run inside, once, before it is run."""
    heard: set[str] = set()

    def hear(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        shape = re.sub(r"\([%s, ]+\)", "(…)", sql)
        if TABLE.search(sql) and shape not in heard and not sql.startswith("EXPLAIN"):
            heard.add(shape)
            values = parameters[0] if many else parameters
            found.append({"by": label, "statement": in_short(sql), **explain(sql, values)})
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(hear):
        yield


def explain(sql: str, parameters: Any) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        answer = cursor.fetchone()[0]
        transaction.set_rollback(True)
    tree = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    nodes = list(nodes_of(tree["Plan"]))
    scanned = [node["Relation Name"] for node in nodes if node["Node Type"].endswith("Seq Scan")]
    used = [node.get("Index Name") or node["Node Type"] for node in nodes if "Scan" in node["Node Type"]]
    return {"milliseconds": tree["Execution Time"], "used": used, "scanned": scanned}


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from nodes_of(child)


def in_short(sql: str) -> str:
    verb = sql.split()[0]
    where = re.sub(r'"campaign_\w+"\.|"', "", sql.partition(" WHERE ")[2])
    return f"{verb} … WHERE {where}"[:160] if where else f"{verb} …"


def plans_of(label: str, prepare: Callable[[], Any], act: Callable[[Any], Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    with transaction.atomic():
        row = prepare()
        with listening(label, found):
            act(row)
        transaction.set_rollback(True)
    return found


if __name__ == "__main__":
    found: list[dict[str, Any]] = []
    for scene in SCENES:
        try:
            found += plans_of(*scene)
        except (AssertionError, DatabaseError) as error:
            raise SystemExit(f"{scene[0]}: {error!r}") from error
    print(json.dumps(found))
