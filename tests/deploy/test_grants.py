"""What each database role is refused. That it may do what its process does is shown by the suite under as_role.py."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from campaign import crypto
from campaign.actions.forgetting.privacy import forget_what_is_over
from campaign.actions.signing import statements
from campaign.models import AccessRecord, OutgoingMail, Receipt, Signatory
from campaign.models.base import uuid7
from tests.deploy.as_role import GRANTS, PREFIX, ROLES, acting_as, make_roles
from tests.factories import make_petition, make_signatory, make_staff

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@pytest.fixture
def roles(request, db):
    """Made within the test's own transaction: at its end they never were."""
    if connection.vendor != "postgresql":
        pytest.skip("roles are PostgreSQL's: set DATABASE_URL")
    if value("SELECT NOT (rolsuper OR rolcreaterole) FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("the user of DATABASE_URL may not create roles")
    if not request.config.pluginmanager.has_plugin("tests.deploy.as_role"):
        make_roles()


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def value(sql, *values):
    return rows(sql, *values)[0][0]


def link_of(row):
    return crypto.link_token(settings.LINK_KEY, bytes(row.nonce))


def is_refused(role, sql, link=""):
    """Whether PostgreSQL says that this role may not do it (SQLSTATE 42501), the link shown."""
    with acting_as(role):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('undersigned.link', %s, TRUE)", [link])
                cursor.execute(sql)
        except ProgrammingError as error:
            return error.__cause__.sqlstate == "42501"
    return False


def tables_where(role, act):
    return [
        name for (name,) in rows(TABLES) if value("SELECT has_table_privilege(%s, %s, %s)", PREFIX + role, name, act)
    ]


def columns_where(role, table, act):
    names = rows("SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY 1", table)
    may = "SELECT has_column_privilege(%s, %s, %s, %s)"
    return {name for (name,) in names if value(may, PREFIX + role, table, name, act)}


# --- Public ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sql", [
    "SELECT identity FROM campaign_signatory",
    "SELECT mailbox FROM campaign_signatory",
    "SELECT nonce FROM campaign_signatory",
    "SELECT network_tag FROM campaign_signatory",
    "SELECT domain_class FROM campaign_signatory",
    "SELECT * FROM campaign_listedword",
    "UPDATE campaign_tally SET confirmed = 1",
    "SELECT * FROM campaign_signatory",
    "SELECT mailbox FROM campaign_outgoingmail",
    "SELECT form_at FROM campaign_mailgate",
    "UPDATE campaign_signatory SET identity = NULL RETURNING identity",
    "UPDATE campaign_signatory SET country = 'KR' WHERE identity IS NOT NULL",
    "UPDATE campaign_signatory SET token_hash = NULL",
    "UPDATE campaign_signatory SET entry_index = 1",
    "UPDATE campaign_petition SET signature_count = 1",
    "UPDATE campaign_petition SET delivery_public_key = 'another'",
    "UPDATE campaign_petitionedition SET demand = 'another'",
    "DELETE FROM campaign_signatory",
    "DELETE FROM campaign_outgoingmail",
    "TRUNCATE campaign_signatory",
    "SELECT * FROM campaign_accessrecord",
    "INSERT INTO campaign_accessrecord (act) VALUES ('opened')",
    "SELECT * FROM campaign_decision",
    "SELECT * FROM campaign_logentry",
    "UPDATE campaign_receipt SET sealed = NULL",
    "DELETE FROM campaign_receipt",
    "INSERT INTO campaign_logentry (index) VALUES (1)",
    "UPDATE campaign_petitionlog SET size = 0",
    "SELECT * FROM campaign_delivery",
    "SELECT * FROM campaign_notice",
    "SELECT * FROM auth_user",
    "SELECT * FROM django_session",
    "SELECT * FROM mfa_authenticator",
    "SELECT * FROM account_emailaddress",
    "SELECT * FROM campaign_accessreview",
    "SELECT * FROM django_admin_log",
    "SELECT count(identity) FROM campaign_signatory",
    "SELECT 1 FROM campaign_signatory WHERE mailbox IS NOT NULL",
    "UPDATE campaign_outgoingmail SET mailbox = NULL RETURNING mailbox",
    "INSERT INTO campaign_signatory (identity) VALUES ('x') RETURNING identity",
    "COPY campaign_signatory TO STDOUT",
    "CREATE TABLE mine (id integer)",
    "ALTER TABLE campaign_signatory DISABLE TRIGGER ALL",
])  # fmt: skip
def test_the_public_pages_are_refused(roles, sql):
    assert is_refused("public", sql)


