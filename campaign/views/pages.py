"""Reading: the front page, the article, the fixed pages, and what machines ask for."""

import io

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.static import serve

from campaign.actions.health import readiness
from campaign.models import ArticleEdition, PetitionEdition
from campaign.models.petition import DRAFT
from campaign.views.petitions import petition_context

public_page = cache_control(public=True, max_age=settings.PAGE_MAX_AGE_SECONDS, stale_while_revalidate=60)


@require_safe
@cache_control(private=True, no_cache=True)
def root(request: HttpRequest) -> HttpResponse:
    """Send the reader to the front page in her language. Shared caches would keep one for each list of languages."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("front-page"))
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
@public_page
def front_page(request: HttpRequest) -> HttpResponse:
    editions = ArticleEdition.objects.public().filter(language=get_language())
    editions = editions.select_related("article__petition").order_by("-article__published_at")
    return render(request, "article/front.html", {"editions": editions})


@require_safe
@public_page
def article(request: HttpRequest, slug: str) -> HttpResponse:
    ready = ArticleEdition.objects.public().filter(article__slug=slug)
    edition = get_object_or_404(ready.select_related("article__petition"), language=get_language())
    context = {
        "edition": edition,
        "article": edition.article,
        "languages_ready": list(ready.values_list("language", flat=True)),
    }
    petition = edition.article.petition
    if petition and petition.is_public:
        context |= petition_context(petition)
    return render(request, "article/detail.html", context)


@require_safe
@public_page
def fixed_page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, f"page/{name}.html")


@require_safe
@cache_control(public=True, max_age=86_400)
def qr_code(request: HttpRequest, name: str, slug: str) -> HttpResponse:
    """The QR code (ISO/IEC 18004) of a page, as SVG; black on white in dark mode too, for cameras want it so.

    Only of a page that can be read: codes of made-up addresses would push the pages out that this process keeps.
    """
    if not _is_readable(name, slug):
        raise Http404
    picture = io.BytesIO()
    address = settings.SITE_URL + reverse(name, args=[slug])
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=2, light="#fff", omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _is_readable(name: str, slug: str) -> bool:
    language = get_language()
    if name == "article":
        return ArticleEdition.objects.public().filter(article__slug=slug, language=language).exists()
    demands = PetitionEdition.objects.published().exclude(petition__state=DRAFT)
    return demands.filter(petition__slug=slug, language=language).exists()


@require_safe
@cache_control(public=True, max_age=86_400)
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An uploaded image, where there is no proxy to serve it."""
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive: for container health checks and the proxy. Asks nothing of anybody."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and queue age, for people and monitors; 503 when one is not as it should be."""
    checks = readiness()
    is_ready = all(check["ok"] for check in checks.values())
    response = JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)
    response["Cache-Control"] = "no-store"
    return response
