"""Exports: their progress, cancel, download, and the end of their files."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions import deliveries
from campaign.actions.deliveries import DOWNLOAD, REQUEST
from campaign.admin.acts import Act, ActsAdmin, Outcome, staff_of
from campaign.admin.forms import ConfirmForm, PurposeForm
from campaign.admin.lists import LongListAdmin, ReadOnlyAdmin
from campaign.admin.progress import ProgressAdmin
from campaign.admin.site import admin_site
from campaign.models import Delivery, Petition

FAILURES = {
    "name-unreadable": gettext_lazy(
        "The sealed name of one signature does not open, so the file would not be whole. Its key: %(rest)s"
    ),
    "key-unreadable": gettext_lazy("The key of the file does not open: DELIVERY_PRIVATE_KEY is another one now."),
    "file-gone": gettext_lazy("The half-built file is gone from the disk."),
    "data-destroyed": gettext_lazy("The personal data of the petition are destroyed."),
    "disk": gettext_lazy("The disk refused: %(rest)s"),
}


def request_export(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    delivery = deliveries.request_export(petition, purpose=words["purpose"], by=staff_of(request))
    return HttpResponseRedirect(reverse("admin:campaign_delivery_change", args=[delivery.pk]))


# Stands on the petition's page.
EXPORT = Act(
    "export", gettext_lazy("Export signatures"), REQUEST, request_export, bool, PurposeForm,
    gettext_lazy(
        "A CSV file of all signatures that are confirmed now, without those that are only counted. It is built in the"
        " background, kept encrypted, and deleted after 24 hours. Who asked for it, and why, is recorded."
    ),
    is_logged=False,
)  # fmt: skip


def download(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    chunks = deliveries.open_file(delivery, by=staff_of(request), purpose=words["purpose"])
    name = f"{delivery.petition.slug}-{delivery.pk}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(deliveries.file_size(delivery)),  # a download that broke off is not taken for whole
    }
    return StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8", headers=headers)


def cancel(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return deliveries.cancel_delivery(delivery, by=staff_of(request)) and _(
        "Cancelled. What there was of it is deleted."
    )


def retry(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return deliveries.retry_delivery(delivery, by=staff_of(request)) and _("It is built again from its beginning.")


def delete_file(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return deliveries.delete_file(delivery, by=staff_of(request)) and _("The file is deleted.")


@admin.register(Delivery, site=admin_site)
class DeliveryAdmin(ReadOnlyAdmin, ProgressAdmin, LongListAdmin, ActsAdmin):
    list_display = ("number", "petition", "state_told", "progress", "row_count", "as_of", "requested_by")
    list_select_related = ("petition", "requested_by")
    fields = (
        "petition", "state_told", "progress", "row_count", "failure_told", "purpose", "columns_told", "as_of",
        "requested_by", "requested_at", "built_at", "cancelled_at", "deleted_at",
    )  # fmt: skip
    acts = (
        Act("download", gettext_lazy("Download"), DOWNLOAD, download, lambda delivery: delivery.has_file, PurposeForm,
            gettext_lazy("The file holds names. Each download is recorded, with its purpose."), is_logged=False),
        Act("cancel", gettext_lazy("Cancel"), REQUEST, cancel, lambda delivery: delivery.is_waiting, ConfirmForm,
            gettext_lazy("What there is of the file is deleted at once.")),
        Act("retry", gettext_lazy("Try again"), REQUEST, retry, lambda delivery: bool(delivery.failure)),
        Act("delete-file", gettext_lazy("Delete the file now"), REQUEST, delete_file,
            lambda delivery: delivery.has_file, ConfirmForm,
            gettext_lazy("The file goes by itself 24 hours after it was built. Delete it now when it is not needed.")),
    )  # fmt: skip

    def is_under_way(self, obj: Any) -> bool:
        return obj.is_being_built

    @admin.display(description=gettext_lazy("delivery"))
    def number(self, delivery: Delivery) -> str:
        return f"#{delivery.pk}"

    @admin.display(description=gettext_lazy("state"))
    def state_told(self, delivery: Delivery) -> str:
        if delivery.failure:
            return _("stopped")
        if delivery.deleted_at and delivery.state == Delivery.State.BUILT:
            return _("file deleted")
        return delivery.get_state_display()

    @admin.display(description=gettext_lazy("what stopped it"))
    def failure_told(self, delivery: Delivery) -> str:
        code, _space, rest = delivery.failure.partition(" ")
        return str(FAILURES.get(code, code)) % {"rest": rest} if code else "-"

    @admin.display(description=gettext_lazy("columns"))
    def columns_told(self, delivery: Delivery) -> str:
        return ", ".join(delivery.columns)
