"""What staff did: decisions, those about many with their progress, and who saw or took personal data."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from campaign.actions.moderating.bulk import cancel_bulk_decision, is_undoable, undo_bulk_decision
from campaign.actions.moderating.decisions import MODERATE
from campaign.admin.acts import Act, ActsAdmin, Outcome, staff_of
from campaign.admin.floods import flood_view
from campaign.admin.forms import ConfirmForm, ReasonForm
from campaign.admin.fresh import needs_fresh_check
from campaign.admin.lists import LongListAdmin, ReadOnlyAdmin
from campaign.admin.progress import ProgressAdmin
from campaign.admin.reviews import review_view
from campaign.admin.site import admin_site
from campaign.models import AccessRecord, BulkDecision, Decision


@admin.register(Decision, site=admin_site)
class DecisionAdmin(ReadOnlyAdmin, LongListAdmin):
    list_display = ("created_at", "act", "signatory_key", "reason_class", "reason", "decided_by")
    list_select_related = ("decided_by",)
    fields = ("act", "signatory_key", "reason_class", "reason", "decided_by", "bulk", "created_at")

    @admin.display(description=gettext_lazy("signature"))
    def signatory_key(self, decision: Decision) -> str:
        return str(decision.signatory_id)


@admin.register(AccessRecord, site=admin_site)
class AccessRecordAdmin(ReadOnlyAdmin, LongListAdmin):
    list_display = ("created_at", "by", "act", "petition", "rows", "purpose")
    list_select_related = ("by", "petition")
    list_filter = ("act",)
    change_list_template = "admin/campaign/accessrecord/change_list.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(review_view)
        return [
            path("review/", view, name="campaign_accessrecord_review"),
            path("review/<int:year>/<int:month>/", view, name="campaign_accessrecord_month"),
            *super().get_urls(),
        ]


def cancel(request: HttpRequest, bulk: BulkDecision, words: Mapping[str, Any]) -> Outcome:
    return cancel_bulk_decision(bulk, by=staff_of(request)) and _("Cancelled. What was decided until now stays.")


def undo(request: HttpRequest, bulk: BulkDecision, words: Mapping[str, Any]) -> Outcome:
    """Order the opposite, and show how far that has come."""
    undoing = undo_bulk_decision(bulk, reason=words["reason"], by=staff_of(request))
    return undoing is not None and HttpResponseRedirect(
        reverse("admin:campaign_bulkdecision_change", args=[undoing.pk])
    )


@admin.register(BulkDecision, site=admin_site)
class BulkDecisionAdmin(ReadOnlyAdmin, ProgressAdmin, LongListAdmin, ActsAdmin):
    change_list_template = "admin/campaign/bulkdecision/change_list.html"
    list_display = ("created_at", "act", "total", "progress", "moved", "reason_class", "reason", "decided_by")
    list_select_related = ("decided_by",)
    fields = ("act", "reason_class", "reason", "progress", "position", "total", "moved", "decided_by", "created_at",
              "finished_at", "cancelled_at")  # fmt: skip
    acts = (
        Act("cancel", gettext_lazy("Cancel"), MODERATE, cancel, lambda bulk: bulk.is_under_way, ConfirmForm,
            gettext_lazy("What was decided until now stays; the rest is left as it is.")),
        Act("undo", gettext_lazy("Undo"), MODERATE, undo, is_undoable, ReasonForm,
            gettext_lazy("What this rejected, and nobody has decided on since, counts again. It is done in the"
                         " background, and can be cancelled on the way. What was erased does not come back."),
            is_logged=False, needs_fresh_check=True),
    )  # fmt: skip

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(needs_fresh_check(sensitive_post_parameters()(flood_view)))
        return [path("flood/", view, name="campaign_bulkdecision_flood"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("signatory_ids")  # thousands of keys in each row

    def is_under_way(self, obj: Any) -> bool:
        return obj.is_under_way
