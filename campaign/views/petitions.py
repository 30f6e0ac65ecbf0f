"""The petition: its page, signing, the page after it, the frame for other sites, and its numbers as JSON."""

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaign.actions.admitting import prices, slow_lane
from campaign.actions.mailing.letters import expected_subject, sender_of
from campaign.actions.pages.kept import Kept
from campaign.actions.pages.versions import versions_of
from campaign.actions.signing import signatories
from campaign.actions.signing.statements import NotOpenError
from campaign.forms import AddressForm, SignForm
from campaign.models import ArticleEdition, Petition, PetitionEdition
from campaign.views.errors import error_page, never_stored
from campaign.views.guard import from_here_only

LATEST_UPDATES = 3
UPDATES_SHOWN = 100
public_page = cache_control(public=True, max_age=settings.PAGE_MAX_AGE_SECONDS, stale_while_revalidate=60)
_to_sign: Kept[PetitionEdition] = Kept()


def public_petition(slug: str) -> Petition:
    return get_object_or_404(Petition.objects.public(), slug=slug)


def demand_of(petition: Petition) -> PetitionEdition:
    demand = petition.edition_in(get_language() or "")
    if demand is None:
        raise Http404
    return demand


def languages_of(petition: Petition) -> list[str]:
    """The languages in which there is a demand to read."""
    return list(petition.editions.published().order_by("language").values_list("language", flat=True).distinct())


def demand_to_sign(slug: str) -> PetitionEdition:
    """Petition and demand, kept for a moment: whether it is open still is asked by the statement that signs."""
    return _to_sign.get_or_make((slug, get_language()), lambda: demand_of(public_petition(slug)))


def editions_of(petition: Petition) -> list[PetitionEdition]:
    """The versions of its demand in the language of the page, newest first."""
    return list(petition.editions.published().filter(language=get_language()).order_by("-version"))


def petition_context(petition: Petition, form: SignForm | None = None) -> dict[str, Any]:
    """What every page with a petition on it shows: the demand, its versions, and the form while it is open."""
    versions = editions_of(petition)
    demand = versions[0] if versions else None
    if form is None and demand and petition.is_open:
        form = SignForm(petition=petition, demand=demand)
    updates = petition.updates.public().filter(language=get_language())[:LATEST_UPDATES]
    return {"petition": petition, "demand": demand, "versions": versions, "form": form, "updates": updates}


def posted(request: HttpRequest) -> tuple[QueryDict, Any]:
    """The posted fields and files; empty ones where the body is no form that can be read."""
    try:
        return request.POST, request.FILES
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return QueryDict(), {}


def is_too_large(request: HttpRequest) -> bool:
    """Whether the body is announced as larger than any honest form."""
    try:
        return int(request.headers.get("Content-Length") or 0) > settings.SIGN_BODY_MAX_BYTES
    except ValueError:
        return True


@require_safe
@public_page
def petition(request: HttpRequest, slug: str) -> HttpResponse:
    shown = public_petition(slug)
    demand_of(shown)
    return _detail(request, shown)


def _detail(request: HttpRequest, petition: Petition, form: SignForm | None = None, status: int = 200) -> HttpResponse:
    ready = ArticleEdition.objects.public().filter(article__petition=petition, language=get_language())
    context = {"background": ready.select_related("article").first(), "languages_ready": languages_of(petition)}
    return render(request, "petition/detail.html", petition_context(petition, form) | context, status=status)


@require_safe
@public_page
def updates(request: HttpRequest, slug: str) -> HttpResponse:
    """News about the petition, newest first."""
    shown = public_petition(slug)
    news = shown.updates.public().filter(language=get_language())[:UPDATES_SHOWN]
    context = {"petition": shown, "demand": demand_of(shown), "updates": news, "languages_ready": languages_of(shown)}
    return render(request, "petition/updates.html", context)


@require_safe
@public_page
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version of the demand in this language, newest first: what changed, and why."""
    shown = public_petition(slug)
    context = {"petition": shown, "demand": demand_of(shown), "languages_ready": languages_of(shown)}
    return render(request, "petition/versions.html", context | {"versions": versions_of(editions_of(shown))})


@from_here_only
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a signature: the same answer to a new, a repeated, a confirmed and a blocked address."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("petition", args=[slug]), status=303)
    if is_too_large(request):
        return error_page(request, 413)
    try:
        return _sign(request, demand_to_sign(slug))
    except DatabaseError:
        return error_page(request, 503)


def _sign(request: HttpRequest, demand: PetitionEdition) -> HttpResponse:
    petition = demand.petition
    if not petition.is_open:
        return _not_open(request, petition)
    form = SignForm(*posted(request), petition=petition, demand=demand)
    if not form.is_valid():
        return _private(_detail(request, petition, form, status=422))
    try:
        admission = prices.admit_form(petition.slug, meta=request.META, proof=form.cleaned_data["proof"])
        signatories.sign(petition, demand, words=form.words, admission=admission)
    except NotOpenError:  # closed or paused since we looked
        return _not_open(request, public_petition(petition.slug))
    return _private(HttpResponseRedirect(reverse("check-your-email", args=[petition.slug]), status=303))


def _not_open(request: HttpRequest, petition: Petition) -> HttpResponse:
    return _private(render(request, "petition/not_open.html", petition_context(petition), status=409))


@from_here_only
@require_http_methods(["GET", "HEAD", "POST"])
def check_your_email(request: HttpRequest, slug: str) -> HttpResponse:
    """What to do next; a POST of the address mails the link again, with the same answer to everyone."""
    petition = public_petition(slug)
    if is_too_large(request):
        return error_page(request, 413)
    form = AddressForm(*posted(request)) if request.method == "POST" else AddressForm()
    demand = demand_of(petition)
    context = {"petition": petition, "demand": demand, "form": form}
    context |= {"sender": sender_of(petition)[1], "subject": expected_subject(petition, demand)}
    context |= {"is_lane_felt": slow_lane.is_felt()}
    if request.method == "POST" and form.is_valid():
        try:
            admission = prices.admit_link(meta=request.META)
            signatories.ask_for_link(petition, email=form.cleaned_data["email"], admission=admission)
        except DatabaseError:
            return error_page(request, 503)
        context |= {"form": AddressForm(), "was_sent": True}
    return _private(render(request, "petition/check_your_email.html", context, status=422 if form.errors else 200))


def _private(response: HttpResponse) -> HttpResponse:
    never_stored(response)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@public_page
@xframe_options_exempt
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    shown = public_petition(slug)
    response = render(request, "petition/embed.html", {"petition": shown, "demand": demand_of(shown)})
    response.may_be_framed = True  # type: ignore[attr-defined] # the policy middleware reads it
    return response
