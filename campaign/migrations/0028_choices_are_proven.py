"""A name is shown only by a proof that its owner's link made; and what a row's envelopes and link go by stays."""

from importlib import import_module

from django.db import migrations, models

TABLE, TRIGGER = "campaign_signatory", "signatory_keys_stand"
KEYS = ("nonce", "email_digest", "gate_link")  # an erasure empties them; nothing else may change them
receipts = import_module("campaign.migrations.0025_receipts")
ERASED = {
    "country": "", "domain_class": "", "name_state": "", "wants_updates": False, "words_differ": False,
    **dict.fromkeys(
        ("choice_proof", "commitment", "email_digest", "gate_link", "identity", "mailbox", "name_number", "network_tag",
         "nonce", "public_name", "stub", "words_digest"),
    ),
}


def set_triggers(apps, schema_editor):
    before = f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE OF {', '.join(KEYS)} ON {TABLE}"
    if schema_editor.connection.vendor == "sqlite":
        changed = " OR ".join(f"(NEW.{key} IS NOT NULL AND NEW.{key} IS NOT OLD.{key})" for key in KEYS)
        schema_editor.execute(f"{before} WHEN {changed} BEGIN SELECT RAISE(ABORT, '{TRIGGER}'); END")
        receipts.set_trigger(apps, schema_editor)  # it went with the table, which SQLite made anew
        return
    changed = " OR ".join(f"(NEW.{key} IS NOT NULL AND NEW.{key} IS DISTINCT FROM OLD.{key})" for key in KEYS)
    schema_editor.execute(
        f"CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{TRIGGER}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    schema_editor.execute(f"{before} FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {TRIGGER}()")


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER {TRIGGER}")
        receipts.drop_trigger(apps, schema_editor)
    else:
        schema_editor.execute(f"DROP TRIGGER {TRIGGER} ON {TABLE}; DROP FUNCTION {TRIGGER}()")


def restore_receipts_trigger(apps, schema_editor):
    """Backwards: once the table is the old one again."""
    if schema_editor.connection.vendor == "sqlite":
        receipts.set_trigger(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("campaign", "0027_decisions_of_a_bulk")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, restore_receipts_trigger),
        migrations.RemoveConstraint("signatory", "signatory_erased_leaves_no_trace"),
        migrations.AddField(
            "signatory",
            "choice_proof",
            models.BinaryField(
                help_text="By who holds the link: that the name, or its initials, may be shown.",
                max_length=32,
                null=True,
            ),
        ),
        migrations.AddConstraint(
            "signatory",
            models.CheckConstraint(
                condition=models.Q(("erased_at__isnull", True))
                | models.Q(*((name, value) for name, value in ERASED.items() if value is not None))
                & models.Q(*((f"{name}__isnull", True) for name, value in ERASED.items() if value is None)),
                name="signatory_erased_leaves_no_trace",
            ),
        ),
        migrations.RunPython(set_triggers, drop_triggers),
    ]
