"""What the database remembers of the journal of erasures. Who was erased before is written into it by the next tick."""

from django.db import migrations, models


def make_single_row(apps, schema_editor):
    apps.get_model("campaign", "ErasureJournal").objects.get_or_create(pk=1)


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0015_commitments'),
    ]

    operations = [
        migrations.CreateModel(
            name='ErasureJournal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.BigIntegerField(default=0, help_text='Bytes.')),
                ('tail', models.BinaryField(default=b'', help_text='The last bytes of these.', max_length=80)),
                ('closed_since', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, choices=[('behind', 'somebody stands here whom the journal says erased'), ('incomplete', 'the journal lacks what was written into it')], max_length=10)),
            ],
        ),
        migrations.AddField(
            model_name='signatory',
            name='journaled',
            field=models.BooleanField(db_default=False, default=False, help_text='The journal says that it is erased.'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(('erased_at__isnull', False), ('journaled', False)), fields=['id'], name='signatory_unjournaled'),
        ),
        migrations.RunPython(make_single_row, migrations.RunPython.noop),
    ]
