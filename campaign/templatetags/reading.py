"""Filters for people who read: time, lists, the QR code, data for machines."""

import json
import re
from collections.abc import Iterable
from typing import Any

import segno
from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext

from campaign.countries import country_name
from campaign.models import ArticleEdition
from campaign.models.petition import COLUMNS

register = template.Library()

# Silent reading of non-fiction, per minute: Brysbaert 2019 (doi 10.1016/j.jml.2019.104047), Chinese in characters.
WORDS_PER_MINUTE = 238
KOREAN_WORDS_PER_MINUTE = 226
HAN_PER_MINUTE = 390
_HAN = re.compile(r"[\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_LETTER = re.compile(r"\w")
_KEPT_OR_INDENT = re.compile(r"<(pre|textarea)\b.*?</\1>|\s*\n\s*", re.DOTALL)


@register.filter
def reading_minutes(html: str) -> int:
    """Whole minutes, at least one, that a reader of each script in `html` takes."""
    text = strip_tags(html)
    han = len(_HAN.findall(text))
    words = [word for word in _HAN.sub(" ", text).split() if _LETTER.search(word)]
    korean = sum(1 for word in words if _HANGUL.search(word))
    minutes = han / HAN_PER_MINUTE + korean / KOREAN_WORDS_PER_MINUTE + (len(words) - korean) / WORDS_PER_MINUTE
    return max(1, round(minutes))


@register.filter
def sentence_list(items: Iterable[Any]) -> str:
    """`a, b and c`, as the language of the page joins it."""
    *first, last = map(str, items)
    if not first:
        return last
    comma = pgettext("between the items of a list in a sentence", ", ")
    return comma.join(first) + pgettext("before the last item of a list in a sentence", " and ") + last


@register.filter
def column_names(edition: Any) -> list[str]:
    """What the addressee gets of each signature, in words."""
    return [str(COLUMNS[column]) for column in edition.delivered_columns if column in COLUMNS]


@register.filter
def country_in_words(code: str) -> str:
    """The country's name in the language of the page."""
    return country_name(code, get_language() or settings.LANGUAGE_CODE)


@register.filter
def missing_to_goal(petition: Any) -> int:
    """How many signatures the next goal still wants."""
    return max(0, petition.goal - petition.signature_count)


@register.filter
def first_input_id(field: BoundField) -> str:
    """The id an error summary links to: of the first radio button in a group."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_tag
def qr_code(address: str) -> SafeString:
    """A QR code as inline SVG, one path; black on the white that CSS lays under it, for cameras want it so."""
    svg = segno.make(address, error="m", micro=False).svg_inline(border=2, svgclass="qr", lineclass=None, omitsize=True)
    return mark_safe(svg.replace("<svg ", '<svg width="136" aria-hidden="true" ', 1))  # noqa: S308 - made of numbers only


@register.simple_tag
def article_path(petition: Any) -> str:
    """Where the reader finds the article that asks for this petition, in her language; empty when there is none."""
    slugs = ArticleEdition.objects.public().filter(article__petition=petition, language=get_language())
    slug = slugs.values_list("article__slug", flat=True).first()
    return reverse("article", args=[slug]) if slug else ""


@register.simple_tag
def article_json_ld(edition: Any, address: str, organisation: str, image: str = "") -> SafeString:
    """The article for search engines (schema.org); `<`, `>` and `&` escaped, so that no text ends the block."""
    publisher = {"@type": "Organization", "name": organisation}
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": edition.title,
        "description": edition.standfirst,
        "inLanguage": edition.language,
        "url": address,
        "datePublished": edition.article.published_at.isoformat(),
        "dateModified": edition.updated_at.isoformat(),
        "author": {"@type": "Organization", "name": edition.byline} if edition.byline else publisher,
        "publisher": publisher,
    }
    text = json.dumps(data | ({"image": image} if image else {}), ensure_ascii=False)
    escaped = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return mark_safe(f'<script type="application/ld+json">{escaped}</script>')  # noqa: S308 - escaped just above


@register.tag
def squeeze(parser: Any, token: Any) -> "SqueezeNode":
    """{% squeeze %}…{% endsqueeze %}: the page without the indentation of its templates."""
    nodelist = parser.parse(("endsqueeze",))
    parser.delete_first_token()
    return SqueezeNode(nodelist)


class SqueezeNode(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        page = self.nodelist.render(context)
        return _KEPT_OR_INDENT.sub(lambda found: found[0] if found[1] else "\n", page)
