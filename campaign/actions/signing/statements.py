"""The statements written by hand: those that everybody who signs and confirms must wait for.

The ORM takes longer to write them than the database to run them, and its upsert can only copy columns. On PostgreSQL
each is prepared once a connection: planning one costs about as much as running it (docs/operations.md).
"""

from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.utils import timezone

from campaign import crypto
from campaign.models import OutgoingMail, Petition, Signatory, SpentProof
from campaign.models.mail import QUEUED
from campaign.models.petition import OPEN
from campaign.models.signatory import MOVES, PENDING

_SHOW_LINK = "set_config('undersigned.link', %s, TRUE)"  # TRUE: until the transaction ends
_UNREAD = ("identity", "mailbox", "nonce", "network_tag", "domain_class")


class NotOpenError(Exception):
    """The petition takes no signatures; nothing was written."""


def store(row: Signatory, mail: OutgoingMail, proof: UUID | None = None) -> None:
    """Insert the row, or note a further form on the one that stands for its mailbox; queue the mail to it.

    A proof that was not spent yet takes the mail out of the slow lane. Nothing comes between looking and writing,
    whoever else signs, withdraws, closes or spends. Raises NotOpenError.
    """
    values = [*_values(row), row.petition_id, OPEN, PENDING]
    if connection.vendor == "postgresql":
        spent = [proof] if proof else []
        if not _run(_store_sql(bool(proof)), [*values, *spent, *_values(mail, but="signatory_id")]):
            raise NotOpenError
        return
    with transaction.atomic():
        standing = _run(_insert_or_note_sql(), values)
        if not standing:
            raise NotOpenError
        if proof and _run(_spend_sql("VALUES (%s)"), [proof.hex]):
            mail.state, mail.network_tag = QUEUED, None
        mail.signatory_id = Signatory._meta.pk.to_python(standing[0][0])
        mail.save(force_insert=True)


def find_by_token(token: str) -> Signatory | None:
    """Whose link it is, without what the public process may write and not read back."""
    signatory = _find(crypto.token_hash(token))
    if signatory is not None:
        signatory.came_by = token
    return signatory


def _find(token_hash: bytes) -> Signatory | None:
    if connection.vendor != "postgresql":
        return Signatory.objects.defer(*_UNREAD).filter(token_hash=token_hash).first()
    found = _run(_find_sql(), [token_hash])
    return Signatory.from_db(connection.alias, _readable(), found[0]) if found else None


def show_link(signatory: Signatory) -> None:
    """Show the database the link that a signatory came by, for the transaction that changes her row: of the public
    pages it takes no change without it (deploy/grants.sql). Elsewhere nobody asks.
    """
    if signatory.came_by and connection.vendor == "postgresql":
        _run(f"SELECT {_SHOW_LINK}", [signatory.came_by])


def move(signatory: Signatory, action: str, *, with_name_standing: bool = False, **values: Any) -> bool:
    """SignatoryQuerySet.move for one row: whether *this* call made the move (see models/signatory.py)."""
    sources, target, time_column = MOVES[action]
    values |= {"state": target, time_column: timezone.now()}
    link = [signatory.came_by] if signatory.came_by and connection.vendor == "postgresql" else []
    sql = _move_sql(tuple(values), sources, with_name_standing, bool(link))
    fields = [Signatory._meta.get_field(name) for name in values] + [Signatory._meta.pk]
    return bool(_run(sql, _prepared(fields, [*values.values(), signatory.pk]) + link))


def note_tokens(hashes: dict[UUID, bytes]) -> None:
    """Give each row the hash of its link. One by one in one go: a CASE of a hundred takes longer to write and plan."""
    fields = [Signatory._meta.get_field("token_hash"), Signatory._meta.pk]
    if hashes:
        with _cursor() as cursor:
            cursor.executemany(_token_sql(), [_prepared(fields, [value, pk]) for pk, value in hashes.items()])


