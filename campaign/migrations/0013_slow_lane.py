"""The slow lane: mails that wait for their turn, and the proofs of work that were taken."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0012_listed_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='SpentProof',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='outgoingmail',
            name='mail_state_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='outgoingmail',
            name='mail_finished_keeps_no_address',
        ),
        migrations.RemoveConstraint(
            model_name='outgoingmail',
            name='mail_finished_has_time',
        ),
        migrations.AddField(
            model_name='mailqueue',
            name='round_at',
            field=models.DateTimeField(help_text="When the slow lane's round began.", null=True),
        ),
        migrations.AddField(
            model_name='mailqueue',
            name='round_mails',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How many left it since.'),
        ),
        migrations.AddField(
            model_name='outgoingmail',
            name='network_tag',
            field=models.BinaryField(help_text='Whose turn it is, while in the slow lane.', max_length=8, null=True),
        ),
        migrations.AlterField(
            model_name='outgoingmail',
            name='state',
            field=models.CharField(choices=[('waiting', 'in the slow lane'), ('queued', 'queued'), ('sending', 'sending'), ('sent', 'sent'), ('skipped', 'nothing to send'), ('failed', 'failed')], default='queued', max_length=10, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['network_tag', 'id'], name='mail_waiting'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'queued', 'sending', 'sent', 'skipped', 'failed'])), name='mail_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('network_tag__isnull', True), _connector='OR'), name='mail_is_tagged_only_while_waiting'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'queued', 'sending')), ('mailbox__isnull', True), _connector='OR'), name='mail_finished_keeps_no_address'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'queued', 'sending')), ('finished_at__isnull', False), _connector='OR'), name='mail_finished_has_time'),
        ),
    ]
