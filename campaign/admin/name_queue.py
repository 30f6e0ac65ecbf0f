"""The page of the names that wait: one button decides on a page of them. What is not chosen for goes on waiting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions.moderating.decisions import MODERATE
from campaign.actions.moderating.name_queue import NameWaiting, decide_names, open_queue
from campaign.actions.staff.access import OPEN_SIGNATORY, RefusedError
from campaign.admin.acts import Act, Outcome, staff_of
from campaign.admin.forms import ReasonClassField, WhyField
from campaign.admin.site import admin_site
from campaign.models import Petition, Signatory

APPROVE, REFUSE, LATER = "approve", "refuse", "later"
SEAL, CHOICE = "seal-", "choice-"  # each followed by the key of a signature


@dataclass(frozen=True)
class Choice:
    """What was chosen for a name, and the seal of the name that was seen."""

    act: str
    seal: str


class NamesForm(forms.Form):
    """Why the refused are refused: one reason for all of a page. Without a refusal none is asked for."""

    reason_class = ReasonClassField()
    reason = WhyField(label=gettext_lazy("Reason"))

    def __init__(self, *args: Any, is_refusing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = is_refusing
        self.fields["reason_class"].help_text = _("Only when you refuse a name: one reason for all that you refuse.")


def address_of(petition: Petition, after: UUID | None = None) -> str:
    """The queue of a petition, or the page after a name."""
    address = reverse("admin:campaign_signatory_names", args=[petition.pk])
    return f"{address}?after={after}" if after else address


def to_queue(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    return HttpResponseRedirect(address_of(petition))


# Stands on the petition's page.
NAMES = Act("names", gettext_lazy("Names that wait"), MODERATE, to_queue,
            lambda petition: petition.shows_names and petition.names_wait, is_logged=False)  # fmt: skip


def queue_view(request: HttpRequest, petition_id: int) -> HttpResponse:
    """A page of names, opened on the record; POST decides. Raises PermissionDenied, Http404."""
    if not request.user.has_perms((MODERATE, OPEN_SIGNATORY)):
        raise PermissionDenied
    petition = get_object_or_404(Petition, pk=petition_id)
    return _decide(request, petition) if request.method == "POST" else _show(request, petition, NamesForm(), {})


def _show(request: HttpRequest, petition: Petition, form: NamesForm, chosen: Mapping[UUID, Choice]) -> HttpResponse:
    after, back = _key(request.GET.get("after", "")), reverse("admin:campaign_petition_change", args=[petition.pk])
    try:
        names = open_queue(petition, by=staff_of(request), after=after) if petition.names_wait else []
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(back)
    context = {**admin_site.each_context(request), "title": _("Names that wait"), "opts": Signatory._meta}
    context |= {"original": petition, "back": back, "form": form, "is_further_on": after is not None}
    context |= {"names": [(each, _preset(each, chosen)) for each in names], "first": address_of(petition)}
    return TemplateResponse(request, "admin/campaign/signatory/names.html", context)


def _preset(name: NameWaiting, chosen: Mapping[UUID, Choice]) -> str:
    """What was chosen already; else a name without a hint is taken to be good."""
    choice = chosen.get(name.signatory.pk)
    return choice.act if choice else LATER if name.hints else APPROVE


def _decide(request: HttpRequest, petition: Petition) -> HttpResponse:
    chosen = _chosen(request.POST)
    refused = {pk for pk, choice in chosen.items() if choice.act == REFUSE}
    form = NamesForm(request.POST, is_refusing=bool(refused))
    if not form.is_valid():
        return _show(request, petition, form, chosen)
    seals = {pk: choice.seal for pk, choice in chosen.items() if choice.act in (APPROVE, REFUSE)}
    numbers = decide_names(seals, refused=refused, by=staff_of(request), **form.cleaned_data)
    sentence = _("Approved: %(approved)d. Refused: %(refused)d. Still waiting: %(waiting)d.")
    approved, refusals = numbers
    waiting = len(chosen) - approved - refusals
    messages.success(request, sentence % {"approved": approved, "refused": refusals, "waiting": waiting})
    return HttpResponseRedirect(address_of(petition, max(chosen, default=None)))


def _chosen(words: Mapping[str, str]) -> dict[UUID, Choice]:
    """What was posted for each name; what is no key is left out."""
    keys = [_key(name.removeprefix(SEAL)) for name in words if name.startswith(SEAL)]
    return {key: Choice(words.get(f"{CHOICE}{key}", LATER), words.get(f"{SEAL}{key}", "")) for key in keys if key}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
