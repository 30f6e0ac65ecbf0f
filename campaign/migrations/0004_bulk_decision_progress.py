"""How many signatures a bulk decision is about, known without reading the list of them; and those under way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaign", "0003_groups")]
    operations = [
        migrations.AddField(
            model_name="bulkdecision",
            name="total",
            field=models.PositiveIntegerField(db_default=0, editable=False, verbose_name="total"),
        ),
        migrations.AddIndex(
            model_name="bulkdecision",
            index=models.Index(
                condition=models.Q(finished_at__isnull=True, cancelled_at__isnull=True),
                fields=["id"],
                name="bulk_unfinished",
            ),
        ),
    ]
