"""What the site must know of the envelopes it cannot read back: that one is there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0007_editors_write_updates'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('identity__isnull', False), ('visibility', 'counted'), ('words_differ', True), ('erased_at__isnull', False), _connector='OR'), name='signatory_is_named_or_says_why_not'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('wants_updates', False), ('mailbox__isnull', False), _connector='OR'), name='signatory_wanting_updates_has_mailbox'),
        ),
    ]
