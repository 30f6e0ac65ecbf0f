"""What staff did: decisions, those about many with their progress, and who saw or took personal data."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions.decisions import MODERATE, cancel_bulk_decision
from campaign.admin.acts import Act, ActsAdmin, Outcome, staff_of
from campaign.admin.forms import ConfirmForm
from campaign.admin.lists import LongListAdmin, ReadOnlyAdmin
from campaign.admin.progress import ProgressAdmin
from campaign.admin.site import admin_site
from campaign.models import AccessRecord, BulkDecision, Decision


@admin.register(Decision, site=admin_site)
class DecisionAdmin(ReadOnlyAdmin, LongListAdmin):
    list_display = ("created_at", "act", "signatory_key", "reason", "decided_by")
    list_select_related = ("decided_by",)
    fields = ("act", "signatory_key", "reason", "decided_by", "bulk", "created_at")

    @admin.display(description=gettext_lazy("signature"))
    def signatory_key(self, decision: Decision) -> str:
        return str(decision.signatory_id)


@admin.register(AccessRecord, site=admin_site)
class AccessRecordAdmin(ReadOnlyAdmin, LongListAdmin):
    list_display = ("created_at", "by", "act", "petition", "rows", "purpose")
    list_select_related = ("by", "petition")
    list_filter = ("act",)


def cancel(request: HttpRequest, bulk: BulkDecision, words: Mapping[str, Any]) -> Outcome:
    return cancel_bulk_decision(bulk, by=staff_of(request)) and _("Cancelled. What was decided until now stays.")


@admin.register(BulkDecision, site=admin_site)
class BulkDecisionAdmin(ReadOnlyAdmin, ProgressAdmin, LongListAdmin, ActsAdmin):
    list_display = ("created_at", "act", "total", "progress", "moved", "reason", "decided_by")
    list_select_related = ("decided_by",)
    fields = ("act", "reason", "progress", "position", "total", "moved", "decided_by", "created_at", "finished_at",
              "cancelled_at")  # fmt: skip
    acts = (
        Act("cancel", gettext_lazy("Cancel"), MODERATE, cancel, lambda bulk: bulk.is_under_way, ConfirmForm,
            gettext_lazy("What was decided until now stays; the rest is left as it is.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("signatory_ids")  # thousands of keys in each row

    def is_under_way(self, obj: Any) -> bool:
        return obj.is_under_way
