"""Filters for people who read: time, lists, data for machines."""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext

from campaign.actions.pages import progress
from campaign.countries import country_name
from campaign.models.petition import COLUMNS
from campaign.templatetags.site import bcp47

register = template.Library()

# Silent reading of non-fiction, per minute: Brysbaert 2019 (doi 10.1016/j.jml.2019.104047), Chinese in characters.
WORDS_PER_MINUTE = 238
KOREAN_WORDS_PER_MINUTE = 226
HAN_PER_MINUTE = 390
_HAN = re.compile(r"[\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_LETTER = re.compile(r"\w")
_BLOCK = (
    r"</?(?:article|aside|body|d[dlt]|div|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|html|legend|li|link|main"
    r"|meta|nav|ol|p|section|title|ul)\b"
)
_ENDS = re.compile(r"</(?:p|li)>\s*(?=<(?:p|li|ul|ol|h[2-4]|blockquote|aside|section)\b)|</li>\s*(?=</[ou]l>)")
_KEPT = r"(?P<kept><(?P<tag>pre|textarea)\b.*?</(?P=tag)>)"
_SQUEEZED = re.compile(
    rf"{_KEPT}|(?P<block>{_BLOCK}[^<>]*>)\s*\n\s*|\s*\n\s*(?={_BLOCK})|(?P<line>\s*\n\s*)", re.DOTALL
)


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


@register.simple_tag
def count_said(petition: Any, own_page: object = "") -> SafeString:
    """How many have signed, the number set large."""
    before, number, after = progress.count_said(petition, is_own_page=bool(own_page))
    return format_html("{}<strong>{}</strong>{}", before, number, after)


@register.simple_tag
def goal_said(petition: Any, own_page: object = "") -> str:
    """What the next goal still wants, and what it stands for."""
    return progress.goal_said(petition, is_own_page=bool(own_page))


@register.filter
def first_input_id(field: BoundField) -> str:
    """The id an error summary links to: of the first radio button in a group."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter(is_safe=True)
def lean(html: str) -> str:
    """Rendered Markdown without the end tags that HTML lets go (13.1.2.4): of items and paragraphs before the next."""
    return _ENDS.sub("", html)


@register.filter
def for_mailto(words: str) -> str:
    """Words for the address of a link (RFC 6068): letters as they are, which browsers encode themselves (RFC 3987)."""
    return "".join(sign if sign.isalnum() else quote(sign, safe="") for sign in words)


@register.simple_tag
def article_json_ld(edition: Any, organisation: str, image: str = "") -> SafeString:
    """The article for search engines (schema.org); `<`, `>` and `&` escaped, so that no text ends the block."""
    publisher = {"@type": "Organization", "name": organisation}
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": edition.title,
        "inLanguage": bcp47(edition.language),
        "datePublished": edition.article.published_at.isoformat(timespec="seconds"),
        "dateModified": edition.updated_at.isoformat(timespec="seconds"),
        "author": {"@type": "Organization", "name": edition.byline} if edition.byline else publisher,
        "publisher": publisher,
    }
    text = json.dumps(data | ({"image": image} if image else {}), ensure_ascii=False, separators=(",", ":"))
    escaped = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    block = f'<script type="application/ld+json">{escaped}</script>'
    return mark_safe(block)  # noqa: S308 # nosec B308 B703 # escaped just above


@register.tag
def squeeze(parser: Any, token: Any) -> "SqueezeNode":
    """{% squeeze %}…{% endsqueeze %}: the page without indentation, nor lines between its blocks."""
    nodelist = parser.parse(("endsqueeze",))
    parser.delete_first_token()
    return SqueezeNode(nodelist)


class SqueezeNode(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        return _SQUEEZED.sub(_squeezed, self.nodelist.render(context))


def _squeezed(found: re.Match[str]) -> str:
    """What stays of a match; between two words the line's end, which is a space to browsers."""
    return found["kept"] or found["block"] or ("\n" if found["line"] else "")
