"""Decisions say in one word why, for the public numbers; names are decided on, too, and the unconfirmed cleared away.

Decisions made before say "another reason". SQLite makes the table anew for this and loses its guard: it is set again.
"""

from importlib import import_module

from django.conf import settings
from django.db import migrations, models

GUARDED = "campaign_decision"


def set_guard_again(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    for create, _drop in import_module("campaign.migrations.0002_guards").guards("sqlite"):
        if f" ON {GUARDED} " in create:
            schema_editor.execute(create)


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0009_network_tag'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_has_reason',
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_act_is_known',
        ),
        migrations.AddField(
            model_name='bulkdecision',
            name='reason_class',
            field=models.CharField(blank=True, choices=[('forged', 'forged, or made by a machine'), ('duplicate', 'the same person again'), ('no_name', 'not the name of a person'), ('abusive', 'an abusive name'), ('owner', 'asked for by the owner of the address'), ('other', 'another reason')], db_default='other', max_length=16, verbose_name='class of reason'),
        ),
        migrations.AddField(
            model_name='decision',
            name='reason_class',
            field=models.CharField(blank=True, choices=[('forged', 'forged, or made by a machine'), ('duplicate', 'the same person again'), ('no_name', 'not the name of a person'), ('abusive', 'an abusive name'), ('owner', 'asked for by the owner of the address'), ('other', 'another reason')], db_default='other', max_length=16, verbose_name='class of reason'),
        ),
        migrations.AlterField(
            model_name='bulkdecision',
            name='act',
            field=models.CharField(choices=[('reject', 'reject'), ('restore', 'restore'), ('expire', 'expire early')], max_length=10, verbose_name='act'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='act',
            field=models.CharField(choices=[('reject', 'reject'), ('restore', 'restore'), ('expire', 'expire early'), ('approve_name', 'approve the name'), ('refuse_name', 'refuse the name'), ('review_name', 'look at the name again')], max_length=16, verbose_name='act'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), ('act', 'approve_name'), _connector='OR'), name='decision_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['reject', 'expire', 'refuse_name', 'restore', 'approve_name', 'review_name'])), name='decision_act_is_known'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('reason_class__in', ['forged', 'duplicate', 'no_name', 'abusive', 'owner', 'other']), models.Q(('act__in', ['restore', 'approve_name', 'review_name']), ('reason_class', '')), _connector='OR'), name='decision_against_somebody_has_class'),
        ),
        migrations.RunPython(set_guard_again, migrations.RunPython.noop),
    ]
