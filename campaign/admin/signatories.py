"""Signatories: found by petition, state, country, day or exact address; never edited; opened on the record."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from campaign.actions.moderating import decisions, name_queue
from campaign.actions.moderating.bulk import BULK_MAX, decide_in_bulk
from campaign.actions.moderating.decisions import MODERATE
from campaign.actions.staff.access import OPEN_SIGNATORY, RefusedError, find_by_address, see_who
from campaign.admin.acts import Act, ActsAdmin, Outcome, staff_of
from campaign.admin.filters import CountryFilter, PetitionFilter, StateFilter
from campaign.admin.forms import BulkForm, FindForm, PurposeForm, ReasonForm, RefuseNameForm, RejectForm
from campaign.admin.fresh import needs_fresh_check
from campaign.admin.lists import BoundedChangeList, DayFilter, LongListAdmin, ReadOnlyAdmin
from campaign.admin.name_queue import queue_view
from campaign.admin.site import admin_site
from campaign.countries import country_name
from campaign.crypto import SealBrokenError
from campaign.models import Signatory
from campaign.models.base import language_name
from campaign.models.signatory import CONFIRMED, MOVES, REJECTED


def reject(request: HttpRequest, signatory: Signatory, words: Mapping[str, Any]) -> Outcome:
    is_rejected = decisions.reject(
        signatory, reason_class=words["reason_class"], reason=words["reason"], by=staff_of(request)
    )
    return is_rejected and _("The signature is rejected.")


def restore(request: HttpRequest, signatory: Signatory, words: Mapping[str, Any]) -> Outcome:
    return decisions.restore(signatory, reason=words["reason"], by=staff_of(request)) and _(
        "The signature is restored."
    )


def keep_name_off(request: HttpRequest, signatory: Signatory, words: Mapping[str, Any]) -> Outcome:
    is_refused = name_queue.refuse_name(
        signatory, reason_class=words["reason_class"], reason=words["reason"], by=staff_of(request)
    )
    return is_refused and _("The name is not shown. The signature counts as before.")


def look_again(request: HttpRequest, signatory: Signatory, words: Mapping[str, Any]) -> Outcome:
    is_waiting = name_queue.review_name(signatory, reason=words["reason"], by=staff_of(request))
    return is_waiting and _("The name waits again.")


def show_who(request: HttpRequest, signatory: Signatory, words: Mapping[str, Any]) -> Outcome:
    """The name, in this one answer and nowhere else: no session, message, history or log takes it."""
    try:
        identity = see_who(signatory, purpose=words["purpose"], by=staff_of(request))
    except SealBrokenError as error:
        raise RefusedError(_("This name does not open with the key that this server holds.")) from error
    context = {**admin_site.each_context(request), "title": _("Who this is"), "opts": Signatory._meta}
    context |= {"original": signatory, "identity": identity}
    return TemplateResponse(request, "admin/campaign/signatory/who.html", context)


def can_be_shown(signatory: Signatory) -> bool:
    return signatory.has_name and not signatory.petition.is_high_risk


def is_restorable(signatory: Signatory) -> bool:
    return signatory.state == REJECTED and signatory.erased_at is None


def is_refusable(signatory: Signatory) -> bool:
    return signatory.has_name_chosen and signatory.name_state != Signatory.NameState.REFUSED


def is_refused(signatory: Signatory) -> bool:
    return signatory.has_name_chosen and signatory.name_state == Signatory.NameState.REFUSED


@admin.register(Signatory, site=admin_site)
class SignatoryAdmin(ReadOnlyAdmin, LongListAdmin, ActsAdmin):
    list_display = ("key", "petition", "state", "visibility", "country", "language", "signed_at")
    list_display_links = ("key",)
    list_select_related = ("petition", "edition")
    list_filter = (PetitionFilter, DayFilter, StateFilter, CountryFilter)  # the last two look back only so far
    actions = ("reject_selected", "restore_selected")
    fields = (
        "id", "petition", "demand", "state", "visibility", "country_named", "wants_updates", "entry_index",
        "signed_at", "confirmed_at", "ended_at", "erased_at", "history",
    )  # fmt: skip
    acts = (
        Act("who", gettext_lazy("Show who this is"), OPEN_SIGNATORY, show_who, can_be_shown, PurposeForm,
            gettext_lazy("That you looked, and for which purpose, is recorded."), is_logged=False,
            needs_fresh_check=True),
        Act("reject", gettext_lazy("Reject"), MODERATE, reject, lambda row: row.state == CONFIRMED, RejectForm,
            gettext_lazy("The signature is counted no more. It can be restored until the petition closes."),
            is_logged=False),
        Act("restore", gettext_lazy("Restore"), MODERATE, restore, is_restorable, ReasonForm,
            gettext_lazy("The signature counts again."), is_logged=False),
        Act("refuse-name", gettext_lazy("Keep the name off the page"), MODERATE, keep_name_off, is_refusable,
            RefuseNameForm, gettext_lazy("It is taken off the page, or does not come onto it."), is_logged=False),
        Act("review-name", gettext_lazy("Let the name be looked at again"), MODERATE, look_again, is_refused,
            ReasonForm, gettext_lazy("It goes back to where it waited; a petition that lets no name wait shows it."),
            is_logged=False),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("signature"))
    def key(self, row: Signatory) -> str:
        return str(row.pk)[-12:]

    @admin.display(description=gettext_lazy("language"))
    def language(self, row: Signatory) -> str:
        return language_name(row.language)

    @admin.display(description=gettext_lazy("demand"))
    def demand(self, row: Signatory) -> str:
        return _("%(language)s, version %(version)s") % {
            "language": language_name(row.language), "version": row.edition.version,
        }  # fmt: skip

    @admin.display(description=gettext_lazy("country"))
    def country_named(self, row: Signatory) -> str:
        return country_name(row.country, get_language() or "en") if row.country else "-"

    @admin.display(description=gettext_lazy("decisions"))
    def history(self, row: Signatory) -> str:
        made = row.decisions.select_related("decided_by")
        lines = (
            (date_format(each.created_at, "DATETIME_FORMAT"), each.get_act_display(), each.decided_by, each.reason)
            for each in made
        )
        return format_html_join("\n", "<p>{} {} ({}): {}</p>", lines) or "-"

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MODERATE)

    @admin.action(description=gettext_lazy("Reject the selected signatures"), permissions=["moderate"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._preview(request, queryset, decisions.REJECT)

    @admin.action(description=gettext_lazy("Restore the selected signatures"), permissions=["moderate"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._preview(request, queryset, decisions.RESTORE)

    def _preview(self, request: HttpRequest, queryset: QuerySet, act: str) -> HttpResponse | None:
        """Say how many signatures a decision is about, and ask for the reason."""
        ids = list(queryset.values_list("pk", flat=True)[: BULK_MAX + 1])
        if len(ids) > BULK_MAX:
            sentence = _("These are more than %(number)d signatures: choose fewer, by day or country, and repeat.")
            self.message_user(request, sentence % {"number": BULK_MAX}, messages.ERROR)
            return None
        initial = {"act": act, "ids": " ".join(map(str, ids)), "looked_through": self._looked_through(request) or ""}
        return self._ask_why(request, BulkForm(initial=initial), ids)

    def _looked_through(self, request: HttpRequest) -> int | None:
        """How far the list looked back, where "all" was chosen and is not all."""
        is_all = request.POST.get("select_across") == "1"
        return cast(BoundedChangeList, self.get_changelist_instance(request)).looked_through if is_all else None

    def _ask_why(self, request: HttpRequest, form: BulkForm, ids: list[Any]) -> HttpResponse:
        act = form["act"].value()
        movable = Signatory.objects.filter(pk__in=ids, state__in=MOVES[act][0], erased_at__isnull=True).count()
        context = {**admin_site.each_context(request), "opts": self.opts, "form": form, "number": movable}
        context |= {"other": len(ids) - movable, "back": reverse("admin:campaign_signatory_changelist")}
        context["title"] = _("Reject signatures") if act == decisions.REJECT else _("Restore signatures")
        return TemplateResponse(request, "admin/campaign/signatory/bulk.html", context)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        decide = require_POST(self.decide_view)
        find = needs_fresh_check(sensitive_post_parameters()(self.find_view))
        names = needs_fresh_check(sensitive_post_parameters()(queue_view))
        return [
            path("decide/", view(decide), name="campaign_signatory_decide"),
            path("find/", view(find), name="campaign_signatory_find"),
            path("names/<int:petition_id>/", view(names), name="campaign_signatory_names"),
            *super().get_urls(),
        ]

    def decide_view(self, request: HttpRequest) -> HttpResponse:
        """Order a decision about many. The worker makes it, and its page shows how far it has come."""
        form = BulkForm(request.POST)
        if not self.has_moderate_permission(request):
            raise PermissionDenied
        if "ids" not in form.data or form.errors.keys() & {"ids", "act"}:
            return HttpResponseRedirect(reverse("admin:campaign_signatory_changelist"))
        if not form.is_valid():
            return self._ask_why(request, form, form.cleaned_data["ids"])
        bulk = decide_in_bulk(
            form.cleaned_data["ids"], act=form.cleaned_data["act"], reason=form.cleaned_data["reason"],
            reason_class=form.cleaned_data.get("reason_class", ""), by=staff_of(request),
        )  # fmt: skip
        return HttpResponseRedirect(reverse("admin:campaign_bulkdecision_change", args=[bulk.pk]))

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Find the signatures of one exact address. The address is only ever posted, and shown nowhere again."""
        if not request.user.has_perm(OPEN_SIGNATORY):
            raise PermissionDenied
        form = FindForm(request.POST if request.method == "POST" else None)
        context = {**admin_site.each_context(request), "opts": self.opts, "title": _("Find by email address")}
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data
            context |= self._find(request, **words)
            form = FindForm(initial={"petition": words["petition"], "purpose": words["purpose"]})
        return TemplateResponse(request, "admin/campaign/signatory/find.html", context | {"form": form})

    def _find(self, request: HttpRequest, address: str, **words: Any) -> dict[str, Any]:
        try:
            found = find_by_address(address, by=staff_of(request), **words)
        except RefusedError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return {}
        return {"found": found, "sentence": describe_number(len(found))}


def describe_number(number: int) -> str:
    if not number:
        return _("No signature stands under this address.")
    sentence = ngettext(
        "%(number)d signature stands under this address.", "%(number)d signatures stand under this address.", number
    )
    return sentence % {"number": number}
