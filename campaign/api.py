"""The public numbers as JSON: counts, and what pages say of them, never a person."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from campaign.actions.pages.progress import words_of
from campaign.models import Petition, PetitionEdition


@require_safe
@cache_control(public=True, max_age=settings.PAGE_MAX_AGE_SECONDS, stale_while_revalidate=60)
def petition(request: HttpRequest, slug: str) -> JsonResponse:
    """The petition's public numbers, for partner sites; `counted_until` in ISO 8601, UTC."""
    shown = get_object_or_404(Petition.objects.public().prefetch_related("goal_meanings"), slug=slug)
    body = {
        "slug": shown.slug,
        "state": shown.state,
        "signature_count": shown.signature_count,
        "goal": shown.goal,
        "counted_until": shown.counted_until,
        "words": words_of(shown),
        "editions": [_edition(edition) for edition in shown.editions.published().order_by("language", "version")],
    }
    return JsonResponse(body, headers={"Access-Control-Allow-Origin": "*"})


def _edition(edition: PetitionEdition) -> dict[str, object]:
    names = ("language", "version", "title", "addressee", "digest")
    return {name: getattr(edition, name) for name in names}
