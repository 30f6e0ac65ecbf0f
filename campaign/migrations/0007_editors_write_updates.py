"""Editors write updates. The group may have been renamed or removed: then nothing is given to anybody."""

from django.db import migrations

ACTS = ("view", "add", "change", "delete")


def let_editors_write_updates(apps, schema_editor):
    alias = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(alias).filter(name="Editor").first()
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    content_type, _is_new = content_types.get_or_create(app_label="campaign", model="update")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for act in ACTS:
        permission, _is_new = permissions.get_or_create(
            codename=f"{act}_update", content_type=content_type, defaults={"name": f"Can {act} update"}
        )
        if group:
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("campaign", "0006_updates_and_cards")]
    operations = [migrations.RunPython(let_editors_write_updates, migrations.RunPython.noop)]
