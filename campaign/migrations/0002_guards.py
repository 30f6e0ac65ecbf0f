"""The single rows, and what the database itself refuses: changing a signed demand, changing what staff did."""

from django.db import migrations

SIGNED_TEXT = ("language", "version", "title", "addressee", "demand", "delivered_columns", "petition_id")
APPEND_ONLY = ("campaign_decision", "campaign_accessrecord")


def make_single_rows(apps, schema_editor):
    apps.get_model("campaign", "PublicVersion").objects.get_or_create(pk=1)
    apps.get_model("campaign", "MailQueue").objects.get_or_create(pk=1)


def guards(vendor):
    changed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in SIGNED_TEXT)
    signed = f"OLD.first_signed_at IS NOT NULL AND ({changed})"
    yield _guard(vendor, "campaign_petitionedition", "edition_signed_never_changes", signed)
    for table in APPEND_ONLY:
        yield _guard(vendor, table, f"{table}_never_changes", "TRUE")


def _guard(vendor, table, name, condition):
    if vendor == "sqlite":
        return (
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",
            f"DROP TRIGGER {name}",
        )
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    trigger = f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
    return f"{function}; {trigger}", f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()"


def set_guards(apps, schema_editor):
    for create, _drop in guards(schema_editor.connection.vendor):
        schema_editor.execute(create)


def drop_guards(apps, schema_editor):
    for _create, drop in guards(schema_editor.connection.vendor):
        schema_editor.execute(drop)


class Migration(migrations.Migration):
    dependencies = [("campaign", "0001_first")]
    operations = [
        migrations.RunPython(make_single_rows, migrations.RunPython.noop),
        migrations.RunPython(set_guards, drop_guards),
    ]
