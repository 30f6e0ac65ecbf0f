"""Would a release that still runs survive these migrations? django-migration-linter, without being an installed app.

It reads the SQL that PostgreSQL would be sent. SQLite remakes a table for most changes, and its linter then takes every
column for a new one; an embedded site is stopped while it migrates, and has no second release beside it.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

import django  # noqa: E402 - the path and the settings come first
from django.conf import settings  # noqa: E402
from django_migration_linter import MigrationLinter  # noqa: E402

django.setup()
if settings.IS_SQLITE:
    print("Skipped: needs PostgreSQL, set DATABASE_URL")
    sys.exit()
linter = MigrationLinter(str(ROOT), include_apps=["campaign"], no_cache=True)
linter.lint_all_migrations()
linter.print_summary()
sys.exit(1 if linter.has_errors else 0)
