"""Mail providers to warn of, with those of mainland China and North Korea to begin with; editors keep the list."""

from django.db import migrations, models

# By who runs them. Shipped once: what staff change or remove stays so.
SHIPPED = {
    "Tencent": ("qq.com", "foxmail.com"),
    "NetEase": ("163.com", "126.com", "188.com", "yeah.net"),
    "Sina": ("sina.com",),
    "Sohu": ("sohu.com",),
    "Alibaba": ("aliyun.com",),
    "China Mobile": ("139.com",),
    "China Telecom": ("21cn.com",),
    "TOM Online": ("tom.com",),
    "263 Network": ("263.net",),
    "every domain of mainland China, such as 189.cn and sina.cn": ("cn", "xn--fiqs8s", "xn--fiqz9s"),
    "every domain of North Korea": ("kp",),
}
ACTS = ("view", "add", "change", "delete")


def ship_providers(apps, schema_editor):
    providers = apps.get_model("campaign", "RiskyProvider").objects.using(schema_editor.connection.alias)
    for note, domains in SHIPPED.items():
        for domain in domains:
            providers.get_or_create(domain=domain, defaults={"note": note})


def let_editors_keep_the_list(apps, schema_editor):
    alias = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(alias).filter(name="Editor").first()
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    content_type, _is_new = content_types.get_or_create(app_label="campaign", model="riskyprovider")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for act in ACTS:
        permission, _is_new = permissions.get_or_create(
            codename=f"{act}_riskyprovider", content_type=content_type, defaults={"name": f"Can {act} risky mail provider"}
        )
        if group:
            group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('campaign', '0018_high_risk_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='RiskyProvider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(help_text='All domains that end so are meant, too: .cn stands for every domain of mainland China.', max_length=100, unique=True, verbose_name='mail domain')),
                ('note', models.CharField(blank=True, help_text='For staff only.', max_length=200, verbose_name='why')),
            ],
            options={
                'verbose_name': 'risky mail provider',
                'verbose_name_plural': 'risky mail providers',
                'ordering': ['domain'],
            },
        ),
        migrations.RunPython(ship_providers, migrations.RunPython.noop),
        migrations.RunPython(let_editors_keep_the_list, migrations.RunPython.noop),
    ]
