"""What machines ask for: the feed, the map of the site, and who to tell about a hole in it."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve

from campaign.exports import checker
from campaign.models import ArticleEdition, PetitionEdition
from campaign.models.petition import DRAFT
from campaign.views.pages import public_page

TILE_CACHING = "public, max-age=31536000, immutable"
SECURITY_TXT_LIFETIME = timedelta(days=180)


def _address(name: str, *args: str) -> str:
    return settings.SITE_URL + reverse(name, args=args)


class ArticleFeed(Feed):
    """The published articles of one language, newest first (Atom, RFC 4287)."""

    # Whole addresses, everywhere: Django would complete them from the Host header of whoever asks first, and the
    # finished feed is kept for those who come next.

    feed_type = Atom1Feed

    def title(self) -> str:
        return settings.ORGANISATION_NAME or "Undersigned"

    author_name = title  # which Atom asks of every feed

    def subtitle(self) -> str:
        return _("Articles and petitions")

    def link(self) -> str:
        return _address("front-page")

    def feed_url(self) -> str:
        return _address("feed")

    def items(self) -> Any:
        editions = ArticleEdition.objects.public().filter(language=get_language())
        editions = editions.select_related("article__petition")
        return editions.order_by("-article__published_at")[:30]

    # Feed readers show both on locked screens.
    def item_title(self, item: ArticleEdition) -> str:
        return _("Article") if item.article.is_neutral else item.title

    def item_description(self, item: ArticleEdition) -> str:
        return _("Read it, and decide for yourself.") if item.article.is_neutral else item.standfirst

    def item_link(self, item: ArticleEdition) -> str:
        return _address("article", item.article.slug)

    def item_pubdate(self, item: ArticleEdition) -> Any:
        return item.article.published_at

    def item_updateddate(self, item: ArticleEdition) -> Any:
        return item.updated_at


feed = require_safe(public_page(ArticleFeed()))


@require_safe
@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in every language that has it, each with its alternates (sitemaps.org, protocol 0.9)."""
    fixed = [
        {language: _in(language, name) for language, _name in settings.LANGUAGES}
        for name in ("front-page", "privacy", "safety", "how-we-count", "imprint")
    ]
    editions = ArticleEdition.objects.public().order_by("article_id").values_list("article__slug", "language")
    demands = PetitionEdition.objects.published().exclude(petition__state=DRAFT).order_by("petition_id")
    pages = fixed + _by_slug("article", editions)
    pages += _by_slug("petition", demands.values_list("petition__slug", "language").distinct())
    return render(request, "machine/sitemap.xml", {"pages": pages}, content_type="application/xml")


def _in(language: str, name: str, *args: str) -> str:
    with override(language):
        return _address(name, *args)


def _by_slug(name: str, rows: Any) -> list[dict[str, str]]:
    pages: dict[str, dict[str, str]] = {}
    for slug, language in rows:
        pages.setdefault(slug, {})[language] = _in(language, name, slug)
    return list(pages.values())


@require_safe
def log_file(request: HttpRequest, slug: str, path: str) -> HttpResponseBase:
    """A file of a petition's log, where there is no proxy to serve it (C2SP tlog-tiles; docs/log.md)."""
    response = serve(request, f"{slug}/{path}", document_root=str(settings.LOG_DIR))
    is_tile = path.startswith("tile/")
    response["Content-Type"] = "application/octet-stream" if is_tile else "text/plain; charset=utf-8"
    response["Cache-Control"] = TILE_CACHING if is_tile else f"public, max-age={settings.PAGE_MAX_AGE_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers should leave alone (RFC 9309)."""
    return render(request, "machine/robots.txt", {"site_url": settings.SITE_URL}, content_type="text/plain")


@require_safe
@cache_control(public=True, max_age=3600)
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that checks deliveries and receipts offline, to be saved: the same as in each delivery."""
    response = HttpResponse(checker.source(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a vulnerability (RFC 9116)."""
    contact = settings.ORGANISATION_CONTACT or settings.DEFAULT_FROM_EMAIL
    is_address = re.fullmatch(r"[^\s@,;<>]+@[^\s@,;<>]+", contact)  # else it is lines that stand in the imprint
    context = {
        "contact": f"mailto:{contact}" if is_address else _in(settings.LANGUAGE_CODE, "imprint"),
        "expires": (timezone.now() + SECURITY_TXT_LIFETIME).strftime("%Y-%m-%dT00:00:00Z"),
        "languages": ", ".join(code for code, _name in settings.LANGUAGES),
        "canonical": f"{settings.SITE_URL}/.well-known/security.txt",
    }
    return render(request, "machine/security.txt", context, content_type="text/plain; charset=utf-8")
