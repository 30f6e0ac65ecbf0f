"""Whether the site can do its work: asked by people and monitors, never by what restarts processes."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from campaign.actions.mail import oldest_due_seconds
from campaign.models import MailQueue


def readiness() -> dict[str, dict[str, Any]]:
    """Each check by name: `ok`, and a number or word that tells more. Times in whole seconds."""
    try:
        pending = _pending_migrations()
        if pending:
            return {"database": {"ok": True}, "migrations": {"ok": False, "pending": pending}}
        return {"database": {"ok": True}, "migrations": {"ok": True, "pending": 0}, "mail": _mail()}
    except DatabaseError:
        return {"database": {"ok": False}}


def _pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _mail() -> dict[str, Any]:
    """The queue's age counts also while it is paused: mail that is not leaving is what the monitor should see."""
    queue = MailQueue.load()
    waited = oldest_due_seconds()
    if queue.paused_since:
        waited = max(waited, (timezone.now() - queue.paused_since).total_seconds())
    return {
        "ok": waited < settings.QUEUE_RED_AFTER.total_seconds(),
        "oldest_due_seconds": int(waited),
        "is_paused": queue.paused_since is not None,
    }
