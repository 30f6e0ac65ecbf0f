"""Filters for people who read: time, lists, the QR code, data for machines."""

import json
import re
from collections.abc import Iterable
from typing import Any

import segno
from django import template
from django.forms.boundfield import BoundField
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from campaign.models.petition import COLUMNS

register = template.Library()

# Silent reading of non-fiction, per minute: Brysbaert 2019 (doi 10.1016/j.jml.2019.104047), Chinese in characters.
WORDS_PER_MINUTE = 238
KOREAN_WORDS_PER_MINUTE = 226
HAN_PER_MINUTE = 390
_HAN = re.compile(r"[\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_LETTER = re.compile(r"\w")


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
    comma = pgettext("between the items of a list in a sentence", ", ")
    return comma.join(first) + pgettext("before the last item of a list in a sentence", " and ") + last if first else last


@register.filter
def column_names(edition: Any) -> list[str]:
    """What the addressee gets of each signature, in words."""
    return [str(COLUMNS[column]) for column in edition.delivered_columns if column in COLUMNS]


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
    """A QR code as inline SVG, coloured by CSS, drawn as one path."""
    svg = segno.make(address, error="m", micro=False).svg_inline(
        border=2, svgclass="qr", lineclass=None, omitsize=True, dark="currentColor"
    )
    return mark_safe(svg.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S308 - made of numbers only


@register.simple_tag
def json_ld(**data: Any) -> SafeString:
    """A JSON-LD block; safe inside HTML. `a__b=c` nests: {"a": {"b": c}}, and a leading `at_` is `@`."""
    tree: dict[str, Any] = {"@context": "https://schema.org"}
    for name, value in data.items():
        *parents, leaf = [f"@{part[3:]}" if part.startswith("at_") else part for part in name.split("__")]
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
        if value not in (None, ""):
            branch[leaf] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    text = json.dumps(tree, ensure_ascii=False)
    escaped = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return mark_safe(f'<script type="application/ld+json">{escaped}</script>')  # noqa: S308 - escaped just above
