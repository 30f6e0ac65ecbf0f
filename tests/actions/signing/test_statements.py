"""The hand-written statements do what the ORM's would."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from campaign import crypto
from campaign.actions.signing import statements
from campaign.models import Signatory
from campaign.models.signatory import MOVES
from tests.factories import make_signatory, send_mails

STATES = ("pending", "confirmed", "withdrawn", "rejected", "expired")
CONFIRM = {"country": "DE", "words_digest": None, "words_differ": False}


def row_of(signatory):
    return Signatory.objects.filter(pk=signatory.pk).values()[0]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ["confirm", "reject"])
@time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False)
def test_one_row_is_moved_as_a_query_set_moves_it(petition, action, state):
    values = CONFIRM if action == "confirm" else {}
    one, other = (make_signatory(petition, state=state, email=f"{name}@example.org") for name in ("one", "other"))
    made = statements.move(one, action, **values)
    moved = Signatory.objects.filter(pk=other.pk).move(action, **values)
    assert (made, moved) == (state in MOVES[action][0], int(state in MOVES[action][0]))
    changed = ("state", "confirmed_at", "ended_at", "country", "words_differ")
    assert [row_of(one)[name] for name in changed] == [row_of(other)[name] for name in changed]


def test_a_name_that_does_not_stand_is_not_confirmed_unseen(petition):
    plain = make_signatory(petition, state="pending")
    differing = make_signatory(petition, state="pending", email="b@example.org")
    Signatory.objects.filter(pk=differing.pk).update(words_differ=True)
    counted = make_signatory(petition, state="pending", email="c@example.org", visibility="counted")
    rows = (plain, differing, counted)
    made = [statements.move(row, "confirm", with_name_standing=True, words_digest=None) for row in rows]
    assert made == [True, False, False]


def test_what_a_link_finds_is_the_row_without_its_envelopes(petition):
    row = make_signatory(petition, state="pending")
    send_mails()
    row.refresh_from_db()
    found = statements.find_by_token(crypto.link_token("test link key", b"") + "x")
    assert found is None
    found = statements.find_by_token(token_of(row))
    assert found == row
    assert found.get_deferred_fields() == {"identity", "mailbox", "nonce", "network_tag", "domain_class"}
    seen = {field.attname for field in Signatory._meta.concrete_fields} - found.get_deferred_fields()
    assert {name: getattr(found, name) for name in seen} == {name: getattr(row, name) for name in seen}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL prepares statements here")
def test_signing_finding_and_confirming_are_prepared(petition):
    row = make_signatory(petition, state="pending")
    send_mails()
    statements.find_by_token(token_of(Signatory.objects.get(pk=row.pk)))
    statements.move(row, "confirm", words_digest=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY statement")
        prepared = [statement for (statement,) in cursor.fetchall()]
    assert {text.split()[0] for text in prepared if "campaign_signatory" in text} == {"SELECT", "UPDATE", "WITH"}


def token_of(row):
    return crypto.link_token(settings.LINK_KEY, bytes(row.nonce))
