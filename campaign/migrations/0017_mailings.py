"""News by mail: each mailing a row with a cursor. Editors may order one and watch it."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

PERMISSIONS = {
    "update": {"mail_update": "Can mail updates to those who asked for them"},
    "mailing": {"view_mailing": "Can view mailing"},
}


def let_editors_mail_updates(apps, schema_editor):
    """The group may have been renamed or removed: then nothing is given to anybody."""
    alias = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(alias).filter(name="Editor").first()
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for model, names in PERMISSIONS.items():
        content_type, _is_new = content_types.get_or_create(app_label="campaign", model=model)
        for codename, name in names.items():
            permission, _is_new = permissions.get_or_create(
                codename=codename, content_type=content_type, defaults={"name": name}
            )
            if group:
                group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0016_journal_of_erasures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mailing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(help_text='For those whose own has no text.', max_length=12, verbose_name='language')),
                ('cursor', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'), help_text='The last signatory whose mail is owed.')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='total')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('cancelled_at', models.DateTimeField(null=True, verbose_name='cancelled')),
            ],
            options={
                'verbose_name': 'mailing',
                'verbose_name_plural': 'mailings',
                'ordering': ['-id'],
            },
        ),
        migrations.AlterModelOptions(
            name='update',
            options={'ordering': ['-published_at', '-id'], 'permissions': [('mail_update', 'Can mail updates to those who asked for them')], 'verbose_name': 'update', 'verbose_name_plural': 'updates'},
        ),
        migrations.AlterField(
            model_name='outgoingmail',
            name='kind',
            field=models.CharField(choices=[('form', 'after a form'), ('link', 'link asked for'), ('update', 'news asked for')], max_length=10, verbose_name='kind'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(('state', 'confirmed'), ('wants_updates', True)), fields=['petition', 'id'], name='signatory_wanting_updates'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='ordered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='mailing',
            name='petition',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mailings', to='campaign.petition', verbose_name='petition'),
        ),
        migrations.AddField(
            model_name='outgoingmail',
            name='mailing',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='campaign.mailing', verbose_name='mailing'),
        ),
        migrations.AddField(
            model_name='update',
            name='mailing',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='campaign.mailing', verbose_name='mailing'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.UniqueConstraint(condition=models.Q(('mailing__isnull', False)), fields=('mailing', 'signatory'), name='mail_is_one_per_mailing'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(condition=models.Q(('cancelled_at__isnull', True), ('finished_at__isnull', True)), fields=['id'], name='mailing_under_way'),
        ),
        migrations.RunPython(let_editors_mail_updates, migrations.RunPython.noop),
    ]
