"""A try to take a delivery's file that was refused is a kind of access record, too."""

from django.db import migrations, models

ACTS = [
    ("opened", "opened a signatory"),
    ("searched", "searched for an address"),
    ("requested", "requested an export"),
    ("downloaded", "downloaded an export"),
    ("passphrase", "saw the passphrase of a delivery"),
    ("compared", "compared sealed names"),
    ("refused", "tried in vain to take an export"),
]


class Migration(migrations.Migration):
    dependencies = [("campaign", "0023_officers_approve")]
    operations = [
        migrations.AlterField("accessrecord", "act", models.CharField("act", choices=ACTS, max_length=12)),
    ]
