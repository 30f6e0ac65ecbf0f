"""What a goal stands for, which pages say beside the bar; editors write it."""

import django.db.models.deletion
from django.db import migrations, models

ACTS = ("view", "add", "change", "delete")


def let_editors_write_meanings(apps, schema_editor):
    alias = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(alias).filter(name="Editor").first()
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    content_type, _is_new = content_types.get_or_create(app_label="campaign", model="goalmeaning")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for act in ACTS:
        permission, _is_new = permissions.get_or_create(
            codename=f"{act}_goalmeaning", content_type=content_type, defaults={"name": f"Can {act} meaning of a goal"}
        )
        if group:
            group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0027_decisions_of_a_bulk'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoalMeaning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12, verbose_name='language')),
                ('goal', models.PositiveIntegerField(verbose_name='goal')),
                ('meaning', models.CharField(help_text='Stands behind the goal and a colon: as many people as were sent back in October.', max_length=120, verbose_name='meaning')),
                ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='goal_meanings', to='campaign.petition', verbose_name='petition')),
            ],
            options={
                'verbose_name': 'meaning of a goal',
                'verbose_name_plural': 'meanings of goals',
                'ordering': ['goal', 'language'],
                'constraints': [models.UniqueConstraint(fields=('petition', 'goal', 'language'), name='goal_meaning_is_unique')],
            },
        ),
        migrations.RunPython(let_editors_write_meanings, migrations.RunPython.noop),
    ]
