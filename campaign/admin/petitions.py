"""Petitions with their demands: signed ones stand, drafts can be changed, a new version follows with a reason."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.actions.pages import petitions, publishing
from campaign.actions.pages.editing import save_petition_edition
from campaign.admin import officer_keys
from campaign.admin.acts import Act, ActsAdmin, Outcome
from campaign.admin.delivery_acts import EXPORT
from campaign.admin.editions import EditionInline, PreviewAdmin
from campaign.admin.forms import ConfirmForm, NextVersionForm, PublishDemandsForm
from campaign.admin.name_queue import NAMES
from campaign.admin.petition_forms import DemandForm, LabelledDateTime, MeaningForm, PetitionForm
from campaign.admin.site import admin_site
from campaign.admin.wizard import DeliveringAdmin
from campaign.models import GoalMeaning, Petition, PetitionEdition, PublicVersion
from campaign.models.petition import COLUMNS, MOVES

PUBLISH, CHANGE = "campaign.publish_petition", "campaign.change_petitionedition"


def _can(move: str) -> Any:
    return lambda petition: petition.state in MOVES[move][0]


def open_petition(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    return petitions.open_petition(petition) and _("The petition is open.")


def pause(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    return petitions.pause_petition(petition) and _("The petition is paused.")


def resume(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    return petitions.resume_petition(petition) and _("The petition takes signatures again.")


def close(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    return petitions.close_petition(petition) and _("The petition is closed.")


def publish_demands(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    return bool(publishing.publish_demands(words["editions"])) and _("The demand is published.")


def make_next_version(request: HttpRequest, petition: Petition, words: Mapping[str, Any]) -> Outcome:
    publishing.make_next_version(petition, language=words["language"], reason=words["reason"])
    return _("A draft of the new version stands below. Change it, save it, then publish it.")


ACTS = (
    Act("publish", gettext_lazy("Publish the demand"), PUBLISH, publish_demands,
        lambda petition: petition.editions.filter(published_at__isnull=True).exists(), PublishDemandsForm,
        gettext_lazy("From now on this is the text that is signed in its language. Look at the preview before.")),
    Act("open", gettext_lazy("Open"), PUBLISH, open_petition, _can("open"), ConfirmForm,
        gettext_lazy("Everybody can see the petition and sign it. It never becomes a draft again.")),
    Act("pause", gettext_lazy("Pause"), PUBLISH, pause, _can("pause")),
    Act("resume", gettext_lazy("Resume"), PUBLISH, resume, _can("resume")),
    Act("close", gettext_lazy("Close"), PUBLISH, close, _can("close"), ConfirmForm,
        gettext_lazy("For good: a closed petition never opens again. What was signed may be confirmed for 7 days.")),
    Act("new-version", gettext_lazy("New version"), CHANGE, make_next_version,
        lambda petition: petition.editions.filter(published_at__isnull=False).exists(), NextVersionForm,
        gettext_lazy("Copies the newest demand in a language into a draft. Who signed an earlier one stays with it.")),
    NAMES,
    *officer_keys.ACTS,
    EXPORT,
)  # fmt: skip


class SignedInline(admin.StackedInline):
    """Demands that somebody signed: they stand as they are, here and in the database itself."""

    model = PetitionEdition
    verbose_name = gettext_lazy("signed demand")
    verbose_name_plural = gettext_lazy("signed demands, which never change")
    fields = ("title", "addressee", "demand", "delivered", "reason", "published_at", "first_signed_at")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(first_signed_at__isnull=False)

    @admin.display(description=gettext_lazy("delivered columns"))
    def delivered(self, edition: PetitionEdition) -> str:
        return ", ".join(str(COLUMNS[column]) for column in edition.delivered_columns)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DemandInline(EditionInline):
    """Demands that nobody has signed yet."""

    model = PetitionEdition
    form = DemandForm
    verbose_name = gettext_lazy("demand")
    verbose_name_plural = gettext_lazy("demands that nobody has signed yet")
    fields = ("language", "title", "addressee", "demand", "delivered_columns", "reason", "published_at")
    readonly_fields = ("published_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(first_signed_at__isnull=True)


class MeaningInline(admin.TabularInline):
    """What the goals stand for, which pages say beside the bar."""

    model = GoalMeaning
    form = MeaningForm
    fields = ("goal", "language", "meaning")
    extra = 0


@admin.register(Petition, site=admin_site)
class PetitionAdmin(PreviewAdmin, DeliveringAdmin, ActsAdmin):
    form = PetitionForm
    list_display = ("slug", "state", "mode", "signature_count", "closes_at", "destroy_on")
    list_filter = ("state",)
    show_full_result_count = False
    fields = (
        "slug", "state", "signature_count", "counted_until", "mode", "delivery_public_key", "key_told",
        "default_visibility", "names_wait", "goal_steps", "opens_at", "closes_at", "closed_at", "destroy_on",
        "destroyed_at",
    )  # fmt: skip
    acts = ACTS
    formfield_overrides = {models.DateTimeField: {"widget": LabelledDateTime}}

    def get_inlines(self, request: HttpRequest, obj: Petition | None = None) -> Any:
        is_signed = obj is not None and obj.editions.filter(first_signed_at__isnull=False).exists()
        return (DemandInline, SignedInline, MeaningInline) if is_signed else (DemandInline, MeaningInline)

    def get_fields(self, request: HttpRequest, obj: Petition | None = None) -> Any:
        if obj is None:
            return PetitionForm.Meta.fields
        is_fixed = obj.state != Petition.State.DRAFT  # then its fingerprint says enough
        return [name for name in self.fields if not (is_fixed and name == "delivery_public_key")]

    def get_readonly_fields(self, request: HttpRequest, obj: Petition | None = None) -> tuple[str, ...]:
        always = ("state", "signature_count", "counted_until", "key_told", "closed_at", "destroyed_at")
        if obj is None or obj.state == Petition.State.DRAFT:
            return always
        # Fixed once it may be signed: the address that people pass on, and who can read what was sealed.
        return (*always, "slug", "mode", "opens_at")

    @admin.display(description=gettext_lazy("fingerprint of the key"))
    def key_told(self, petition: Petition) -> str:
        return officer_keys.describe_key(petition)

    def has_delete_permission(self, request: HttpRequest, obj: Petition | None = None) -> bool:
        """Only a draft can go, one at a time: asking what hangs on an open one would read every signature."""
        is_draft = obj is not None and obj.state == Petition.State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            if isinstance(row, PetitionEdition):
                save_petition_edition(row)
            else:
                row.save()
        for row in formset.deleted_objects:
            row.delete()
        PublicVersion.bump()

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except IntegrityError:
            # The database refused: somebody signed a demand while it was being edited.
            sentence = _("Nothing was saved: somebody signed this demand meanwhile. Make a new version of it.")
            self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def preview(self, request: HttpRequest, petition: Petition, language: str) -> HttpResponse:
        context = self.petition_context(petition, language)
        if context["demand"] is None:
            raise Http404
        return self.draw(request, "petition/detail.html", reverse("petition", args=[petition.slug]), context)
