"""`manage.py grants`: say in PostgreSQL which role may do what, after each migration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction


class Command(BaseCommand):
    help = "Apply deploy/grants.sql as the owner of the tables. All of it or nothing, so that no gap opens in between."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite knows no roles: grants are for PostgreSQL.")
        sql = (settings.BASE_DIR / "deploy" / "grants.sql").read_text(encoding="utf-8")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        self.stdout.write("The database's roles may do what deploy/grants.sql says, and nothing else.")
