"""Which forms came from one network: a keyed digest on each row, for a week."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0008_envelopes_told_without_reading'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='signatory',
            name='signatory_erased_leaves_no_trace',
        ),
        migrations.AddField(
            model_name='signatory',
            name='network_tag',
            field=models.BinaryField(help_text='Keyed digest of the network it was signed from; changes daily, for 7 days.', max_length=8, null=True),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(('network_tag__isnull', False)), fields=['id'], name='signatory_tagged'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('country', ''), ('wants_updates', False), ('words_differ', False), ('email_digest__isnull', True), ('gate_link__isnull', True), ('identity__isnull', True), ('mailbox__isnull', True), ('network_tag__isnull', True), ('nonce__isnull', True), ('public_name__isnull', True), ('words_digest__isnull', True)), _connector='OR'), name='signatory_erased_leaves_no_trace'),
        ),
    ]
