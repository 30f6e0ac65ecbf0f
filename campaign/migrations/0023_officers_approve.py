"""Delivery officers approve deliveries and keep the addressees. The group may have been renamed or removed."""

from django.db import migrations

GIVEN = {"delivery": ("approve",), "addressee": ("view", "add", "change")}
NAMES = {"approve_delivery": "Can approve deliveries"}


def let_officers_approve(apps, schema_editor):
    alias = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(alias).filter(name="Delivery officer").first()
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for model, acts in GIVEN.items():
        content_type, _is_new = content_types.get_or_create(app_label="campaign", model=model)
        for act in acts:
            codename = f"{act}_{model}"
            name = NAMES.get(codename, f"Can {act} {model}")
            permission, _is_new = permissions.get_or_create(
                codename=codename, content_type=content_type, defaults={"name": name}
            )
            if group:
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("campaign", "0022_deliveries_for_addressees")]
    operations = [migrations.RunPython(let_officers_approve, migrations.RunPython.noop)]
