"""The notices that nobody has seen yet, by kind: what the admin's first page shows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaign", "0004_bulk_decision_progress")]
    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(seen_at__isnull=True), fields=["kind", "id"], name="notice_unseen"
            ),
        ),
    ]
