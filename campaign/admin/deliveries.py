"""Deliveries: approved, watched while they are built, taken, handed over; and the end of their files."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from campaign.actions.delivering.preview import preview
from campaign.admin.acts import ActsAdmin
from campaign.admin.delivery_acts import ACTS
from campaign.admin.lists import LongListAdmin, ReadOnlyAdmin
from campaign.admin.progress import ProgressAdmin
from campaign.admin.site import admin_site
from campaign.models import Delivery, Handover, StrikingNotice
from campaign.models.base import language_name
from campaign.models.delivery import REQUESTED
from campaign.models.petition import COLUMNS

FAILURES = {
    "name-unreadable": gettext_lazy(
        "The sealed name of one signature does not open, or is not what the log has, so the file would not be right."
        " Its key: %(rest)s"
    ),
    "key-unreadable": gettext_lazy("The key of the file does not open: DELIVERY_PRIVATE_KEY is another one now."),
    "file-gone": gettext_lazy("The half-built file is gone from the disk."),
    "data-destroyed": gettext_lazy("The personal data of the petition are destroyed."),
    "disk": gettext_lazy("The disk refused: %(rest)s"),
    "no-log": gettext_lazy("The petition's log has no checkpoint yet: nothing was confirmed, or the log is stopped."),
    "paper": gettext_lazy("A PDF could not be made: %(rest)s"),
}
_OF_EXPORT = (
    "petition", "kind", "state_told", "progress", "row_count", "failure_told", "purpose", "columns_told", "as_of",
    "requested_by", "requested_at", "built_at", "cancelled_at", "deleted_at",
)  # fmt: skip
_OF_DELIVERY = (
    "petition", "kind", "number", "addressee", "state_told", "progress", "row_count", "failure_told", "purpose",
    "columns_told", "as_of", "languages_told", "requested_by", "requested_at", "approved_by", "approved_at",
    "is_self_approved", "log_size", "manifest_digest", "built_at", "cancelled_at", "deleted_at", "handover_told",
    "notices_told", "letters_told",
)  # fmt: skip


@admin.register(Delivery, site=admin_site)
class DeliveryAdmin(ReadOnlyAdmin, ProgressAdmin, LongListAdmin, ActsAdmin):
    list_display = ("key", "petition", "kind", "state_told", "progress", "row_count", "as_of", "requested_by")
    list_select_related = ("petition", "requested_by")
    acts = ACTS
    change_form_template = "admin/campaign/delivery/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Delivery | None = None) -> tuple[str, ...]:
        return _OF_DELIVERY if obj is not None and obj.is_for_addressee else _OF_EXPORT

    def get_readonly_fields(self, request: HttpRequest, obj: Delivery | None = None) -> tuple[str, ...]:
        return self.get_fields(request, obj)

    def is_under_way(self, obj: Any) -> bool:
        return obj.is_being_built

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Whoever approves sees the numbers first."""
        delivery = context.get("original")
        if delivery is not None and delivery.state == REQUESTED:
            context["preview"] = preview(delivery.petition, delivery.as_of)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("delivery"))
    def key(self, delivery: Delivery) -> str:
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
        return ", ".join(str(COLUMNS[column]) for column in delivery.columns)

    @admin.display(description=gettext_lazy("languages"))
    def languages_told(self, delivery: Delivery) -> str:
        return ", ".join(map(language_name, delivery.languages))

    @admin.display(description=gettext_lazy("letter"))
    def letters_told(self, delivery: Delivery) -> str:
        letters = ((code, language_name(code), text) for code, text in delivery.letters.items())
        return format_html_join("", '<p><b>{1}</b></p><p class="letter-told" lang="{0}">{2}</p>', letters) or "-"

    @admin.display(description=gettext_lazy("handed over"))
    def handover_told(self, delivery: Delivery) -> str:
        handover = Handover.objects.filter(delivery=delivery).first()
        if handover is None:
            return "-"
        address = reverse("deliveries", args=[delivery.petition.slug])
        told = f"{date_format(handover.happened_on)}, {handover.place}, {handover.received_by}"
        return format_html('{} <a href="{}">{}</a>', told, address, _("Public record"))

    @admin.display(description=gettext_lazy("numbers to strike out"))
    def notices_told(self, delivery: Delivery) -> str:
        notices = ((self._passed_on(notice), self._worded(notice)) for notice in delivery.striking_notices.all())
        return format_html_join("", "<p><b>{}</b></p>{}", notices) or "-"

    def _worded(self, notice: StrikingNotice) -> str:
        """The notice as it is sent, in each language of the delivery."""
        texts = []
        for language in notice.delivery.languages:
            with override(language):
                texts.append((language, render_to_string("petition/_notice.txt", {"notice": notice})))
        return format_html_join("", '<p class="letter-told" lang="{}">{}</p>', texts)

    def _passed_on(self, notice: StrikingNotice) -> str:
        if notice.passed_on_at is None:
            return _("not passed on yet")
        return _("passed on %(day)s") % {"day": date_format(notice.passed_on_at)}
