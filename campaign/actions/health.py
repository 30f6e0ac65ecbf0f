"""Whether the site can do its work: asked by people and monitors, never by what restarts processes."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from campaign.actions.mailing.mail import oldest_due_seconds
from campaign.actions.restoring.journal import oldest_unwritten_seconds
from campaign.models import ErasureJournal, MailQueue, PetitionLog


def readiness() -> dict[str, dict[str, Any]]:
    """Each check by name: `ok`, and a number or word that tells more. Times in whole seconds."""
    try:
        pending = _pending_migrations()
        if pending:
            return {"database": {"ok": True}, "migrations": {"ok": False, "pending": pending}}
        return {
            "database": {"ok": True},
            "migrations": {"ok": True, "pending": 0},
            "mail": _mail(),
            "journal": _journal(),
            "log": _log(),
        }
    except DatabaseError:
        return {"database": {"ok": False}}


def _pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _log() -> dict[str, Any]:
    """A log that is refused stands still, and its petition's count with it, until somebody looks into it."""
    refused = PetitionLog.objects.refused().count()
    return {"ok": refused == 0, "refused": refused}


def _mail() -> dict[str, Any]:
    """Mail that is not leaving is what the monitor should see: a pause alone, with nothing due, is no trouble."""
    waited = oldest_due_seconds()
    return {
        "ok": waited < settings.QUEUE_RED_AFTER.total_seconds(),
        "oldest_due_seconds": int(waited),
        "is_paused": MailQueue.load().paused_since is not None,
    }


def _journal() -> dict[str, Any]:
    """Whether the site is closed, a backup having been restored; and how far the journal of erasures lags."""
    journal, waited = ErasureJournal.load(), oldest_unwritten_seconds()
    return {
        "ok": journal.closed_since is None and waited < settings.QUEUE_RED_AFTER.total_seconds(),
        "closed": journal.reason,
        "oldest_unwritten_seconds": int(waited),
    }