def test_the_public_pages_delete_nothing_and_read_no_envelope(roles):
    assert tables_where("public", "DELETE") == []
    assert columns_where("public", "campaign_signatory", "INSERT") - columns_where(
        "public", "campaign_signatory", "SELECT"
    ) == {"identity", "mailbox", "nonce", "network_tag", "domain_class"}
    assert columns_where("public", "campaign_outgoingmail", "SELECT") == {"id", "signatory_id", "state", "due_at"}


@pytest.mark.parametrize("change", [
    "public_name = 'Anybody'", "name_number = 7", "name_state = 'approved'", "name_state = 'refused'",
])  # fmt: skip
def test_the_public_pages_put_no_name_on_the_page(roles, change):
    row = make_signatory(make_petition(), visibility="public")
    assert is_refused("public", f"UPDATE campaign_signatory SET {change}", link_of(row))
    assert not is_refused("public", "UPDATE campaign_signatory SET public_name = NULL, name_state = ''", link_of(row))


@pytest.mark.parametrize("change", [
    "state = 'confirmed', confirmed_at = now()", "visibility = 'public'", "country = 'KR'", "identity = 'another'",
    "email_digest = 'another'", "nonce = 'another'", "commitment = 'another', amended_at = now()", "gate_link = NULL",
    "wants_updates = TRUE, mailbox = 'another'", "state = 'withdrawn', ended_at = now()",
])  # fmt: skip
def test_the_public_pages_change_a_row_only_for_who_shows_its_own_link(roles, change):
    """So who takes them confirms nobody, ends nobody's signature, and makes nobody's name public."""
    petition = make_petition()
    row, thief = (make_signatory(petition, visibility="delivered") for _ in range(2))
    unmailed = make_signatory(petition, state="pending")
    of = "UPDATE campaign_signatory SET {} WHERE id = '{}'".format
    assert is_refused("public", of(change, row.pk))
    assert is_refused("public", of(change, row.pk), link_of(thief))
    assert is_refused("public", of(change, unmailed.pk), link_of(unmailed))
    allowed = change if "ended_at" not in change else "country = ''"  # what ends a row erases it, too
    assert not is_refused("public", of(allowed, row.pk), link_of(row))
    assert not is_refused("public", of("wants_updates = FALSE, mailbox = NULL", row.pk))


@pytest.mark.parametrize("column", ["state", "token_hash", "entry_index", "public_name", "name_state"])
def test_what_the_public_pages_add_is_pending_and_has_no_link_yet(roles, column):
    values = {"state": "confirmed", "token_hash": b"\1" * 32, "entry_index": 1, "name_state": "approved"}
    petition = make_petition()
    row = make_signatory(petition, visibility="public", state="pending")
    row.confirmed_at = timezone.now()
    with acting_as("public"):
        store_anew(row)
    setattr(row, column, values.get(column, "Anybody"))
    with pytest.raises(ProgrammingError, match="may not do this"), acting_as("public"), transaction.atomic():
        store_anew(row)


def store_anew(row):
    row.pk = uuid7()
    row.email_digest = row.pk.bytes * 2
    statements.store(row, OutgoingMail(kind=OutgoingMail.Kind.FORM, mailbox=b"sealed"))


def test_a_refusal_is_no_accident_of_an_empty_table(roles):
    make_signatory(make_petition(), name="Ri Unusualname")
    assert not is_refused("public", "SELECT state FROM campaign_signatory")
    assert is_refused("public", "SELECT identity FROM campaign_signatory")
    assert not is_refused("admin", "SELECT identity FROM campaign_signatory")


