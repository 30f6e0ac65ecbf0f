"""The work that a form asks for: fetched by the page's script when somebody touches the form."""

from dataclasses import asdict

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from campaign.actions.admitting import prices
from campaign.actions.pages.kept import Kept
from campaign.models import Petition
from campaign.views.errors import error_page, never_stored
from campaign.views.guard import is_from_here
from campaign.views.petitions import public_petition

_known: Kept[Petition] = Kept()


@require_safe
def challenge(request: HttpRequest, slug: str) -> HttpResponse:
    """JSON: `token`, `target`, `work` (see admitting/proofs.py), and `wait`, the seconds before which no proof is good.

    429 for a network that has taken far too many. That is no wall: its forms need no proof to wait in the slow lane.
    """
    if not settings.PROOF_OF_WORK:
        raise Http404
    if not is_from_here(request):  # or any page could spend what its readers' networks have free
        return error_page(request, 403)
    _known.get_or_make(slug, lambda: public_petition(slug))
    given = prices.give_challenge(slug, meta=request.META)
    if given is None:
        return error_page(request, 429)
    return never_stored(JsonResponse(asdict(given) | {"wait": settings.PROOF_MIN_AGE.total_seconds()}))
