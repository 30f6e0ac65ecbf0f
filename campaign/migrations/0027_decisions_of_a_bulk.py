"""An index for undoing: the decisions of a bulk decision, in their order."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("campaign", "0026_deliveries_say_no_more")]
    operations = [
        migrations.AddIndex(
            "decision", models.Index(fields=["bulk", "id"], name="decision_of_bulk", condition=Q(bulk__isnull=False))
        ),
    ]
