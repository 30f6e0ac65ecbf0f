"""An older backup of the database, put back: the tables that a log lives by, rows and all, past the guards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from campaign.models import LogEntry, Notice, OutgoingMail, Petition, PetitionLog, PublicVersion, Signatory

TABLES = [OutgoingMail, LogEntry, PetitionLog, Signatory]  # those that refer to others first
KEPT = [Petition, PublicVersion]  # whose rows are set back where they stand
Backup = dict[type, list[dict]]


def taken() -> Backup:
    """All rows as they are now."""
    return {model: list(model.objects.values()) for model in [*TABLES, *KEPT]}


@contextmanager
def restored(backup: Backup) -> Iterator[None]:
    """The backup, as the database is from here on."""
    with changing_what_is_guarded():
        for model in TABLES:
            model.objects.all()._raw_delete("default")
        for model in reversed(TABLES):
            model.objects.bulk_create(model(**row) for row in backup[model])
        for model in KEPT:
            for row in backup[model]:
                model.objects.filter(pk=row["id"]).update(**row)
        Notice.objects.all().delete()
    yield


@contextmanager
def changing_what_is_guarded() -> Iterator[None]:
    """The log's guards set aside, as who restores a dump sets them aside."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log_%%'")
        guards = dict(cursor.fetchall())
        for name in guards:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for sql in guards.values():
            cursor.execute(sql)
