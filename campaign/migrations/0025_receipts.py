"""Receipts, and what makes each go with the words that it proves, whoever takes them back."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

TRIGGER = "receipt_goes_with_its_words"
SIGNATORIES = "campaign_signatory"
DELETE = "DELETE FROM campaign_receipt WHERE signatory_id = OLD.id"
# Where the statement sets none of these, as most do, nothing is looked at.
AFTER = f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF state, commitment, erased_at ON {SIGNATORIES}"
GONE = "NEW.state <> 'confirmed' OR NEW.erased_at IS NOT NULL OR OLD.commitment IS {} NEW.commitment"


def set_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"{AFTER} WHEN {GONE.format('NOT')} BEGIN {DELETE}; END")
        return
    # With the rights of its owner: the public process erases who withdraws, and may delete nothing by itself.
    schema_editor.execute(
        f"CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = public, pg_temp AS $$ BEGIN {DELETE}; RETURN NULL; END $$"
    )
    condition = GONE.format("DISTINCT FROM")
    schema_editor.execute(f"{AFTER} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {TRIGGER}()")


def drop_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER {TRIGGER}")
    else:
        schema_editor.execute(f"DROP TRIGGER {TRIGGER} ON {SIGNATORIES}; DROP FUNCTION {TRIGGER}()")


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0024_tries_in_vain'),
    ]

    operations = [
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('signatory', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='receipt', serialize=False, to='campaign.signatory')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sealed', models.BinaryField(null=True)),
                ('failed', models.BooleanField(db_default=False, default=False, help_text='Her name or the log do not fit.')),
            ],
            options={
                'verbose_name': 'receipt',
                'verbose_name_plural': 'receipts',
                'constraints': [models.CheckConstraint(condition=models.Q(('failed', False), ('sealed__isnull', True), _connector='OR'), name='receipt_failed_holds_nothing')],
            },
        ),
        migrations.RunPython(set_trigger, drop_trigger),
    ]
