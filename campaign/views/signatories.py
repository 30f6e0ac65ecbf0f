"""The signatory's own page, behind the mailed link. GET shows, only POST acts."""

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from campaign.actions.admitting import prices
from campaign.actions.delivering import receipts
from campaign.actions.mailing import updates
from campaign.actions.pages.kept import Kept
from campaign.actions.signing import holdings, signatories
from campaign.actions.signing.statements import NotOpenError, find_by_token
from campaign.forms import AddressForm, ChangeForm, ConfirmForm, PublicForm
from campaign.models import Petition, PetitionEdition, Signatory
from campaign.models.signatory import CONFIRMED, EXPIRED, PENDING
from campaign.views.errors import error_page
from campaign.views.guard import from_anywhere, from_here_only
from campaign.views.petitions import is_too_large, posted

TOKEN_CHARACTERS = 43
_signed: Kept[PetitionEdition] = Kept()


@from_here_only
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """One and the same 404 for a token that is unknown, cut or altered."""
    signatory = _find(token)
    if signatory is None:
        return error_page(request, 404)
    if request.method != "POST":
        return _show(request, signatory)
    if is_too_large(request):
        return error_page(request, 413)
    actions = posted(request)[0].getlist("action")
    act = _ACTS.get(actions[0]) if len(actions) == 1 else None
    try:
        return act(request, signatory) if act else _show(request, signatory, status=422)
    except DatabaseError:
        return error_page(request, 503)


@from_anywhere
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more news: at the press of the page's button, or of the mail program's own (RFC 8058). Nothing else."""
    signatory_id = updates.whose_ticket(token)
    if signatory_id is None:
        return error_page(request, 404)
    context: dict[str, Any] = {"is_done": request.method == "POST", "is_neutral": True}
    try:
        if context["is_done"]:
            updates.unsubscribe(signatory_id)
            # No way back to a high-risk petition: its address alone may name the cause.
            context["petition"] = Petition.objects.filter(mode="standard", signatory=signatory_id).first()
    except DatabaseError:
        return error_page(request, 503)
    return render(request, "signatory/unsubscribe.html", context)


def _find(token: str) -> Signatory | None:
    signatory = find_by_token(token) if len(token) == TOKEN_CHARACTERS else None
    if signatory is not None:
        signatory.edition = _edition(signatory.edition_id)
        signatory.petition = signatory.edition.petition
    return signatory


def _edition(pk: int) -> PetitionEdition:
    """What was signed, and on which petition: the same for most who come, and kept for a moment."""
    return _signed.get_or_make(pk, lambda: PetitionEdition.objects.select_related("petition").get(pk=pk))


def _show(
    request: HttpRequest, signatory: Signatory, form: PublicForm | None = None, status: int = 200
) -> HttpResponse:
    stage, ends_at = receipts.stage_of(signatory)
    context = {
        "signatory": signatory,
        "petition": signatory.petition,
        "demand": signatory.edition,
        "form": form or _form_for(signatory),
        "needs_name": signatories.needs_name(signatory, signatory.visibility),
        "kept": holdings.list_unshown(signatory),
        "kept_elsewhere": holdings.ELSEWHERE,
        "receipt_stage": stage,
        "receipt_ends_at": ends_at,
    }
    return render(request, "signatory/page.html", context, status=status)


def _form_for(signatory: Signatory) -> PublicForm | None:
    if signatory.state == PENDING:
        return ConfirmForm(signatory=signatory)
    if signatory.state == CONFIRMED:
        return ChangeForm(signatory=signatory)
    return AddressForm() if signatory.state == EXPIRED and signatory.petition.is_open else None


def _back(request: HttpRequest, to: str = "") -> HttpResponse:
    return HttpResponseRedirect(request.path + to, status=303)


def _confirm(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    if not signatory.is_confirmable:
        return _back(request)
    form = ConfirmForm(_with_choices(request, signatory), signatory=signatory)
    if not form.is_valid():
        return _show(request, signatory, form, status=422)
    signatories.confirm(signatory, choices=form.choices)
    return _back(request)


def _with_choices(request: HttpRequest, signatory: Signatory) -> QueryDict:
    """The posted choices, each as often as it came; what a form did not send stays as it was."""
    choices = posted(request)[0].copy()
    for name in ("country", "visibility"):
        choices.setdefault(name, getattr(signatory, name))
    return choices


def _change(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    if signatory.state != CONFIRMED:
        return _back(request)
    form = ChangeForm(_with_choices(request, signatory), signatory=signatory)
    if not form.is_valid():
        return _show(request, signatory, form, status=422)
    signatories.change(signatory, choices=form.choices)
    return _back(request)


def _withdraw(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    signatories.withdraw(signatory)
    return _back(request)


def _refuse(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    signatories.refuse(signatory)
    return _back(request)


def _again(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    if signatory.state != EXPIRED or not signatory.petition.is_open:
        return _back(request)
    form = AddressForm(*posted(request))
    if not form.is_valid():
        return _show(request, signatory, form, status=422)
    try:
        admission = prices.admit_link(meta=request.META)
        signatories.sign_again(signatory, email=form.cleaned_data["email"], admission=admission)
    except NotOpenError:  # closed or paused since we looked
        return _back(request)
    return HttpResponseRedirect(reverse("check-your-email", args=[signatory.petition.slug]), status=303)


def _ask_for_receipt(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    receipts.ask_for_receipt(signatory)
    return _back(request, to="#receipt")


def _take_receipt(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    """The file, under a name that says nothing of what it is about."""
    receipt = receipts.open_receipt(signatory, signatory.came_by)
    if receipt is None:
        return _back(request, to="#receipt")
    response = HttpResponse(receipt, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="receipt.txt"'
    return response


def _download(request: HttpRequest, signatory: Signatory) -> HttpResponse:
    response = JsonResponse(holdings.what_is_held(signatory), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="signature.json"'
    return response


_ACTS = {
    "confirm": _confirm,
    "change": _change,
    "withdraw": _withdraw,
    "not_me": _refuse,
    "again": _again,
    "download": _download,
    "ask_for_receipt": _ask_for_receipt,
    "take_receipt": _take_receipt,
}
