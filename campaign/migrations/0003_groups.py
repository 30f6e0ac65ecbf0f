"""The three groups of staff, with just the permissions each needs. What an organisation changed in them stays."""

from django.conf import settings
from django.db import migrations

VIEW_ADD_CHANGE = ("view", "add", "change")
GROUPS = {
    "Editor": {
        "article": (*VIEW_ADD_CHANGE, "delete", "publish"),
        "articleedition": (*VIEW_ADD_CHANGE, "delete"),
        "petition": (*VIEW_ADD_CHANGE, "publish"),
        "petitionedition": (*VIEW_ADD_CHANGE, "delete"),
        "notice": ("view",),
    },
    "Moderator": {
        "petition": ("view",),
        "signatory": ("view", "moderate", "open"),
        "decision": ("view",),
        "bulkdecision": ("view",),
        "outgoingmail": ("view", "retry"),
        "notice": ("view", "change"),
    },
    "Delivery officer": {
        "petition": ("view",),
        "delivery": ("view", "request", "download"),
        "accessrecord": ("view",),
        "notice": ("view", "change"),
    },
}
# Django makes these rows only after all migrations have run; names as it, or the model's Meta, would give them.
OWN_NAMES = {
    "publish_article": "Can publish and unpublish articles",
    "publish_petition": "Can open, pause and close petitions",
    "moderate_signatory": "Can reject and restore signatures",
    "open_signatory": "Can see who a signatory is",
    "retry_outgoingmail": "Can retry failed mails",
    "request_delivery": "Can request exports",
    "download_delivery": "Can download exports",
}


def make_groups(apps, schema_editor):
    alias = schema_editor.connection.alias
    groups = apps.get_model("auth", "Group").objects.using(alias)
    for name, models in GROUPS.items():
        group, is_new = groups.get_or_create(name=name)
        if is_new:
            group.permissions.set(list(permissions_of(apps, alias, models)))


def permissions_of(apps, alias, models):
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    for model, acts in models.items():
        content_type, _is_new = content_types.get_or_create(app_label="campaign", model=model)
        noun = apps.get_model("campaign", model)._meta.verbose_name
        for act in acts:
            codename = f"{act}_{model}"
            name = OWN_NAMES.get(codename, f"Can {act} {noun}")
            yield permissions.get_or_create(codename=codename, content_type=content_type, defaults={"name": name})[0]


class Migration(migrations.Migration):
    dependencies = [
        ("campaign", "0002_guards"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
