"""What staff are asked before a button acts."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaign.actions.moderating.bulk import BULK_MAX
from campaign.actions.pages.images import redraw
from campaign.actions.signing.addresses import AddressUnusableError, parse_address
from campaign.models import Decision, Petition, PetitionEdition, ReasonClass
from campaign.models.base import language_name

_ADDRESS = re.compile(r"\S@\S")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class WhyField(forms.CharField):
    """A reason or a purpose: it stays on a record that outlives the person, so it must name nobody."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Stays on the record. Name no person and no address here."))
        widget = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
        super().__init__(max_length=300, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if _ADDRESS.search(text):
            raise forms.ValidationError(_("Name no email address here: this text stays on the record."))
        return text


class PictureField(forms.ImageField):
    """An upload of which only the picture is kept."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        picture = super().clean(data, initial)
        return redraw(picture) if isinstance(picture, UploadedFile) else picture


PICTURES: Mapping[type[models.Field], Mapping[str, Any]] = {models.ImageField: {"form_class": PictureField}}


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page explains, the button does it."""


class ReasonForm(forms.Form):
    reason = WhyField(label=_("Reason"))


class ReasonClassField(forms.ChoiceField):
    """Why, in one word: the public page of numbers tells these."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "---------"), *ReasonClass.choices]
        kwargs.setdefault("help_text", _("Public, as a number: how many signatures were set aside for each reason."))
        super().__init__(label=_("Kind of reason"), choices=choices, **kwargs)


class RejectForm(forms.Form):
    reason_class = ReasonClassField()
    reason = WhyField(label=_("Reason"))


class RefuseNameForm(RejectForm):
    reason_class = ReasonClassField(help_text=_("The signature counts all the same."))


class PurposeForm(forms.Form):
    purpose = WhyField(label=_("Purpose"))


class FindForm(forms.Form):
    """Finds signatures by one exact address. It is only ever posted."""

    address = forms.CharField(
        label=_("Email address"),
        max_length=254,
        help_text=_("The whole address. It is compared, and neither stored nor shown again."),
        widget=forms.EmailInput(attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}),
    )
    petition = forms.ModelChoiceField(
        Petition.objects.searchable(),
        label=_("Petition"),
        required=False,
        empty_label=_("all petitions"),
        help_text=_("High-risk petitions are not searched: there staff cannot find out whether somebody signed."),
    )
    purpose = WhyField(label=_("Purpose"))

    def clean_address(self) -> str:
        try:
            parse_address(self.cleaned_data["address"])
        except AddressUnusableError as error:
            raise forms.ValidationError(_("Enter one email address in the form name@example.org.")) from error
        return self.cleaned_data["address"]


class BulkForm(forms.Form):
    """A decision about many: their keys in one field, since a thousand fields are more than Django takes."""

    act = forms.ChoiceField(choices=[("reject", "reject"), ("restore", "restore")], widget=forms.HiddenInput)
    ids = forms.CharField(widget=forms.HiddenInput)
    looked_through = forms.IntegerField(widget=forms.HiddenInput, required=False)  # where the list has older ones
    reason_class = ReasonClassField(required=False)
    reason = WhyField(label=_("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_rejection = self["act"].value() != Decision.Act.RESTORE
        self.fields["reason_class"].required = is_rejection
        if not is_rejection:
            del self.fields["reason_class"]

    def clean_ids(self) -> list[str]:
        ids = self.cleaned_data["ids"].split()
        if not 0 < len(ids) <= BULK_MAX or not all(map(_UUID.fullmatch, ids)):
            raise forms.ValidationError(_("Choose the signatures anew."))
        return ids


class NextVersionForm(forms.Form):
    """Which demand is followed by a new version, and why."""

    takes_subject = True
    language = forms.ChoiceField(label=_("Language"))
    reason = WhyField(label=_("Reason"), help_text=_("Public: what changes, and why."))

    def __init__(self, *args: Any, subject: Petition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = sorted(set(subject.editions.values_list("language", flat=True)))
        self.fields["language"].choices = [(code, language_name(code)) for code in codes]  # type: ignore[attr-defined]


class PublishDemandsForm(forms.Form):
    """Which drafts of the demand are to be signed from now on."""

    takes_subject = True
    editions = forms.ModelMultipleChoiceField(
        PetitionEdition.objects.none(), label=_("Demands"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, subject: Petition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drafts = subject.editions.filter(published_at__isnull=True)
        self.fields["editions"].queryset = drafts  # type: ignore[attr-defined]
        self.fields["editions"].label_from_instance = describe_demand  # type: ignore[attr-defined]
        self.initial["editions"] = list(drafts)


def describe_demand(edition: PetitionEdition) -> str:
    return f"{language_name(edition.language)}, {edition.version}: {edition.title}"


def language_choices() -> list[tuple[str, str]]:
    return [("", "---------"), *settings.LANGUAGES]
