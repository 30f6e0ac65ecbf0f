"""The page of the monthly review of accesses."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from campaign.actions.staff import reviews
from campaign.admin.acts import staff_of
from campaign.admin.site import admin_site
from campaign.models import AccessRecord, AccessReview


def review_view(request: HttpRequest, year: int = 0, month: int = 0) -> HttpResponse:
    """A month, the last one that is over unless another is named; POST says that it was looked over.

    Raises PermissionDenied, Http404.
    """
    if not request.user.has_perm(reviews.LOOK):
        raise PermissionDenied
    chosen = _month(year, month)
    if request.method == "POST":
        reviews.review(chosen, by=staff_of(request))
        return HttpResponseRedirect(address_of(chosen))
    return TemplateResponse(request, "admin/campaign/accessrecord/review.html", _context(request, chosen))


def _month(year: int, month: int) -> date:
    """Raises Http404 for what is no month, or is not over."""
    last = reviews.last_month()
    try:
        chosen = date(year, month, 1) if year else last
    except ValueError as error:
        raise Http404 from error
    if chosen > last:
        raise Http404
    return chosen


def address_of(month: date) -> str:
    return reverse("admin:campaign_accessrecord_month", args=[month.year, month.month])


def _context(request: HttpRequest, month: date) -> dict[str, Any]:
    later = reviews.first_of(month + timedelta(days=32))
    people = reviews.look_over(reviews.records_of(month).select_related("by"))
    return {
        **admin_site.each_context(request),
        "title": _("Review of accesses"),
        "opts": AccessRecord._meta,
        "month": month,
        "people": [(person, _acts(person), person.purposes.most_common()) for person in people],
        "many": reviews.MANY_A_DAY,
        "reviews": AccessReview.objects.filter(month=month).select_related("by"),
        "may_review": request.user.has_perm(reviews.REVIEW),
        "earlier": address_of(reviews.first_of(month - timedelta(days=1))),
        "later": address_of(later) if later <= reviews.last_month() else "",
    }


def _acts(person: reviews.Person) -> list[tuple[str, int]]:
    return [(str(act.label), person.acts[act]) for act in AccessRecord.Act if person.acts[act]]
