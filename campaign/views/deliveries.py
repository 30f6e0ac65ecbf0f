"""The public record of deliveries, and the addressee's own page behind the link in the letter."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from campaign import crypto
from campaign.actions.delivering.handing_over import acknowledge
from campaign.models import Delivery
from campaign.views.errors import error_page
from campaign.views.guard import from_here_only
from campaign.views.petitions import demand_of, languages_of, public_page, public_petition

TOKEN_CHARACTERS = 43


@require_safe
@public_page
def deliveries(request: HttpRequest, slug: str) -> HttpResponse:
    """What was made for an addressee, handed over, acknowledged and answered."""
    petition = public_petition(slug)
    shown = Delivery.objects.told().filter(petition=petition).order_by("-number")
    context = {"petition": petition, "demand": demand_of(petition), "deliveries": list(shown)}
    context |= {"languages_ready": languages_of(petition), "log_address": f"{settings.SITE_URL}/log/{slug}"}
    return render(request, "petition/deliveries.html", context)


@from_here_only
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def delivery_link(request: HttpRequest, token: str) -> HttpResponse:
    """The addressee's own page. GET shows, POST acknowledges; one and the same 404 for any link that is none."""
    delivery = _find(token)
    if delivery is None:
        return error_page(request, 404)
    if request.method == "POST":
        return _acknowledge(request, delivery)
    petition = delivery.petition
    context = {"delivery": delivery, "petition": petition, "demand": petition.edition_in(get_language() or "")}
    return render(request, "petition/delivery.html", context)


def _find(token: str) -> Delivery | None:
    if len(token) != TOKEN_CHARACTERS:
        return None
    return Delivery.objects.told().filter(link_hash=crypto.token_hash(token)).first()


def _acknowledge(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    try:
        acknowledge(delivery)
    except DatabaseError:
        return error_page(request, 503)
    return HttpResponseRedirect(request.path, status=303)
