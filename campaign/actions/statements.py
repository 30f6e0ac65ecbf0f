"""Three statements written by hand: those that everybody who signs and confirms must wait for.

The ORM takes longer to write them than the database to run them, and its upsert can only copy columns.
"""

from functools import cache
from typing import Any

from django.db import connection, models, transaction

from campaign import crypto
from campaign.models import OutgoingMail, Petition, Signatory
from campaign.models.petition import OPEN
from campaign.models.signatory import PENDING

_SEALED = ("identity", "mailbox", "nonce")


class NotOpenError(Exception):
    """The petition takes no signatures; nothing was written."""


def store(row: Signatory, mail: OutgoingMail) -> None:
    """Insert the row, or note a further form on the one that stands for its mailbox; queue the mail to it.

    Nothing comes between looking and writing, whoever else signs, withdraws or closes. Raises NotOpenError.
    """
    values = [*_values(row), row.petition_id, OPEN, PENDING]
    if connection.vendor == "postgresql":
        if not _run(_store_sql(), [*values, *_values(mail, but="signatory_id")]):
            raise NotOpenError
        return
    with transaction.atomic():
        standing = _run(_insert_or_note_sql(), values)
        if not standing:
            raise NotOpenError
        mail.signatory_id = Signatory._meta.pk.to_python(standing[0][0])
        mail.save(force_insert=True)


def find_by_token(token: str) -> Signatory | None:
    """Whose link it is, without the envelopes and the nonce: the public process may not read them back."""
    found = list(Signatory.objects.raw(_find_sql(), [crypto.token_hash(token)]))
    return found[0] if found else None


# --- In SQL ------------------------------------------------------------------------------------------------------
@cache
def _insert_or_note_sql() -> str:
    """Words differ once they have differed, or the digests do. Returns the key of the row that stands."""
    table, petitions = Signatory._meta.db_table, Petition._meta.db_table
    return (
        f"INSERT INTO {table} ({_columns(Signatory)})"  # noqa: S608 - names of our own, as in all of these
        f" SELECT {', '.join(['%s'] * len(_fields(Signatory)))} FROM {petitions} WHERE id = %s AND state = %s"
        f" ON CONFLICT (petition_id, email_digest) DO UPDATE SET words_differ = {table}.words_differ"
        f" OR ({table}.state = %s AND NOT COALESCE({table}.words_digest = EXCLUDED.words_digest, FALSE)) RETURNING id"
    )


@cache
def _store_sql() -> str:
    """Signatory and mail in one statement, which is a transaction of its own; SQLite knows no such thing."""
    values = ", ".join("standing.id" if field.attname == "signatory_id" else "%s" for field in _fields(OutgoingMail))
    return (
        f"WITH standing AS ({_insert_or_note_sql()})"  # noqa: S608
        f" INSERT INTO {OutgoingMail._meta.db_table} ({_columns(OutgoingMail)}) SELECT {values} FROM standing"
        " RETURNING signatory_id"
    )


@cache
def _find_sql() -> str:
    columns = _columns(Signatory, *_SEALED)
    return f"SELECT {columns} FROM {Signatory._meta.db_table} WHERE token_hash = %s"  # noqa: S608


def _fields(model: type[models.Model]) -> Any:
    return model._meta.concrete_fields


def _columns(model: type[models.Model], *but: str) -> str:
    return ", ".join(str(field.column) for field in _fields(model) if field.name not in but)


def _values(row: models.Model, but: str = "") -> list[Any]:
    fields = [field for field in _fields(type(row)) if field.attname != but]
    if connection.vendor == "postgresql":  # which takes keys, bytes and times as they are
        return [getattr(row, field.attname) for field in fields]
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def _run(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
