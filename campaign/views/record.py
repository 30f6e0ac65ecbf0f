"""The public record of a petition: the names that stand on it, and its numbers in detail."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from campaign.actions.counting import tallies
from campaign.actions.moderating import shown_names
from campaign.models import Petition, PetitionEdition
from campaign.models.petition import DRAFT
from campaign.views.petitions import demand_of, languages_of, public_page, public_petition

PETITIONS_LISTED = 50


@require_safe
@public_page
def names(request: HttpRequest, slug: str) -> HttpResponse:
    """The names whose owners chose to show them, a page at a time, for readers and not for search engines."""
    petition = public_petition(slug)
    page = shown_names.page_of_names(petition, _page_number(request)) if petition.shows_names else None
    if page is None and petition.shows_names:
        raise Http404
    response = render(request, "petition/names.html", _context(petition) | {"page": page})
    response["X-Robots-Tag"] = "noindex"
    return response


def _page_number(request: HttpRequest) -> int:
    """The page asked for; 0, which is the newest, where none is. Raises Http404."""
    asked = request.GET.get("page", "")
    if not asked:
        return 0
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 6 and int(asked)):
        raise Http404
    return int(asked)


@require_safe
@public_page
def integrity(request: HttpRequest, slug: str) -> HttpResponse:
    """How many signatures stand in which state, and how that went from week to week."""
    petition = public_petition(slug)
    weeks = tallies.weekly_numbers(petition)
    numbers = {"newest": next(iter(weeks), None), "weeks": weeks, "step": tallies.STEP}
    return render(request, "petition/integrity.html", _context(petition) | numbers)


def _context(petition: Petition) -> dict[str, Any]:
    return {"petition": petition, "demand": demand_of(petition), "languages_ready": languages_of(petition)}


@require_safe
@public_page
def how_we_count(request: HttpRequest) -> HttpResponse:
    """What counts and what does not, with the way to each petition's numbers."""
    shown = PetitionEdition.objects.published().exclude(petition__state=DRAFT).filter(language=get_language())
    newest = {edition.petition_id: edition for edition in shown.select_related("petition").order_by("version")}
    demands = sorted(newest.values(), key=lambda demand: -demand.petition_id)[:PETITIONS_LISTED]
    return render(request, "page/how_we_count.html", {"demands": demands})
