"""Countries have a name and an order in every language of the site."""

import json
import runpy
from pathlib import Path

import pytest
from django.conf import settings

from campaign.countries import country_choices, country_code, country_name, is_country

ROOT = Path(settings.BASE_DIR)
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_same_244_countries(language):
    choices = country_choices(language)
    assert {code for code, _name in choices} == {code for code, _name in country_choices("en")}
    assert len({name for _code, name in choices}) == len(choices) == 244


def test_the_list_is_what_its_script_makes():
    script = runpy.run_path(str(ROOT / "seeds/make_countries.py"))
    made = {language: list(script["names_in"](language).items()) for language in sorted(LANGUAGES)}
    kept = json.loads((ROOT / "campaign/countries.json").read_text(encoding="utf-8"))
    assert {language: list(names.items()) for language, names in kept.items()} == made


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Afghanistan", "Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Taiwan", "Zimbabwe"]),
        ("ko", ["가나", "가봉", "대만", "대한민국", "미국", "북한", "팔레스타인", "홍콩"]),
        ("zh-hans", ["阿尔巴尼亚", "秘鲁", "冰岛", "朝鲜", "梵蒂冈", "斐济", "韩国", "瑙鲁", "台湾", "香港", "中国"]),
    ],
)
def test_each_language_has_its_own_order(language, names):
    assert [name for _code, name in country_choices(language) if name in names] == names


def test_names_take_no_side():
    codes = ["TW", "HK", "PS", "XK", "KP", "KR"]
    assert [country_name(code, "en") for code in codes] == [
        "Taiwan", "Hong Kong", "Palestine", "Kosovo", "North Korea", "South Korea",
    ]  # fmt: skip
    assert [country_name(code, "ko") for code in codes] == ["대만", "홍콩", "팔레스타인", "코소보", "북한", "대한민국"]
    assert [country_name(code, "zh-hans") for code in codes] == ["台湾", "香港", "巴勒斯坦", "科索沃", "朝鲜", "韩国"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_tells_its_code_and_no_other(language):
    choices = country_choices(language)
    assert [country_code(name) for _code, name in choices] == [code for code, _name in choices]
    assert [country_code(words) for words in ("KR", "", "Atlantis")] == ["KR", "", "Atlantis"]


def test_what_is_not_a_country_is_told_apart():
    assert [is_country(code) for code in ("KR", "XK", "kr", "EU", "ZZ", "", "KOR", "🇰🇷")] == [True, True] + [False] * 6


def test_an_unknown_code_stands_for_itself_and_an_unknown_language_reads_english():
    assert country_name("QQ", "ko") == "QQ"
    assert country_name("", "ko") == ""
    assert country_choices("fr") == country_choices("en")
