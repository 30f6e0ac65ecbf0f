"""High-risk petitions: a key that was proven before the opening; then mode and key stand, in the database itself.

A later migration that makes SQLite write campaign_petition anew has to set the guard again (see 0010).
"""

from importlib import import_module

from django.db import migrations, models

TABLE, NAME = "campaign_petition", "petition_opened_keeps_mode_and_key"
# Nobody signs a draft, so what is no draft may have been signed; and nothing becomes a draft again.
CONDITION = (
    "OLD.state <> 'draft' AND (NEW.state = 'draft' OR OLD.mode <> NEW.mode"
    " OR OLD.delivery_public_key <> NEW.delivery_public_key OR OLD.proven_fingerprint <> NEW.proven_fingerprint)"
)


def guard(vendor):
    return import_module("campaign.migrations.0002_guards")._guard(vendor, TABLE, NAME, CONDITION)


def set_guard(apps, schema_editor):
    schema_editor.execute(guard(schema_editor.connection.vendor)[0])


def drop_guard(apps, schema_editor):
    schema_editor.execute(guard(schema_editor.connection.vendor)[1])


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0017_mailings'),
    ]

    operations = [
        migrations.AddField(
            model_name='petition',
            name='proven_fingerprint',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=50),
        ),
        migrations.AddConstraint(
            model_name='petition',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('mode', 'standard'), models.Q(('proven_fingerprint', ''), _negated=True), _connector='OR'), name='petition_high_risk_key_is_proven'),
        ),
        migrations.AddConstraint(
            model_name='petition',
            constraint=models.CheckConstraint(condition=models.Q(('mode', 'standard'), models.Q(('default_visibility', 'initials'), _negated=True), _connector='OR'), name='petition_high_risk_shows_nobody'),
        ),
        migrations.RunPython(set_guard, drop_guard),
    ]
