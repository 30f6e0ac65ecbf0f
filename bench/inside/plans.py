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

from campaign import crypto  # noqa: E402
from campaign.actions import counting, mail, privacy, signatories  # noqa: E402
from campaign.actions.signatories import Words  # noqa: E402
from campaign.models import OutgoingMail, Petition, Signatory  # noqa: E402

TABLE = '"campaign_signatory"'
EMAIL = "somebody@example.org"
petition = Petition.objects.open()[0]
Statement = tuple[str, Any]


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


def sign(_row: None) -> None:
    form = {"name": "Another Signatory", "email": EMAIL, "visibility": "delivered", "consent": "on"}
    assert client.post(reverse("sign", args=[petition.slug]), form).status_code == 303


def read(_row: None) -> None:
    for name in ("article", "petition", "check-your-email", "embed", "api-petition"):
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


def count(_row: Signatory) -> None:
    counting.count_signatures()
    counting.count_slice(petition.pk)


def forget(_row: None) -> None:
    privacy.expire_signatories()
    privacy.forget_what_is_over()


def look_at_lists(row: Signatory) -> None:
    """Every list of the admin that shows signatories, by every filter it offers."""
    user = get_user_model().objects.create_superuser("bench", password=uuid4().hex)
    client.force_login(user)
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
    ("count", make_confirmed, count),
    ("expire and forget", lambda: None, forget),
    ("admin lists", make_signed, look_at_lists),
    ("reconcile (nightly)", lambda: None, lambda _row: counting.reconcile_counts()),
]


# --- What PostgreSQL makes of it ---------------------------------------------------------------------------------
@contextmanager
def listening() -> Iterator[list[Statement]]:
    """The statements on signatories that are run inside, each once."""
    heard: dict[str, Statement] = {}

    def hear(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if TABLE in sql:
            shape = re.sub(r"\([%s, ]+\)", "(…)", sql)
            heard.setdefault(shape, (sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(hear):
        statements: list[Statement] = []
        yield statements
    statements += heard.values()


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


def plans_of(label: str, prepare: Callable[[], Any], act: Callable[[Any], Any]) -> Iterator[dict[str, Any]]:
    with transaction.atomic():
        row = prepare()
        with listening() as statements:
            act(row)
        for sql, parameters in statements:
            yield {"by": label, "statement": in_short(sql), **explain(sql, parameters)}
        transaction.set_rollback(True)


if __name__ == "__main__":
    found = []
    for scene in SCENES:
        try:
            found += plans_of(*scene)
        except (AssertionError, DatabaseError) as error:
            raise SystemExit(f"{scene[0]}: {error!r}") from error
    print(json.dumps(found))