# --- In SQL ------------------------------------------------------------------------------------------------------
@cache
def _insert_or_note_sql() -> str:
    """Words differ once they have differed, or the digests do. Returns the key of the row that stands."""
    table, petitions = Signatory._meta.db_table, Petition._meta.db_table
    return (
        f"INSERT INTO {table} ({_columns(Signatory)})"  # noqa: S608 # nosec B608 # names of our own, as in all
        f" SELECT {', '.join(['%s'] * len(_fields(Signatory)))} FROM {petitions} WHERE id = %s AND state = %s"
        f" ON CONFLICT (petition_id, email_digest) DO UPDATE SET words_differ = {table}.words_differ"
        f" OR ({table}.state = %s AND NOT COALESCE({table}.words_digest = EXCLUDED.words_digest, FALSE)) RETURNING id"
    )


def _spend_sql(source: str) -> str:
    """Returns the key to who spends it first, whoever tries at the same time."""
    return f"INSERT INTO {SpentProof._meta.db_table} (id) {source} ON CONFLICT DO NOTHING RETURNING id"


@cache
def _store_sql(is_paid: bool) -> str:
    """Signatory, proof and mail in one statement, which is a transaction of its own; SQLite knows no such thing."""
    given = {"signatory_id": "standing.id"}
    spent = ""
    if is_paid:
        spent = ", spent AS (" + _spend_sql("SELECT %s FROM standing") + ")"  # noqa: S608
        paid = "CASE WHEN EXISTS (SELECT FROM spent) THEN {} ELSE %s END"
        given |= {"state": paid.format(f"'{QUEUED}'"), "network_tag": paid.format("NULL::bytea")}
    values = ", ".join(given.get(field.attname, "%s") for field in _fields(OutgoingMail))
    return (
        f"WITH standing AS ({_insert_or_note_sql()}){spent}"  # noqa: S608 # nosec B608
        f" INSERT INTO {OutgoingMail._meta.db_table} ({_columns(OutgoingMail)}) SELECT {values} FROM standing"
        " RETURNING signatory_id"
    )


@cache
def _find_sql() -> str:
    columns = _columns(Signatory, *_UNREAD)
    return f"SELECT {columns} FROM {Signatory._meta.db_table} WHERE token_hash = %s"  # noqa: S608 # nosec B608


@cache
def _readable() -> list[str]:
    return [field.attname for field in _fields(Signatory) if field.name not in _UNREAD]


@cache
def _move_sql(names: tuple[str, ...], sources: tuple[str, ...], with_name_standing: bool, shows_link: bool) -> str:
    settings = ", ".join(f"{name} = %s" for name in names)
    states = ", ".join(f"'{state}'" for state in sources)  # written out: the partial index must be seen to serve
    standing = " AND NOT words_differ AND visibility <> 'counted'" if with_name_standing else ""
    link = f" AND {_SHOW_LINK} IS NOT NULL" if shows_link else ""  # not asked: shown, without a round trip of its own
    return (
        f"UPDATE {Signatory._meta.db_table} SET {settings}"  # noqa: S608 # nosec B608
        f" WHERE id = %s AND state IN ({states}){standing}{link} RETURNING id"
    )


@cache
def _token_sql() -> str:
    return f"UPDATE {Signatory._meta.db_table} SET token_hash = %s WHERE id = %s"  # noqa: S608 # nosec B608


def _fields(model: type[models.Model]) -> Any:
    return model._meta.concrete_fields


def _columns(model: type[models.Model], *but: str) -> str:
    return ", ".join(str(field.column) for field in _fields(model) if field.name not in but)


def _values(row: models.Model, but: str = "") -> list[Any]:
    fields = [field for field in _fields(type(row)) if field.attname != but]
    return _prepared(fields, [getattr(row, field.attname) for field in fields])


def _prepared(fields: list[Any], values: list[Any]) -> list[Any]:
    if connection.vendor == "postgresql":  # which takes keys, bytes and times as they are
        return values
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, values, strict=True)]


def _run(sql: str, values: list[Any]) -> list[Any]:
    with _cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _cursor() -> Any:
    database: Any = connections[DEFAULT_DB_ALIAS]  # `connection` looks this up at every use
    if database.vendor != "postgresql" or database.queries_logged:  # a prepared statement could not be shown
        return database.cursor()
    database.ensure_connection()
    # Django's own cursor writes the values into the text, and no text comes twice to be prepared.
    cursor = ServerBindingCursor(database.connection)  # type: ignore[call-arg] # stubs of psycopg 2
    return database._prepare_cursor(cursor)
