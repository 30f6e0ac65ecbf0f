"""The buttons of a delivery, and the one on the petition that orders a plain CSV."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions.delivering import deliveries, handing_over, taking
from campaign.actions.delivering.deliveries import APPROVE, DOWNLOAD, REQUEST
from campaign.admin.acts import Act, Outcome, staff_of
from campaign.admin.delivery_forms import CorrectHandoverForm, HandoverForm, ManifestForm, ReplyForm
from campaign.admin.forms import ConfirmForm, PurposeForm
from campaign.admin.site import admin_site
from campaign.models import Delivery, Petition
from campaign.models.delivery import BUILT, DUMP, MADE, REQUESTED


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
    needs_fresh_check=True,
)  # fmt: skip


def approve(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return deliveries.approve_delivery(delivery, by=staff_of(request)) and _("Approved. It is built now.")


def download(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    taken = taking.open_file(delivery, by=staff_of(request), purpose=words["purpose"])
    headers = {
        "Content-Disposition": f'attachment; filename="{taken.name}"',
        "Content-Length": str(taken.size),  # a download that broke off is not taken for whole
    }
    kind = "text/csv; charset=utf-8" if taken.name.endswith(".csv") else "application/octet-stream"
    return StreamingHttpResponse(taken.parts, content_type=kind, headers=headers)


def show_passphrase(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    """The passphrase, in this one answer and nowhere else: no session, message, history or log takes it."""
    passphrase = taking.show_passphrase(delivery, by=staff_of(request), purpose=words["purpose"])
    context = {**admin_site.each_context(request), "title": _("Passphrase"), "opts": Delivery._meta}
    context |= {"original": delivery, "passphrase": passphrase}
    context["back"] = reverse("admin:campaign_delivery_change", args=[delivery.pk])
    return TemplateResponse(request, "admin/campaign/delivery/passphrase.html", context)


def note_denial(request: HttpRequest, delivery: Delivery) -> None:
    taking.note_denial(delivery, by=staff_of(request))


def cancel(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return deliveries.cancel_delivery(delivery, by=staff_of(request)) and _(
        "Cancelled. What there was of it is deleted."
    )


def retry(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return deliveries.retry_delivery(delivery, by=staff_of(request)) and _("It is built again from its beginning.")


def delete_file(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return taking.delete_file(delivery, by=staff_of(request)) and _("The file is deleted.")


def hand_over(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    given = {name: value for name, value in words.items() if value and name != "tells"}
    return handing_over.hand_over(delivery, words=given, by=staff_of(request), tells=words["tells"]) and _(
        "It stands on the public record."
    )


def correct_handover(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    given = {name: value or "" for name, value in words.items()}  # a picture that is taken off comes as False
    return handing_over.correct_handover(delivery, words=given, by=staff_of(request)) and _(
        "It stands corrected on the public record."
    )


def record_reply(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    given = {name: value for name, value in words.items() if name != "tells"}
    return handing_over.record_reply(delivery, words=given, by=staff_of(request), tells=words["tells"]) and _(
        "The reply stands on the public record."
    )


def record_manifest(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return handing_over.record_manifest(delivery, digest=words["digest"], by=staff_of(request))


def pass_on(request: HttpRequest, delivery: Delivery, words: Mapping[str, Any]) -> Outcome:
    return handing_over.pass_on(delivery, by=staff_of(request))


def _has_waiting_notice(delivery: Delivery) -> bool:
    return delivery.striking_notices.filter(passed_on_at=None).exists()


ACTS = (
    Act("approve", gettext_lazy("Approve"), APPROVE, approve, lambda delivery: delivery.state == REQUESTED, ConfirmForm,
        gettext_lazy("You vouch for the addressee, the columns and the letter. It is built at once, and numbered."),
        needs_fresh_check=True, is_for=lambda delivery, by: not deliveries.refusal_to_approve(delivery, by)),
    Act("download", gettext_lazy("Download"), DOWNLOAD, download, lambda delivery: delivery.has_file, PurposeForm,
        gettext_lazy("The file holds names. Each download is recorded, with its purpose."), is_logged=False,
        needs_fresh_check=True, note_denial=note_denial, is_for=taking.is_for),
    Act("passphrase", gettext_lazy("Show the passphrase"), DOWNLOAD, show_passphrase,
        lambda delivery: delivery.sealed_passphrase is not None, PurposeForm,
        gettext_lazy("Give it to the addressee by another way than the file, such as the telephone."), is_logged=False,
        needs_fresh_check=True, note_denial=note_denial, is_for=taking.is_for),
    Act("cancel", gettext_lazy("Cancel"), REQUEST, cancel, lambda delivery: delivery.is_waiting, ConfirmForm,
        gettext_lazy("What there is of the file is deleted at once.")),
    Act("retry", gettext_lazy("Try again"), REQUEST, retry, lambda delivery: bool(delivery.failure)),
    Act("manifest", gettext_lazy("Enter the manifest"), REQUEST, record_manifest,
        lambda delivery: delivery.kind == DUMP and delivery.state in MADE and not delivery.manifest_digest,
        ManifestForm),
    Act("hand-over", gettext_lazy("Handed over"), REQUEST, hand_over,
        lambda delivery: delivery.is_for_addressee and delivery.state == BUILT, HandoverForm,
        gettext_lazy("All of it stands on the public record at once.")),
    Act("correct-handover", gettext_lazy("Correct the handover"), REQUEST, correct_handover,
        lambda delivery: hasattr(delivery, "handover"), CorrectHandoverForm,
        gettext_lazy(
            "The public record changes at once, and a picture that you replace or remove is deleted. News that told of"
            " it stay as they are: correct them under “Updates”."
        )),
    Act("reply", gettext_lazy("Enter the reply"), REQUEST, record_reply,
        lambda delivery: hasattr(delivery, "handover"), ReplyForm,
        gettext_lazy("It stands on the public record at once. A new entry takes the place of an earlier one.")),
    Act("pass-on", gettext_lazy("Numbers passed on"), REQUEST, pass_on, _has_waiting_notice, ConfirmForm,
        gettext_lazy("Say so when the addressee has been told which numbers to strike out.")),
    Act("delete-file", gettext_lazy("Delete the file now"), REQUEST, delete_file,
        lambda delivery: delivery.has_file, ConfirmForm,
        gettext_lazy("The file goes by itself 24 hours after it was built. Delete it now when it is not needed.")),
)  # fmt: skip
