"""The log of each petition in place of a flag on each signature; and what the database itself refuses to do to it."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


ENTRIES, LOGS = "campaign_logentry", "campaign_petitionlog"
GUARDS = (  # name, table, act, on which rows
    ("log_entry_never_changes", ENTRIES, "UPDATE", "TRUE"),
    ("log_entry_never_goes", ENTRIES, "DELETE", "TRUE"),
    ("log_never_shrinks", LOGS, "UPDATE", "NEW.size < OLD.size"),
    ("log_never_goes", LOGS, "DELETE", "TRUE"),
)


def set_guards(apps, schema_editor):
    for name, table, act, condition in GUARDS:
        trigger = f"CREATE TRIGGER {name} BEFORE {act} ON {table}"
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"{trigger} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END")
            continue
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        schema_editor.execute(f"{trigger} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()")


def drop_guards(apps, schema_editor):
    for name, table, _act, _condition in GUARDS:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()")


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0020_access_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='LogEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('petition_id', 'index', blank=True, editable=False, primary_key=True, serialize=False)),
                ('petition', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='log_entries', to='campaign.petition')),
                ('index', models.BigIntegerField()),
                ('kind', models.PositiveSmallIntegerField(help_text='See merkle.entries.')),
                ('ends', models.BigIntegerField(help_text="The index of the signature's entry that counts no more.", null=True)),
                ('raw', models.BinaryField(max_length=64)),
            ],
            options={
                'verbose_name': 'log entry',
                'verbose_name_plural': 'log entries',
            },
        ),
        migrations.CreateModel(
            name='PetitionLog',
            fields=[
                ('petition', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='log', serialize=False, to='campaign.petition')),
                ('origin', models.CharField(max_length=300)),
                ('size', models.BigIntegerField(default=0)),
                ('frontier', models.BinaryField(default=b'', help_text='One hash for each bit of the size: see merkle.tree.')),
                ('added', models.BigIntegerField(default=0)),
                ('withdrawn', models.BigIntegerField(default=0)),
                ('rejected', models.BigIntegerField(default=0)),
                ('published_size', models.BigIntegerField(default=0)),
                ('checkpoint', models.TextField(blank=True, help_text='As it was published last.')),
                ('refusal', models.CharField(blank=True, choices=[('behind', 'the published log is ahead of the database'), ('differs', 'the published log and the database differ'), ('seal', 'a checkpoint is not sealed by our key'), ('files', 'published files are missing or altered'), ('disk', 'the files cannot be written')], max_length=10)),
            ],
            options={
                'verbose_name': 'log',
                'verbose_name_plural': 'logs',
            },
        ),
        migrations.RemoveIndex(
            model_name='signatory',
            name='signatory_uncounted',
        ),
        migrations.RemoveField(
            model_name='signatory',
            name='counted',
        ),
        migrations.RemoveField(
            model_name='signatory',
            name='is_amended',
        ),
        migrations.AddField(
            model_name='signatory',
            name='amended_at',
            field=models.DateTimeField(help_text='Since when the entry commits to older words.', null=True),
        ),
        migrations.AlterField(
            model_name='signatory',
            name='entry_index',
            field=models.BigIntegerField(help_text='The one that counts it now.', null=True, verbose_name='entry in the log'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(models.Q(('state', 'confirmed'), models.Q(('entry_index__isnull', True), ('amended_at__isnull', False), _connector='OR')), models.Q(models.Q(('state', 'confirmed'), _negated=True), ('entry_index__isnull', False)), _connector='OR'), fields=['petition', 'id'], name='signatory_unlogged'),
        ),
        migrations.AddConstraint(
            model_name='petitionlog',
            constraint=models.CheckConstraint(condition=models.Q(('published_size__lte', models.F('size'))), name='log_publishes_what_it_has'),
        ),
        migrations.AddConstraint(
            model_name='petitionlog',
            constraint=models.CheckConstraint(condition=models.Q(('added__gte', django.db.models.expressions.CombinedExpression(models.F('withdrawn'), '+', models.F('rejected')))), name='log_ends_what_was_added'),
        ),
        migrations.AddIndex(
            model_name='logentry',
            index=models.Index(condition=models.Q(('kind', 1)), fields=['petition'], name='log_entry_texts'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.UniqueConstraint(condition=models.Q(('ends__isnull', False)), fields=('petition', 'ends'), name='log_entry_is_ended_once'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [1, 2, 3, 4, 5])), name='log_entry_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends__gte', 0), ('ends__lt', models.F('index')), ('kind__in', (3, 4))), models.Q(models.Q(('kind__in', (3, 4)), _negated=True), ('ends__isnull', True)), _connector='OR'), name='log_entry_ends_what_came_before'),
        ),
        migrations.RunPython(set_guards, drop_guards),
    ]
