"""Data for whole sites: keys, static files, an admin and the seeded database, prepared once and copied for each."""

import atexit
import functools
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg

from campaign.management.commands.keys import new_secrets

ROOT = Path(__file__).resolve().parent.parent
PREPARE = """
import django
django.setup()
from django.core.management import call_command
for command in ("migrate", "collectstatic"):
    call_command(command, interactive=False, verbosity=0)
for command in ("load_seeds", "ensure_admin"):
    call_command(command)
"""


class Prepared(NamedTuple):
    """A folder with static files and an admin's password, a migrated and seeded database, the keys that go with it."""

    folder: Path
    keys: dict[str, str]
    database: str


@functools.cache
def prepared() -> Prepared:
    """Made for the first site of a test run, and copied for each."""
    folder = Path(tempfile.mkdtemp(prefix="undersigned-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    keys, database = new_secrets() | {"STATIC_ROOT": str(folder / "static")}, new_database(folder)
    made = subprocess.run(
        [sys.executable, "-c", PREPARE],
        env=variables(folder, keys, database), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    return Prepared(folder, keys, database)


def variables(folder: Path, keys: dict[str, str], database: str) -> dict[str, str]:
    """What a site's processes are told, and nothing of the test run's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | keys | {
        "DATABASE_URL": database,
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "campaign.settings",
        "PYTHONUNBUFFERED": "1",
        "EMAIL_URL": "smtp://127.0.0.1:9",  # nobody listens: a site has a server of its own
        "ORGANISATION_NAME": "Test Organisation",
        "ORGANISATION_CONTACT": "contact@example.org",
        "DEFAULT_FROM_EMAIL": "petitions@example.org",
    }  # fmt: skip


def new_database(folder: Path, template: str = "") -> str:
    """The address of a new database: a file in `folder`, or one on the server the test run was given."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        if template:
            copy_sqlite(Path(template.removeprefix("sqlite:///")), folder / "undersigned.sqlite3")
        return f"sqlite:///{folder / 'undersigned.sqlite3'}"
    name = f"site_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        like = f' TEMPLATE "{urlsplit(template).path[1:]}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{like}'.encode())
    atexit.register(drop_database, server, name)
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def drop_database(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def put_back(database: str, backup: str) -> None:
    """Let a database be what a backup of it says. Nobody may be connected to either."""
    if database.startswith("sqlite"):
        path = Path(database.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        shutil.copy(backup.removeprefix("sqlite:///"), path)
        return
    name, copy = (urlsplit(address).path[1:] for address in (database, backup))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{copy}"'.encode())


def copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


def select(database: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"), timeout=20)) as connection:
            return connection.execute(query).fetchall()
    with psycopg.connect(database) as connection:
        return connection.execute(query.encode()).fetchall()


def dump(database: str) -> bytes:
    """Every row of every table on a server, as COPY writes it; nothing of SQLite, whose files say more."""
    if database.startswith("sqlite"):
        return b""
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        return b"".join(block for (name,) in tables.fetchall() for block in copy_out(connection, name))


def copy_out(connection: psycopg.Connection, table: str) -> Iterator[bytes]:
    with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as blocks:
        yield from map(bytes, blocks)
