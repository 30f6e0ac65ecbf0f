"""What every public template may ask: who runs the site, which languages there are, where the same page is."""

from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.urls import translate_url

from campaign.actions.signing import ages

register = template.Library()


def site_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the organisation, and addresses that do not depend on the Host header."""
    return {
        "organisation_name": settings.ORGANISATION_NAME,
        "organisation_contact": settings.ORGANISATION_CONTACT,
        "source_url": settings.SOURCE_URL,
        "site_url": settings.SITE_URL,
        "canonical_url": settings.SITE_URL + request.path,
        "asks_proof": settings.PROOF_OF_WORK,
        "is_development": settings.DEVELOPMENT,
    }


@register.simple_tag
def organisation() -> str:
    """The organisation's name, for templates that are rendered without a request."""
    return settings.ORGANISATION_NAME


def is_neutral(context: template.Context) -> bool:
    """Whether the page belongs to a high-risk petition: histories, tabs and previews are not to say which."""
    petition = context.get("petition")
    return bool(context.get("is_neutral")) or (petition is not None and petition.is_high_risk)


@register.simple_tag(takes_context=True)
def titled(context: template.Context, words: str, neutral_words: str) -> str:
    """What the page is called outside of itself: its own words, or neutral ones."""
    return neutral_words if is_neutral(context) else words


@register.simple_tag(takes_context=True)
def site_name(context: template.Context) -> str:
    """Whose page it is, as told outside of it."""
    return settings.NEUTRAL_NAME if is_neutral(context) else settings.ORGANISATION_NAME or "Undersigned"


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The same page in every language that has it: code, own name, path, and whether it is this one."""
    path = context.get("page_path") or context["request"].path
    current = context.get("LANGUAGE_CODE") or context["request"].LANGUAGE_CODE
    ready = context.get("languages_ready") or [code for code, _ in settings.LANGUAGES]
    return [
        {"code": code, "name": name, "path": translate_url(path, code), "is_current": code == current}
        for code, name in settings.LANGUAGES
        if code in ready or code == current
    ]


@register.simple_tag
def address_of(file: Any) -> str:
    """The whole address of an uploaded file, for those who see it elsewhere; empty where there is none."""
    return settings.SITE_URL + file.url if file else ""


@register.filter
def bcp47(code: str) -> str:
    """A language code as HTML wants it: `zh-hans` is `zh-Hans` (RFC 5646)."""
    language, _, rest = str(code).partition("-")
    return f"{language}-{rest.title() if len(rest) == 4 else rest.upper()}" if rest else language


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file; the plain one when the manifest lacks it, since an error page must not fail."""
    try:
        return staticfiles_storage.url(path)
    except ValueError:
        return settings.STATIC_URL + path


@register.simple_tag
def age_line() -> str:
    """From which age one may sign, in the language of the page."""
    return ages.age_line()
