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

# What the linter cannot know of a migration, and why an old release lives with it all the same.
JUDGED = [
    "0010_reasons_have_classes",  # a longer varchar is a line in PostgreSQL's catalogue; old acts stay valid
    "0011_names_and_floods",  # the unique constraint stands on a column that is new and empty
    "0014_hero_widths",  # the old admin cannot add an article while it is being replaced; it can after it
    "0017_mailings",  # the unique constraint stands on a column that is new and empty
    "0021_logs",  # drops the flag that the log takes the place of; no release has read it
    "0022_deliveries_for_addressees",  # its unique constraints stand on columns that are new and empty
]

django.setup()
if settings.IS_SQLITE:
    print("Skipped: needs PostgreSQL, set DATABASE_URL")
    sys.exit()
linter = MigrationLinter(str(ROOT), include_apps=["campaign"], ignore_name=JUDGED, no_cache=True)
linter.lint_all_migrations()
linter.print_summary()
sys.exit(1 if linter.has_errors else 0)
