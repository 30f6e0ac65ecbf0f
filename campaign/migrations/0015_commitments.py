"""What the log commits to of each signature, and which entry counts it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0014_hero_widths'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='signatory',
            name='signatory_erased_leaves_no_trace',
        ),
        migrations.AddField(
            model_name='signatory',
            name='commitment',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='signatory',
            name='entry_index',
            field=models.BigIntegerField(help_text="Where the log's entry stands that counts it now.", null=True),
        ),
        migrations.AddField(
            model_name='signatory',
            name='is_amended',
            field=models.BooleanField(db_default=False, default=False, help_text='The entry commits to older words.'),
        ),
        migrations.AddField(
            model_name='signatory',
            name='stub',
            field=models.BinaryField(help_text="The name's leaf, and the key of the other fields.", max_length=64, null=True),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('country', ''), ('domain_class', ''), ('name_state', ''), ('wants_updates', False), ('words_differ', False), ('commitment__isnull', True), ('email_digest__isnull', True), ('gate_link__isnull', True), ('identity__isnull', True), ('mailbox__isnull', True), ('name_number__isnull', True), ('network_tag__isnull', True), ('nonce__isnull', True), ('public_name__isnull', True), ('stub__isnull', True), ('words_digest__isnull', True)), _connector='OR'), name='signatory_erased_leaves_no_trace'),
        ),
    ]
