"""Reviews of accesses; and the database itself lets no decision or review go, and no access record that is young.

Changing them it refused before. Who owns the tables could drop these triggers; none of the site's roles does.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT_DAYS = 3 * 365  # as settings.ACCESS_RECORD_LIFETIME
YOUNG = {
    "sqlite": f"OLD.created_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{KEPT_DAYS} days')",
    "postgresql": f"OLD.created_at > now() - interval '{KEPT_DAYS} days'",
}


def guards(vendor):
    """Statements that set each guard and take it away; SQLite loses them whenever it makes a table anew."""
    yield _guard(vendor, "campaign_decision", "DELETE", "TRUE")
    yield _guard(vendor, "campaign_accessrecord", "DELETE", YOUNG[vendor])
    yield _guard(vendor, "campaign_accessreview", "DELETE", "TRUE")
    yield _guard(vendor, "campaign_accessreview", "UPDATE", "TRUE")


def _guard(vendor, table, act, condition):
    name = f"{table}_never_{'changes' if act == 'UPDATE' else 'goes'}"
    if vendor == "sqlite":
        body = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        return f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {condition} {body}", f"DROP TRIGGER {name}"
    function = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    trigger = f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
    return f"{function}; {trigger}", f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()"


def set_guards(apps, schema_editor):
    for create, _drop in guards(schema_editor.connection.vendor):
        schema_editor.execute(create)


def drop_guards(apps, schema_editor):
    for _create, drop in guards(schema_editor.connection.vendor):
        schema_editor.execute(drop)


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0019_risky_providers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='Its first day.', verbose_name='month')),
                ('records', models.PositiveIntegerField(verbose_name='records')),
                ('own_records', models.PositiveIntegerField(verbose_name='of them own')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'review of accesses',
                'verbose_name_plural': 'reviews of accesses',
                'ordering': ['-id'],
            },
        ),
        migrations.RunPython(set_guards, drop_guards),
    ]
