"""The words that mark a name in the queue, to begin with; moderators keep the list from here on.

Stand-ins for a name, names that jokers type, and words of abuse; a list to look twice at, not to decide by.
"""

from django.db import migrations

WORDS = {
    "en": "admin administrator anonymous asdf asshole bastard batman bitch cunt example fuck fucker hitler idiot moron"
    " nazi nobody none qwerty shit stalin superman test tester wanker whore".split()
    + ["donald trump", "jane doe", "joe bloggs", "john doe", "kim jong un", "mickey mouse", "no name", "santa claus",
       "vladimir putin", "xi jinping"],
    "ko": "개새끼 관리자 김일성 김정은 김정일 대통령 무명 미친 바보 병신 빨갱이 새끼 시발 씨발 아무개 없음 익명 테스트"
    " 홍길동".split(),
    "zh-hans": "习近平 他妈 傻瓜 傻逼 匿名 去死 张三 操你 无名氏 李四 某某 毛泽东 测试 混蛋 王八蛋 管理员 金正恩".split(),
}
ACTS = ("view", "add", "change", "delete")


def list_words(apps, schema_editor):
    listed_word = apps.get_model("campaign", "ListedWord")
    listed_word.objects.bulk_create(
        [listed_word(language=language, word=word) for language, listed in WORDS.items() for word in listed],
        ignore_conflicts=True,
    )


def let_moderators_keep_the_list(apps, schema_editor):
    """The group may have been renamed or removed: then nothing is given to anybody."""
    alias = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(alias).filter(name="Moderator").first()
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
    content_type, _is_new = content_types.get_or_create(app_label="campaign", model="listedword")
    permissions = apps.get_model("auth", "Permission").objects.using(alias)
    for act in ACTS:
        permission, _is_new = permissions.get_or_create(
            codename=f"{act}_listedword", content_type=content_type, defaults={"name": f"Can {act} listed word"}
        )
        if group:
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("campaign", "0011_names_and_floods")]
    operations = [
        migrations.RunPython(list_words, migrations.RunPython.noop),
        migrations.RunPython(let_moderators_keep_the_list, migrations.RunPython.noop),
    ]
