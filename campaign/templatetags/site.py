"""What every public template may ask: who runs the site, which languages there are, where the same page is."""

from typing import Any

from django import template
from django.conf import settings
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


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The same page in every language: code, own name, path, and whether it is this one."""
    path = context["request"].path
    current = context.get("LANGUAGE_CODE") or context["request"].LANGUAGE_CODE
    return [
        {"code": code, "name": name, "path": translate_url(path, code), "is_current": code == current}
        for code, name in settings.LANGUAGES
    ]
