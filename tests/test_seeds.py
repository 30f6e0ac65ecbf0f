"""A campaign loads from a folder once, leaves editors' work alone, and breaks no promise when told to overwrite."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaign.actions.pages.editing import save_article_edition
from campaign.actions.pages.petitions import pause_petition
from campaign.actions.pages.publishing import make_next_version
from campaign.actions.pages.seeds import SeedBrokenError, load_seeds
from campaign.models import Article, ArticleEdition, Petition, PetitionEdition
from tests.officers import PUBLIC
from tests.seeding import SEEDS, change, copy_seeds, make_high_risk

SLUG = "stop-forced-repatriation"
LANGUAGES = [code for code, _name in settings.LANGUAGES]
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path) -> Path:
    return copy_seeds(tmp_path / "seeds")


# --- Loading ---------------------------------------------------------------------------------------------------
def test_the_first_campaign_is_open_and_public_in_every_language(capsys):
    call_command("load_seeds")
    petition, article = Petition.objects.get(), Article.objects.get()
    assert (petition.slug, petition.state, petition.mode, petition.default_visibility, petition.destroy_on) == (
        SLUG, "open", "standard", "delivered", date(2028, 12, 31),
    )  # fmt: skip
    assert (article.slug, article.petition, article.hero_width, article.hero_height) == (SLUG, petition, 1600, 900)
    assert sorted(ArticleEdition.objects.public().values_list("language", flat=True)) == LANGUAGES
    for language in LANGUAGES:
        edition = petition.edition_in(language)
        assert edition.delivered_columns == ["name", "country", "language", "signed_on"]
        assert edition.demand_html.count("<li>") == 4
    assert capsys.readouterr().out.count("published") == 7


def test_every_language_has_its_own_card_for_social_sites():
    load_seeds(SEEDS)
    cards = [edition.card for edition in ArticleEdition.objects.all()]
    assert {(card.width, card.height) for card in cards} == {(1200, 630)}
    assert len({Path(card.path).read_bytes() for card in cards}) == len(LANGUAGES)


def test_loading_again_does_nothing(capsys):
    call_command("load_seeds")
    before = list(Article.objects.values()), list(ArticleEdition.objects.values()), list(Petition.objects.values())
    capsys.readouterr()
    call_command("load_seeds")
    call_command("load_seeds", overwrite=True)
    after = list(Article.objects.values()), list(ArticleEdition.objects.values()), list(Petition.objects.values())
    assert after == before
    assert capsys.readouterr().out == "Nothing to do: all of it is there.\n" * 2


def test_what_an_editor_changed_stays_unless_told_otherwise(folder):
    load_seeds(folder)
    edition = ArticleEdition.objects.get(language="ko")
    written, edition.title = edition.title, "편집자가 고친 제목"
    save_article_edition(edition)
    Petition.objects.update(default_visibility="counted", destroy_on=date(2027, 1, 1))
    assert load_seeds(folder) == []
    assert ArticleEdition.objects.get(language="ko").title == "편집자가 고친 제목"
    assert load_seeds(folder, overwrite=True) == [
        f"changed default_visibility of petition {SLUG}", "published the article in ko",
    ]  # fmt: skip
    assert ArticleEdition.objects.get(language="ko").title == written
    assert Petition.objects.get().destroy_on == date(2027, 1, 1)


def test_a_petition_that_was_paused_or_an_article_taken_down_stays_so(folder):
    load_seeds(folder)
    pause_petition(Petition.objects.get())
    Article.objects.update(published_at=None)
    load_seeds(folder, overwrite=True)
    assert Petition.objects.get().state == "paused"
    assert Article.objects.get().published_at is None


def test_a_language_that_was_added_later_comes_in(folder):
    korean = shutil.move(folder / "ko", folder.parent / "ko")
    load_seeds(folder)
    shutil.move(korean, folder / "ko")
    assert load_seeds(folder) == [
        "published the demand in ko, version 1", "said in ko what the goals stand for", "published the article in ko",
    ]  # fmt: skip


def test_what_the_goals_stand_for_comes_in_once_and_anew_when_told_to(folder):
    load_seeds(folder)
    said = Petition.objects.get().goal_meanings
    assert [*said.values_list("goal", "language")] == [(goal, code) for goal in (600, 2000) for code in LANGUAGES]
    said.filter(goal=2000, language="en").update(meaning="an editor's words")
    said.filter(goal=600, language="en").delete()
    assert load_seeds(folder) == []
    change(folder / "en/petition.md", "2000 =", "10000 =")
    assert load_seeds(folder, overwrite=True) == ["said in en what the goals stand for"]
    assert [*said.filter(language="en").values_list("goal", flat=True)] == [600, 10000]
    assert load_seeds(folder, overwrite=True) == []


def test_a_demand_nobody_signed_is_overwritten_in_place(folder):
    load_seeds(folder)
    change(folder / "en/petition.md", "say publicly", "say aloud")
    assert load_seeds(folder) == []
    assert load_seeds(folder, overwrite=True) == ["published the demand in en, version 1"]
    assert "say aloud" in Petition.objects.get().edition_in("en").demand_html


def test_a_demand_that_was_signed_is_followed_by_a_version_with_a_reason(folder):
    load_seeds(folder)
    PetitionEdition.objects.update(first_signed_at=timezone.now())
    change(folder / "en/petition.md", "say publicly", "say aloud")
    change(folder / "ko/petition.md", "요구합니다", "바랍니다")
    change(folder / "ko/petition.md", "title =", 'reason = "표현을 다듬었습니다."\ntitle =')
    assert load_seeds(folder, overwrite=True) == [
        "published the demand in en, version 2", "published the demand in ko, version 2",
    ]  # fmt: skip
    editions = PetitionEdition.objects.order_by("language", "version")
    assert list(editions.values_list("language", "version", "reason")) == [
        ("en", 1, ""), ("en", 2, "The text was revised."),
        ("ko", 1, ""), ("ko", 2, "표현을 다듬었습니다."),
        ("zh-hans", 1, ""),
    ]  # fmt: skip
    assert load_seeds(folder, overwrite=True) == []


def test_as_a_high_risk_petition_it_stays_a_draft_until_its_key_is_proven_and_the_roles_run_apart(folder, settings):
    make_high_risk(folder)
    told = "\n".join(load_seeds(folder))
    assert f"petition {SLUG} stays a draft: Prove that the officers can open" in told
    assert "A high-risk petition cannot run on a site whose public pages and private keys share one process" in told
    petition = Petition.objects.get()
    assert (petition.state, petition.is_high_risk, petition.delivery_key) == ("draft", True, PUBLIC)


def test_an_editors_draft_of_a_next_version_stays_when_the_public_text_is_the_folders(folder):
    load_seeds(folder)
    make_next_version(Petition.objects.get(), language="en", reason="Clearer.")
    PetitionEdition.objects.filter(version=2).update(demand="A draft.")
    assert load_seeds(folder, overwrite=True) == []
    assert PetitionEdition.objects.get(version=2).demand == "A draft."


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("campaign.toml", "[article]", "[articel]", r"campaign\.toml lacks hero, slug under \[article\]"),
        ("campaign.toml", "mode =", "mood =", r"campaign\.toml says mood, which is not known"),
        ("campaign.toml", "mode =", "mode", r"campaign\.toml is not TOML"),
        ("campaign.toml", "hero.webp", "zero.webp", r"zero\.webp cannot be read"),
        ("campaign.toml", "hero.webp", "campaign.toml", r"no picture"),
        ("ko/article.md", "card.jpg", "cart.jpg", r"cart\.jpg cannot be read"),
        ("ko/article.md", "+++\ntitle", "title", r"article\.md does not start with a head"),
        ("ko/petition.md", "600 =", "many =", r"petition\.md does not name each of its goals by a number"),
        ("ko/article.md", "byline", "state", r"article\.md says state, which is not known"),
    ],
)
def test_a_folder_that_is_not_understood_is_named_and_leaves_nothing(folder, file, old, new, error):
    change(folder / file, old, new)
    with pytest.raises(CommandError, match=error):
        call_command("load_seeds", str(folder))
    assert not Petition.objects.exists()


def test_a_value_that_no_editor_could_enter_leaves_nothing(folder):
    change(folder / "zh-hans/article.md", "title =", 'byline = ""\n# title =')
    change(folder / "zh-hans/article.md", 'byline = "倡议活动团队"', "")
    with pytest.raises(ValidationError):
        load_seeds(folder)
    assert not Petition.objects.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SeedBrokenError, match=r"campaign\.toml cannot be read"):
        load_seeds(tmp_path)


# --- The words -------------------------------------------------------------------------------------------------
def texts_of(name: str) -> dict[str, str]:
    return {language: (SEEDS / language / name).read_text(encoding="utf-8") for language in LANGUAGES}


def test_the_article_is_built_alike_in_every_language(folder):
    load_seeds(folder)
    shapes = {tuple(re.findall(r"<(/?\w+)", edition.body_html)) for edition in ArticleEdition.objects.all()}
    assert len(shapes) == 1


def test_every_language_gives_the_same_figures():
    figures = {
        tuple(sorted({int(figure) for figure in re.findall(r"\d{2,}", text.replace(",", "")) if int(figure) >= 50}))
        for text in texts_of("article.md").values()
    }
    assert figures == {(50, 60, 75, 100, 200, 500, 600, 1000, 2000, 2023, 2024)}


def test_the_article_is_read_in_a_few_minutes_and_the_demand_in_thirty_seconds():
    article, demand = (
        text.rpartition("+++")[2] for text in (texts_of("article.md")["en"], texts_of("petition.md")["en"])
    )
    assert 700 <= len(article.split()) <= 1000
    assert len(demand.split()) <= 120  # 238 words a minute


def test_the_hero_is_small_and_calls_no_other_host():
    drawing = (SEEDS / "hero.svg").read_text(encoding="utf-8")
    assert (SEEDS / "hero.webp").stat().st_size <= 90 * 1024
    assert re.findall(r"https?://[^\"]*", drawing) == ["http://www.w3.org/2000/svg"]
    assert "href" not in drawing