# --- Records that nobody changes --------------------------------------------------------------------------------------
RECORDS = ["campaign_accessrecord", "campaign_accessreview", "campaign_decision", "django_admin_log"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", RECORDS)
def test_what_staff_did_is_neither_changed_nor_deleted(roles, role, table):
    assert is_refused(role, f"UPDATE {table} SET id = id")
    assert is_refused(role, f"DELETE FROM {table}") or (role, table) == ("worker", "campaign_accessrecord")


def test_the_worker_deletes_old_access_records_alone_and_reads_none(roles):
    by = make_staff()
    with time_machine.travel(timezone.now() - timedelta(days=3 * 365 + 1), tick=False):
        AccessRecord.objects.create(act="opened", by=by, purpose="long ago")
    AccessRecord.objects.create(act="opened", by=by, purpose="just now")
    with acting_as("worker"):
        assert forget_what_is_over()["access records"] == 1
        with pytest.raises(IntegrityError, match="campaign_accessrecord_never_goes"), transaction.atomic():
            AccessRecord.objects.all().delete()
    assert is_refused("worker", "SELECT purpose FROM campaign_accessrecord")
    assert [record.purpose for record in AccessRecord.objects.all()] == ["just now"]


@pytest.mark.parametrize("sql", [
    "DELETE FROM campaign_signatory",
    "UPDATE campaign_signatory SET identity = NULL",
    "UPDATE campaign_signatory SET entry_index = 1",
    "SELECT digest FROM campaign_mailgate",
    "UPDATE campaign_outgoingmail SET mailbox = NULL",
    "DELETE FROM auth_user",
    "DELETE FROM campaign_delivery",
    "SELECT * FROM campaign_receipt",
    "INSERT INTO campaign_signatory (id) VALUES (gen_random_uuid())",
])  # fmt: skip
def test_the_admin_is_refused(roles, sql):
    assert is_refused("admin", sql)


@pytest.mark.parametrize("sql", [
    "DELETE FROM campaign_signatory",
    "INSERT INTO campaign_signatory (id) VALUES (gen_random_uuid())",
    "UPDATE campaign_signatory SET edition_id = edition_id",
    "UPDATE campaign_logentry SET raw = ''",
    "DELETE FROM campaign_logentry",
    "DELETE FROM campaign_petitionlog",
    "UPDATE campaign_petitionedition SET demand = 'another'",
    "SELECT * FROM campaign_accessrecord",
    "SELECT * FROM campaign_accessreview",
    "SELECT * FROM auth_user",
    "SELECT * FROM django_session",
    "SELECT * FROM mfa_authenticator",
])  # fmt: skip
def test_the_worker_is_refused(roles, sql):
    assert is_refused("worker", sql)


@pytest.mark.parametrize("role", ROLES)
def test_whoever_ends_a_signature_ends_its_receipt_without_a_right_to_delete_one(roles, role):
    row = make_signatory(make_petition())
    Receipt.objects.create(signatory=row, sealed=b"sealed")
    assert is_refused(role, "DELETE FROM campaign_receipt") is (role != "worker")
    row.came_by = link_of(row)
    with acting_as(role), transaction.atomic():
        statements.show_link(row)
        assert Signatory.objects.filter(pk=row.pk).update(state="rejected", ended_at=timezone.now()) == 1
    assert not Receipt.objects.exists()


def test_the_trigger_deletes_nothing_else_whatever_stands_before_it_on_the_way_to_a_table(roles):
    """A function with its owner's rights names the schema that it looks in."""
    settings = value("SELECT proconfig FROM pg_proc WHERE proname = 'receipt_goes_with_its_words'")
    assert settings == ["search_path=public, pg_temp"]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_alters_or_empties_tables(roles, role):
    for act in ("TRUNCATE", "REFERENCES", "TRIGGER"):
        assert tables_where(role, act) == []
    assert is_refused(role, "CREATE TABLE mine (id integer)")
    assert is_refused(role, "DROP TABLE campaign_notice")


# --- The file ---------------------------------------------------------------------------------------------------------
def test_every_table_is_granted_to_somebody_or_named_here(roles):
    named = set(re.findall(r"\b(?:campaign|auth|django|account|mfa)_\w+", GRANTS.read_text()))
    assert {name for (name,) in rows(TABLES)} - named == set()
    assert named - {name for (name,) in rows(TABLES)} == set()


def test_granting_again_changes_nothing_and_takes_back_what_was_added_by_hand(roles):
    grants = GRANTS.read_text().replace("undersigned_", PREFIX)
    privileges = "SELECT table_name, column_name, grantee, privilege_type FROM information_schema.column_privileges"
    before = sorted(rows(f"{privileges} WHERE grantee LIKE %s", PREFIX + "%"))
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT (identity), DELETE ON campaign_signatory TO {PREFIX}public")
        cursor.execute(grants)
    assert sorted(rows(f"{privileges} WHERE grantee LIKE %s", PREFIX + "%")) == before
    assert len(before) > 100


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite knows no roles")
def test_a_database_without_roles_is_told_so():
    with pytest.raises(CommandError, match="SQLite knows no roles"):
        call_command("grants")
