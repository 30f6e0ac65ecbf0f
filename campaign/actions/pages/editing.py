"""What editors write: Markdown in, clean HTML out, and saving an edition with its HTML.

Markdown is CommonMark with footnotes (``[^1]``), HTML off. A quotation that starts with ``! `` is a pull quote:
a sentence of the article set large beside it.
"""

from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from campaign.models import ArticleEdition, PetitionEdition, PublicVersion, Update

ARTICLE_TOP, DEMAND_TOP = 2, 3  # heading levels: the demand stands in a box with a heading of its own
PULL_QUOTE = "! "
TAGS = "a aside blockquote br code em h2 h3 h4 h5 h6 hr img li ol p pre section strong sup ul"
CLEANER = nh3.Cleaner(
    tags=set(TAGS.split()),
    attributes={
        "a": {"aria-label", "href", "id", "rel", "title"},
        "img": {"alt", "src", "title"},
        "li": {"id"},
        "ol": {"start"},
    },
    tag_attribute_values={
        "a": {"role": {"doc-noteref", "doc-backlink"}},
        "section": {"role": {"doc-endnotes"}},
    },
    allowed_classes={
        "a": {"footnote-backref"},
        "aside": {"pull-quote"},
        "ol": {"footnotes-list"},
        "section": {"footnotes"},
        "sup": {"footnote-ref"},
    },
    url_schemes={"http", "https", "mailto"},
    link_rel=None,  # set on links to other hosts only, by `mark_links`
)


# --- Verbs -----------------------------------------------------------------------------------------------------
@transaction.atomic
def save_article_edition(edition: ArticleEdition) -> None:
    """Save an edition with its body rendered, and tell every process that the page changed."""
    with translation.override(edition.language):
        edition.body_html = render_markdown(edition.body, prefix="article")
    edition.save()
    PublicVersion.bump()


@transaction.atomic
def save_petition_edition(edition: PetitionEdition) -> None:
    """Save an edition with its demand rendered. Raises IntegrityError when a demand that was signed is changed."""
    with translation.override(edition.language):
        edition.demand_html = render_markdown(edition.demand, prefix="demand", top=DEMAND_TOP)
    edition.save(update_fields=None if edition._state.adding else editable_fields(edition))
    PublicVersion.bump()


@transaction.atomic
def save_update(update: Update) -> None:
    """Save a piece of news with its text rendered, and tell every process that the page changed."""
    with translation.override(update.language):
        update.body_html = render_markdown(update.body, prefix=f"update-{update.pk or 'new'}", top=DEMAND_TOP)
    update.save()
    PublicVersion.bump()


def editable_fields(edition: PetitionEdition) -> list[str]:
    """All but the time of the first signing: somebody may sign while an editor's form is open."""
    fields = [field.name for field in edition._meta.concrete_fields if not field.primary_key]
    return [name for name in fields if name != "first_signed_at"]


# --- Markdown --------------------------------------------------------------------------------------------------
def render_markdown(text: str, *, prefix: str = "note", top: int = ARTICLE_TOP) -> str:
    """Clean HTML. Ids of footnotes start with `prefix`, for two texts on one page; `top` is the highest heading.

    Labels for screen readers are in the language that is active.
    """
    return CLEANER.clean(MARKDOWN.render(text, {"docId": prefix, "top": top})).strip()


def shift_headings(state: StateCore) -> None:
    """Make the highest heading of the text the page's `top`, however the editor counted; keep the steps below it."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    shift = state.env["top"] - min((int(token.tag[1]) for token in headings), default=0)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + shift)}"


def mark_pull_quotes(state: StateCore) -> None:
    """A quotation that starts with `! ` becomes an aside."""
    open_quotes: list[Token] = []
    for position, token in enumerate(state.tokens):
        if token.type == "blockquote_open":
            open_quotes.append(token)
            words = state.tokens[position + 2 : position + 3]
            if words and words[0].children and words[0].children[0].content.startswith(PULL_QUOTE):
                words[0].children[0].content = words[0].children[0].content.removeprefix(PULL_QUOTE)
                token.tag = "aside"
                token.attrSet("class", "pull-quote")
        elif token.type == "blockquote_close":
            token.tag = open_quotes.pop().tag


def mark_links(state: StateCore) -> None:
    """Links to other hosts tell them nothing about where the reader comes from."""
    for link in (child for token in state.tokens for child in token.children or () if child.type == "link_open"):
        if urlsplit(str(link.attrGet("href"))).netloc:
            link.attrSet("rel", "noopener noreferrer")


def keep_own_images(state: StateCore) -> None:
    """An image from another host would tell it who reads: its description stands in its place."""
    for image in (child for token in state.tokens for child in token.children or () if child.type == "image"):
        if not str(image.attrGet("src")).startswith(settings.MEDIA_URL):
            image.type, image.tag = "text", ""


def render_note_reference(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    note, reference = note_ids(tokens[index], env)
    number = tokens[index].meta["id"] + 1
    return f'<sup class="footnote-ref"><a href="#{note}" id="{reference}" role="doc-noteref">[{number}]</a></sup>'


def render_note_backlink(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    reference = note_ids(tokens[index], env)[1]
    label = escape(_("Back to where note %(number)s stands") % {"number": tokens[index].meta["id"] + 1})
    return f' <a href="#{reference}" class="footnote-backref" role="doc-backlink" aria-label="{label}">↩︎</a>'


def render_notes_open(_self: Any, _tokens: Sequence[Token], _index: int, _options: Any, env: Any) -> str:
    title, top = escape(_("Notes")), env["top"]  # not within the f-string: xgettext does not look there
    return f'<section class="footnotes" role="doc-endnotes">\n<h{top}>{title}</h{top}>\n<ol class="footnotes-list">\n'


def note_ids(token: Token, env: Any) -> tuple[str, str]:
    """The id of a footnote, and the id of the place in the text that refers to it."""
    number, repeat = token.meta["id"] + 1, token.meta.get("subId") or 0
    name = f"{env['docId']}-{number}"
    return f"fn-{name}", f"fnref-{name}-{repeat + 1}" if repeat else f"fnref-{name}"


def make_markdown() -> MarkdownIt:
    """CommonMark with footnotes, each rule of ours after all inline text is known."""
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": False}).use(footnote_plugin)
    markdown.add_render_rule("footnote_ref", render_note_reference)
    markdown.add_render_rule("footnote_anchor", render_note_backlink)
    markdown.add_render_rule("footnote_block_open", render_notes_open)
    for rule in (shift_headings, mark_pull_quotes, mark_links, keep_own_images):
        markdown.core.ruler.push(rule.__name__, rule)
    return markdown


MARKDOWN = make_markdown()
