"""News about petitions: written in Markdown, shown from the time they are published, mailed once when staff say so."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaign.actions.mailing.updates import MAIL, cancel_mailing, mail_update
from campaign.actions.pages.editing import save_update
from campaign.admin.acts import Act, ActsAdmin, Outcome, staff_of
from campaign.admin.forms import ConfirmForm, language_choices
from campaign.admin.lists import LongListAdmin, ReadOnlyAdmin
from campaign.admin.progress import ProgressAdmin
from campaign.admin.site import admin_site
from campaign.models import Mailing, PublicVersion, Update
from campaign.models.base import is_past, language_name


class UpdateForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language"), choices=language_choices)

    class Meta:
        model = Update
        fields = ("petition", "language", "title", "body", "published_at")


class MailUpdateForm(forms.Form):
    """Which other texts say the same in other languages: who signed in one of them gets that."""

    takes_subject = True
    translations = forms.ModelMultipleChoiceField(
        Update.objects.none(),
        label=_("The same news in other languages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody else gets the text that you come from."),
    )

    def __init__(self, *args: Any, subject: Update, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Update.objects.public().filter(petition=subject.petition, mailing=None)
        field = self.fields["translations"]
        field.queryset = others.exclude(language=subject.language)  # type: ignore[attr-defined]
        field.label_from_instance = describe_update  # type: ignore[attr-defined]

    def clean_translations(self) -> list[Update]:
        chosen = list(self.cleaned_data["translations"])
        if len({update.language for update in chosen}) < len(chosen):
            raise forms.ValidationError(_("Choose one text for each language."))
        return chosen


def describe_update(update: Update) -> str:
    return f"{language_name(update.language)}: {update.title}"


def mail(request: HttpRequest, update: Update, words: Mapping[str, Any]) -> Outcome:
    mailing = mail_update(update, translations=words["translations"], by=staff_of(request))
    return HttpResponseRedirect(reverse("admin:campaign_mailing_change", args=[mailing.pk]))


def cancel(request: HttpRequest, mailing: Mailing, words: Mapping[str, Any]) -> Outcome:
    return cancel_mailing(mailing, by=staff_of(request)) and gettext("Cancelled. What has left cannot be called back.")


@admin.register(Update, site=admin_site)
class UpdateAdmin(ActsAdmin):
    form = UpdateForm
    list_display = ("title", "petition", "language", "published_at", "mailing")
    list_filter = ("petition", "language")
    list_select_related = ("petition", "mailing")
    fields = ("petition", "language", "title", "body", "published_at", "mailing")
    readonly_fields = ("mailing",)
    acts = (
        Act("mail", _("Mail it"), MAIL, mail, lambda update: is_past(update.published_at) and not update.mailing_id,
            MailUpdateForm,
            _("It goes once, to all who confirmed and asked for news, in the order in which they signed.")),
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Update, form: Any, change: bool) -> None:
        save_update(obj)

    def delete_model(self, request: HttpRequest, obj: Update) -> None:
        super().delete_model(request, obj)
        PublicVersion.bump()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        PublicVersion.bump()


@admin.register(Mailing, site=admin_site)
class MailingAdmin(ReadOnlyAdmin, ProgressAdmin, LongListAdmin, ActsAdmin):
    list_display = ("__str__", "petition", "progress", "position", "total", "created_at", "ordered_by")
    list_select_related = ("petition", "ordered_by")
    fields = ("petition", "news", "progress", "position", "total", "ordered_by", "created_at", "finished_at",
              "cancelled_at")  # fmt: skip
    acts = (
        Act("cancel", _("Cancel"), MAIL, cancel, lambda mailing: mailing.is_under_way, ConfirmForm,
            _("What has left has left; the rest is mailed to nobody.")),
    )  # fmt: skip

    @admin.display(description=_("news"))
    def news(self, mailing: Mailing) -> str:
        return "; ".join(describe_update(text) for text in mailing.texts.all())

    def is_under_way(self, obj: Any) -> bool:
        return obj.is_under_way
