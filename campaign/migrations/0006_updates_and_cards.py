import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0005_notices_unseen'),
    ]

    operations = [
        migrations.AddField(
            model_name='articleedition',
            name='card',
            field=models.ImageField(blank=True, help_text='1200 × 630 pixels, with the title on it.', upload_to='cards/', verbose_name='card for social sites'),
        ),
        migrations.CreateModel(
            name='Update',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12, verbose_name='language')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('body', models.TextField(help_text='Markdown.', verbose_name='text')),
                ('body_html', models.TextField(blank=True, editable=False)),
                ('published_at', models.DateTimeField(blank=True, help_text='Leave empty for a draft; a time to come publishes it then.', null=True, verbose_name='published')),
                ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='campaign.petition', verbose_name='petition')),
            ],
            options={
                'verbose_name': 'update',
                'verbose_name_plural': 'updates',
                'ordering': ['-published_at', '-id'],
                'indexes': [models.Index(fields=['petition', 'language', '-published_at'], name='update_newest')],
            },
        ),
    ]
