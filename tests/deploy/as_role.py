"""A pytest plugin, `-p tests.deploy.as_role`: the suite on PostgreSQL with the rights that production gives.

Tests go on making their rows as the owner of the tables. But each request runs with the rights of the public pages, or
of the admin where it goes to /admin/; acts of staff run with the admin's, rounds of the worker with the worker's. The
rights are those of deploy/grants.sql, under role names of the test run.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.client import ClientHandler

ROLES = ("public", "admin", "worker")
PREFIX = f"undersigned_test{os.getpid()}_"
GRANTS = Path(__file__).resolve().parent.parent.parent / "deploy" / "grants.sql"
ACTS = {  # of staff
    "staff.access": ["see_who", "find_by_address"],
    "delivering.canary": ["prove_key"],
    "mailing.updates": ["mail_update", "cancel_mailing"],
    "moderating.bulk": ["decide_in_bulk", "decide_by_condition", "undo_bulk_decision", "cancel_bulk_decision"],
    "moderating.decisions": ["reject", "restore"],
    "moderating.floods": ["look", "busiest_networks"],
    "moderating.name_queue": ["open_queue", "decide_names", "refuse_name", "review_name"],
    "delivering.deliveries": [
        "request_export",
        "request_delivery",
        "approve_delivery",
        "cancel_delivery",
        "retry_delivery",
    ],
    "delivering.taking": ["open_file", "show_passphrase", "delete_file"],
    "delivering.handing_over": ["hand_over", "correct_handover", "record_reply", "record_manifest", "pass_on"],
}
ROUNDS = {  # of the worker
    "restoring.journal": ["keep_journal", "replay"],
    "mailing.updates": ["advance_mailings"],
    "mailing.mail": ["send_due_mails"],
    "counting.reconciling": ["reconcile_counts"],
    "counting.log": ["tend_logs", "publish"],
    "restoring.log_repair": ["mend"],
    "restoring.log_restore": ["bring_back"],
    "moderating.bulk": ["advance_bulk_decisions"],
    "delivering.building": ["build_deliveries"],
    "delivering.taking": ["delete_outlived_files"],
    "delivering.handing_over": ["write_striking_notices"],
    "delivering.receipt_making": ["make_receipts"],
    "pages.petitions": ["turn_petitions"],
    "admitting.slow_lane": ["release_mails"],
    "moderating.watching": ["watch_confirmations"],
    "counting.tallies": ["take_tallies"],
    "forgetting.privacy": ["expire_signatories", "forget_what_is_over"],
    "moderating.shown_names": ["publish_names"],
}


def make_roles() -> None:
    """The roles, and the shipped grants on the test's tables."""
    with connection.cursor() as cursor:
        for role in ROLES:
            cursor.execute(f"CREATE ROLE {PREFIX}{role}; GRANT {PREFIX}{role} TO CURRENT_USER")
        cursor.execute(GRANTS.read_text().replace("undersigned_", PREFIX))


def drop_roles() -> None:
    names = ", ".join(f"{PREFIX}{role}" for role in ROLES)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {names}; DROP ROLE {names}")


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Run what is inside with a role's rights. Beside Django's cursor, so that nobody counts it as a query."""
    connection.ensure_connection()
    raw = connection.connection
    before = raw.execute("SELECT current_user").fetchone()[0]
    raw.execute(f"SET ROLE {PREFIX}{role}")
    try:
        yield
    finally:
        if not raw.closed and raw.info.transaction_status.name != "INERROR":  # else the rollback takes the role back
            raw.execute(f'SET ROLE "{before}"')


def _answer(get_response: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get_response)
    def answered(handler: Any, request: Any) -> Any:
        if request.path == "/healthz":  # asks no database, and a test says so
            return get_response(handler, request)
        with acting_as("admin" if request.path.startswith("/admin/") else "public"):
            return get_response(handler, request)

    return answered


def _done_as(role: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def done(*args: Any, **kwargs: Any) -> Any:
        with acting_as(role):
            return call(*args, **kwargs)

    return done


def pytest_configure() -> None:
    """Put the roles in before any test module has taken a function by its name."""
    ClientHandler.get_response = _answer(ClientHandler.get_response)  # type: ignore[method-assign]
    for role, table in (("admin", ACTS), ("worker", ROUNDS)):
        for name, calls in table.items():
            module = import_module(f"campaign.actions.{name}")
            for each in calls:
                setattr(module, each, _done_as(role, getattr(module, each)))


@pytest.fixture(scope="session", autouse=True)
def _roles(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        make_roles()
    yield
    with django_db_blocker.unblock():
        drop_roles()
