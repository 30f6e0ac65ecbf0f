"""The page on a flood: what its signatures have in common is told, looked at, and only then ordered to be rejected."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaign.actions.moderating.bulk import decide_by_condition
from campaign.actions.moderating.decisions import MODERATE
from campaign.actions.moderating.floods import NOT_SAID, Condition, Preview, busiest_networks, look
from campaign.actions.staff.access import RefusedError
from campaign.admin.acts import staff_of
from campaign.admin.forms import ReasonClassField, WhyField
from campaign.admin.site import admin_site
from campaign.countries import country_choices
from campaign.models import BulkDecision, Petition, Signatory
from campaign.models.signatory import CONFIRMED, PENDING

ANY = ("", _("any"))
START = "start"  # the button that orders; the other one looks


class FloodForm(forms.Form):
    """What the signatures of a flood have in common, and why they are rejected."""

    petition = forms.ModelChoiceField(Petition.objects.all(), label=_("Petition"))
    signed_from = forms.DateTimeField(label=_("Signed from"), widget=forms.DateTimeInput({"type": "datetime-local"}))
    signed_until = forms.DateTimeField(
        label=_("Signed before"), widget=forms.DateTimeInput({"type": "datetime-local"}), help_text=_("Times are UTC.")
    )
    network_tag = forms.ChoiceField(
        label=_("Network"), required=False, help_text=_("Those that come most often lately, with how often.")
    )
    domain_class = forms.ChoiceField(
        label=_("Mail domain"), required=False, choices=[ANY, *Signatory.DomainClass.choices]
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    same_name_as = forms.UUIDField(
        label=_("Same name as"),
        required=False,
        help_text=_("The key of a signature. Names are opened and compared, shown to nobody, and that is recorded."),
    )
    never_confirmed = forms.BooleanField(
        label=_("Only what was never confirmed"),
        required=False,
        help_text=_("It is erased at once, and does not come back."),
    )
    reason_class = ReasonClassField()
    reason = WhyField(label=_("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = country_choices(get_language() or "en")
        networks = [(tag, f"{tag} ({number})") for tag, number in busiest_networks()]
        self.fields["country"].choices = [ANY, (NOT_SAID, _("not said")), *countries]  # type: ignore[attr-defined]
        self.fields["network_tag"].choices = [ANY, *networks]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned["signed_from"] >= cleaned["signed_until"]:
            self.add_error("signed_until", _("This must be later than the first time."))
        if not self.errors and not (self.condition.is_narrow or cleaned["never_confirmed"]):
            raise forms.ValidationError(_("Say more than a petition and a time: else it is about everybody."))
        return cleaned

    @property
    def condition(self) -> Condition:
        words = self.cleaned_data
        return Condition(
            petition_id=words["petition"].pk,
            signed_from=words["signed_from"].isoformat(),
            signed_until=words["signed_until"].isoformat(),
            state=PENDING if words["never_confirmed"] else CONFIRMED,
            country=words["country"],
            domain_class=words["domain_class"],
            network_tag=words["network_tag"],
            same_name_as=str(words["same_name_as"] or ""),
        )


def flood_view(request: HttpRequest) -> HttpResponse:
    """Look at a flood, then order its rejection. Raises PermissionDenied."""
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    form = FloodForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _show(request, form)
    number = _number_seen(request.POST.get("seen", ""), form.condition)
    try:
        return _look(request, form) if number is None or START not in request.POST else _start(request, form, number)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return _show(request, form)


def _look(request: HttpRequest, form: FloodForm) -> HttpResponse:
    return _show(request, form, look(form.condition, by=staff_of(request), purpose=form.cleaned_data["reason"]))


def _start(request: HttpRequest, form: FloodForm, number: int) -> HttpResponse:
    reason_class, reason = form.cleaned_data["reason_class"], form.cleaned_data["reason"]
    bulk = decide_by_condition(
        form.condition, number=number, reason_class=reason_class, reason=reason, by=staff_of(request)
    )
    return HttpResponseRedirect(reverse("admin:campaign_bulkdecision_change", args=[bulk.pk]))


def _number_seen(seen: str, condition: Condition) -> int | None:
    """What the preview of this very condition said; None where another one was looked at, or none."""
    try:
        told = signing.loads(seen, salt=__name__)
    except signing.BadSignature:
        return None
    return told["number"] if told["condition"] == condition.as_json else None


def _show(request: HttpRequest, form: FloodForm, preview: Preview | None = None) -> HttpResponse:
    context = {**admin_site.each_context(request), "title": _("Reject a flood"), "opts": BulkDecision._meta}
    context |= {"form": form, "preview": preview, "back": reverse("admin:campaign_bulkdecision_changelist")}
    if preview:
        told = {"condition": form.condition.as_json, "number": preview.number}
        context["seen"] = signing.dumps(told, salt=__name__)
    return TemplateResponse(request, "admin/campaign/bulkdecision/flood.html", context)
