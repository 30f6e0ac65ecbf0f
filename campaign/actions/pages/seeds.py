"""Loads a campaign from a folder: `campaign.toml`, pictures, and per language an article and a petition.

Each text is Markdown under a head of TOML between two lines of `+++`. What is there already is an editor's, and is
left alone. With `overwrite` the folder's words win, but never over a promise: a demand that somebody signed gets a
new version with a reason, and a petition keeps its mode, its key and the day on which its data is destroyed.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models.fields.files import ImageFieldFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaign.actions.pages.editing import save_article_edition, save_petition_edition
from campaign.actions.pages.images import draw_widths, redraw
from campaign.actions.pages.petitions import open_petition
from campaign.actions.staff.access import RefusedError
from campaign.models import Article, ArticleEdition, GoalMeaning, Petition, PetitionEdition, PublicVersion

HEAD = "+++\n"
# What a folder may say.
PETITION = {"slug", "mode", "default_visibility", "goal_steps", "opens_at", "closes_at", "destroy_on",
            "delivery_public_key", "delivered_columns"}  # fmt: skip
ARTICLE = {"slug", "hero", "hero_credit"}
DEMAND = {"title", "addressee", "demand", "reason", "goals"}
TEXT = {"title", "standfirst", "byline", "body", "card", "hero_alt", "hero_caption"}
# What of it may be said anew once people could sign.
OVERWRITABLE = {"goal_steps", "default_visibility"}

Words = dict[str, Any]
Row = TypeVar("Row", bound=models.Model)


class SeedBrokenError(ValueError):
    """A file of the folder is missing, or says something that is not understood."""


@dataclass(frozen=True)
class Seeds:
    """What a folder holds: values for the petition and the article, words and the card of the article by language."""

    petition: Words
    article: Words
    hero: Path
    demands: dict[str, Words]
    goals: dict[str, dict[int, str]]  # what each stands for, by its number
    texts: dict[str, Words]
    cards: dict[str, Path]


@transaction.atomic
def load_seeds(folder: Path, *, overwrite: bool = False) -> list[str]:
    """Bring in what is missing, and with `overwrite` what differs. Returns a line for each thing done.

    Raises SeedBrokenError, or ValidationError for a value that no editor could have entered; then nothing was loaded.
    """
    seeds = read_seeds(folder)
    petition = Petition.objects.filter(slug=seeds.petition["slug"]).first()
    is_new = petition is None
    done = []
    if petition is None:
        petition = checked(Petition(**seeds.petition))
        petition.save()
        done.append(f"made petition {petition}")
    elif overwrite:
        done += overwrite_petition(petition, seeds.petition)
    for language, words in seeds.demands.items():
        is_new_here = not petition.editions.filter(language=language).exists()
        done += load_demand(petition, language, words, overwrite=overwrite)
        if is_new_here or overwrite:
            done += load_goals(petition, language, seeds.goals[language])
    if is_new:
        done.append(try_to_open(petition))
    return done + load_article(petition, seeds, overwrite=overwrite)


# --- Reading ---------------------------------------------------------------------------------------------------
def read_seeds(folder: Path) -> Seeds:
    """All that the folder says. Raises SeedBrokenError with the file that is at fault."""
    path = folder / "campaign.toml"
    campaign = parse(path, read(path))
    languages = [code for code, _name in settings.LANGUAGES if (folder / code).is_dir()]
    petition, article = pick(path, campaign, "petition", PETITION), pick(path, campaign, "article", ARTICLE)
    columns = {"delivered_columns": petition.pop("delivered_columns")}
    demands = {code: columns | read_page(folder / code / "petition.md", "demand", DEMAND) for code in languages}
    goals = {code: read_goals(folder / code / "petition.md", words) for code, words in demands.items()}
    texts = {code: read_page(folder / code / "article.md", "body", TEXT) for code in languages}
    cards = {code: folder / code / words.pop("card") for code, words in texts.items() if "card" in words}
    return Seeds(petition, article, folder / article.pop("hero"), demands, goals, texts, cards)


def pick(path: Path, campaign: Words, table: str, known: set[str]) -> Words:
    """One table of campaign.toml. Raises SeedBrokenError unless it says what cannot go without saying."""
    words: Words = campaign.get(table, {})
    missing = known & {"slug", "hero", "delivered_columns"} - words.keys()
    if missing:
        raise SeedBrokenError(f"{path} lacks {', '.join(sorted(missing))} under [{table}].")
    return refuse_unknown(path, words, known)


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SeedBrokenError(f"{path} cannot be read: {error}.") from error


def parse(path: Path, text: str) -> Words:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SeedBrokenError(f"{path} is not TOML: {error}.") from error


def read_page(path: Path, body: str, known: set[str]) -> Words:
    """The head of a page, and its body under the name `body`."""
    before, _mark, rest = read(path).partition(HEAD)
    head, mark, text = rest.partition(HEAD)
    if before or not mark:
        raise SeedBrokenError(f"{path} does not start with a head between two lines of +++.")
    return refuse_unknown(path, parse(path, head) | {body: text.strip()}, known)


def read_goals(path: Path, words: Words) -> dict[int, str]:
    """Take what the goals stand for out of a demand's head: `600 = "as many as …"` under `[goals]`."""
    table = words.pop("goals", {})
    if not (isinstance(table, dict) and all(goal.isdecimal() for goal in table)):
        raise SeedBrokenError(f"{path} does not name each of its goals by a number.")
    return {int(goal): str(meaning) for goal, meaning in table.items()}


