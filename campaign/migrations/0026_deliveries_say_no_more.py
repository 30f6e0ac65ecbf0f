"""Two columns of deliveries lose help texts that were for programmers, and were shown to staff in English only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaign", "0025_receipts")]
    operations = [
        migrations.AlterField("delivery", "number", models.PositiveIntegerField("number", null=True)),
        migrations.AlterField(
            "delivery",
            "is_self_approved",
            models.BooleanField("approved by the one who asked", db_default=False, default=False),
        ),
    ]
