"""What every public template may ask: who runs the site, which languages there are, where the same page is."""

from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.urls import translate_url

register = template.Library()


def site_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the organisation, and addresses that do not depend on the Host header."""
    return {
        "organisation_name": settings.ORGANISATION_NAME,
        "organisation_contact": settings.ORGANISATION_CONTACT,
        "site_url": settings.SITE_URL,
        "canonical_url": settings.SITE_URL + request.path,
        "is_development": settings.DEVELOPMENT,
    }


@register.simple_tag
def organisation() -> str:
    """The organisation's name, for templates that are rendered without a request."""
    return settings.ORGANISATION_NAME


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