def refuse_unknown(path: Path, words: Words, known: set[str]) -> Words:
    if unknown := words.keys() - known:
        raise SeedBrokenError(f"{path} says {', '.join(sorted(unknown))}, which is not known.")
    return words


# --- The petition ----------------------------------------------------------------------------------------------
def overwrite_petition(petition: Petition, values: Words) -> list[str]:
    changed = differing(petition, {name: value for name, value in values.items() if name in OVERWRITABLE})
    if not changed:
        return []
    checked(with_words(petition, changed)).save(update_fields=list(changed))
    PublicVersion.bump()
    return [f"changed {', '.join(changed)} of petition {petition}"]


def try_to_open(petition: Petition) -> str:
    try:
        open_petition(petition)
    except RefusedError as refused:  # such as a high-risk petition where one process holds all keys
        return f"petition {petition} stays a draft: {refused}"
    return f"opened petition {petition}"


def load_demand(petition: Petition, language: str, words: Words, *, overwrite: bool) -> list[str]:
    newest = petition.editions.filter(language=language).order_by("-version").first()
    public = petition.edition_in(language)
    if newest is None:
        newest = PetitionEdition(petition=petition, language=language)
    elif not overwrite or (public and not differing(public, words).keys() - {"reason"}):
        return []
    elif newest.is_signed:
        newest = PetitionEdition(petition=petition, language=language, version=newest.version + 1)
        with translation.override(language):
            newest.reason = _("The text was revised.")
    with_words(newest, words)
    newest.published_at = newest.published_at or timezone.now()
    save_petition_edition(checked(newest))
    return [f"published the demand in {language}, version {newest.version}"]


def load_goals(petition: Petition, language: str, meanings: dict[int, str]) -> list[str]:
    """Say what the goals stand for: as the folder does, and of no other goal."""
    kept = {said.goal: said for said in petition.goal_meanings.filter(language=language)}
    if {goal: said.meaning for goal, said in kept.items()} == meanings:
        return []
    petition.goal_meanings.filter(language=language).exclude(goal__in=list(meanings)).delete()
    for goal, meaning in meanings.items():
        said = kept.get(goal) or GoalMeaning(petition=petition, language=language, goal=goal)
        checked(with_words(said, {"meaning": meaning})).save()
    PublicVersion.bump()
    return [f"said in {language} what the goals stand for"]


# --- The article -----------------------------------------------------------------------------------------------
def load_article(petition: Petition, seeds: Seeds, *, overwrite: bool) -> list[str]:
    article = Article.objects.filter(slug=seeds.article["slug"]).first()
    done = []
    if article is None:
        article = Article(petition=petition, published_at=timezone.now())
        done += save_article(article, seeds)
    elif overwrite:
        done += save_article(article, seeds)
    for language, words in seeds.texts.items():
        done += load_text(article, language, words, overwrite=overwrite, card=seeds.cards.get(language))
    return done


def save_article(article: Article, seeds: Seeds) -> list[str]:
    """Save the article with its hero, which goes through the storage only when it is another one."""
    if not place_picture(article.hero, seeds.hero) and not differing(article, seeds.article):
        return []
    article.hero_widths = draw_widths(article.hero)
    checked(with_words(article, seeds.article)).save()
    PublicVersion.bump()
    return [f"published article {article}"]


def place_picture(kept: ImageFieldFile, path: Path) -> bool:
    """Put a picture into the storage as an editor's upload would be, without metadata. Whether it was not there."""
    try:
        picture = redraw(ContentFile(path.read_bytes()))
    except OSError as error:
        raise SeedBrokenError(f"{path} cannot be read: {error}.") from error
    if kept and kept.storage.exists(str(kept.name)):
        with kept.open() as file:
            if file.read() == picture.read():
                return False
    picture.seek(0)
    kept.save(str(picture.name), picture, save=False)
    return True


def load_text(article: Article, language: str, words: Words, *, overwrite: bool, card: Path | None) -> list[str]:
    edition = article.editions.filter(language=language).first()
    is_new = edition is None
    if edition is None:
        edition = ArticleEdition(article=article, language=language, translation=ArticleEdition.Translation.READY)
    elif not overwrite:
        return []
    is_new_card = card is not None and place_picture(edition.card, card)
    if not (is_new or is_new_card or differing(edition, words)):
        return []
    save_article_edition(checked(with_words(edition, words)))
    return [f"published the article in {language}"]


# --- Any row ---------------------------------------------------------------------------------------------------
def differing(row: models.Model, words: Words) -> Words:
    return {name: value for name, value in words.items() if getattr(row, name) != value}


def with_words(row: Row, words: Words) -> Row:
    for name, value in words.items():
        setattr(row, name, value)
    return row


def checked(row: Row) -> Row:
    """The row, as clean as an editor's form would leave it. Raises ValidationError."""
    row.full_clean()
    return row
