"""What officers are asked about a delivery: what it holds, how it was handed over, what came back."""

from datetime import date
from typing import Any

from django import forms
from django.forms import SplitDateTimeField
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from campaign.actions.delivering.deliveries import Order, named_columns
from campaign.actions.delivering.papers import default_letter
from campaign.admin.forms import PictureField, WhyField
from campaign.admin.petition_forms import LabelledDateTime
from campaign.exports.age import KeyUnusableError, decode_recipient
from campaign.models import Addressee, Delivery, Petition
from campaign.models.base import language_name, staff_day
from campaign.models.petition import COLUMNS

LETTER_MAX = 6_000  # characters


class AddresseeForm(forms.ModelForm):
    class Meta:
        model = Addressee
        fields = ("name", "address", "age_key")

    def clean_age_key(self) -> str:
        """A key that cannot be read would be found out when the file is taken."""
        key = self.cleaned_data["age_key"].strip()
        try:
            if key:
                decode_recipient(key)
        except KeyUnusableError as error:
            raise forms.ValidationError(
                _("This is no public key of age's own kind: it starts with age1 and has 62 characters.")
            ) from error
        return key


class OrderForm(forms.Form):
    """A delivery as it is asked for. What the demand did not name cannot be chosen; the name is always there."""

    addressee = forms.ModelChoiceField(Addressee.objects.all(), label=_("Addressee"))
    purpose = WhyField(label=_("Purpose"))
    as_of = SplitDateTimeField(
        label=_("As of"), widget=LabelledDateTime, help_text=_("Only what was confirmed until then (UTC).")
    )
    columns = forms.MultipleChoiceField(
        label=_("Columns beside the name"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Those that the demand named. Leave out what the addressee does not need."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages of the letter and the other papers"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, subject: Petition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [column for column in named_columns(subject) if column != "name"]
        codes = sorted(set(subject.editions.published().values_list("language", flat=True)))
        fields: dict[str, Any] = self.fields
        fields["columns"].choices = [(column, COLUMNS[column]) for column in columns]
        fields["languages"].choices = [(code, language_name(code)) for code in codes]
        self.initial = {**self.initial, "as_of": timezone.now(), "columns": columns, "languages": codes}
        self.codes = codes
        for code in codes:
            fields[f"letter_{code}"] = _letter_field(code)

    @property
    def order(self) -> Order:
        """What was asked for, once it is valid."""
        words = self.cleaned_data
        letters = {code: words[f"letter_{code}"].strip() for code in words["languages"]}
        return Order(
            addressee=words["addressee"], purpose=words["purpose"], as_of=words["as_of"],
            columns=["name", *words["columns"]], languages=words["languages"], letters=letters,
        )  # fmt: skip


def _letter_field(code: str) -> forms.CharField:
    return forms.CharField(
        label=_("Letter: %(language)s") % {"language": language_name(code)},
        initial=default_letter(code),
        max_length=LETTER_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 16, "cols": 80, "class": "vLargeTextField", "lang": code}),
        help_text=_(
            "Words in brackets are filled in when the letter is set: [rows] [count] [title] [number]"
            " [addressee] [organisation] [as_of]."
        ),
    )


class TellsField(forms.BooleanField):
    """Whether those who asked for news hear of it."""

    def __init__(self) -> None:
        label = _("Tell it in the news, and mail it to those who asked for news")
        super().__init__(label=label, required=False, initial=True)


class HandoverWordsForm(forms.Form):
    """When, where and to whom. All of it is public."""

    takes_subject = True
    happened_on = forms.DateField(
        label=_("Handed over on"), initial=staff_day, widget=forms.DateInput(attrs={"type": "date"})
    )
    place = forms.CharField(label=_("Place"), max_length=200)
    received_by = forms.CharField(
        label=_("Received by"), max_length=200, help_text=_("The office, or who received it in its name. Public.")
    )
    receipt_number = forms.CharField(label=_("Number on the receipt stamp"), max_length=100, required=False)
    stamp = PictureField(label=_("Picture of the receipt stamp"), required=False)
    photo = PictureField(
        label=_("Photo"), required=False,
        help_text=_("Ask everybody in the picture. Place, camera and time are taken out of the file."),
    )  # fmt: skip
    photo_alt = forms.CharField(
        label=_("What the photo shows"), max_length=300, required=False, help_text=_("For those who cannot see it.")
    )

    def __init__(self, *args: Any, subject: Delivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.built_on = staff_day(subject.built_at)

    def clean_happened_on(self) -> date:
        day = _happened(self.cleaned_data["happened_on"])
        if day < self.built_on:
            raise forms.ValidationError(
                _("It was built on %(day)s: before that day nobody can have handed it over.")
                % {"day": date_format(self.built_on)}
            )
        return day

    def clean(self) -> dict[str, Any]:
        words = super().clean() or {}
        if words.get("photo") and not words.get("photo_alt"):
            self.add_error("photo_alt", _("Say what the photo shows, for those who cannot see it."))
        return words


class HandoverForm(HandoverWordsForm):
    tells = TellsField()


class CorrectHandoverForm(HandoverWordsForm):
    """The same, filled in with what stands; a picture can be replaced or taken off."""

    def __init__(self, *args: Any, subject: Delivery, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        self.initial = model_to_dict(subject.handover, fields=self.base_fields)
        self.replied_on = subject.handover.replied_on

    def clean_happened_on(self) -> date:
        day = super().clean_happened_on()
        if self.replied_on and day > self.replied_on:
            raise forms.ValidationError(
                _("The reply is of %(day)s: it was handed over by then.") % {"day": date_format(self.replied_on)}
            )
        return day


class ReplyForm(forms.Form):
    """What the addressee answered, and when; filled in with what stands. Public."""

    takes_subject = True
    replied_on = forms.DateField(label=_("Date of the reply"), widget=forms.DateInput(attrs={"type": "date"}))
    reply = forms.CharField(
        label=_("Reply"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
        help_text=_("As the addressee wrote it. It is public: leave out names of persons that do not belong there."),
    )  # fmt: skip
    tells = TellsField()

    def __init__(self, *args: Any, subject: Delivery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stands = subject.handover
        self.initial = {"replied_on": stands.replied_on or staff_day(), "reply": stands.reply}
        self.initial["tells"] = not stands.replied_on  # a correction is no news
        self.handed_over_on = stands.happened_on

    def clean_replied_on(self) -> date:
        day = _happened(self.cleaned_data["replied_on"])
        if day < self.handed_over_on:
            raise forms.ValidationError(
                _("It was handed over on %(day)s: before that day nobody can have answered it.")
                % {"day": date_format(self.handed_over_on)}
            )
        return day


def _happened(day: date) -> date:
    """A day that is not yet to come. Raises ValidationError."""
    if day > staff_day():
        raise forms.ValidationError(_("Enter it once it has happened."))
    return day


class ManifestForm(forms.Form):
    """What the machine that made a bundle offline says at its end."""

    digest = forms.RegexField(
        r"^\s*[0-9a-f]{64}\s*$", label=_("SHA-256 of the manifest"),
        help_text=_("The 64 letters that `manage.py deliver` printed. They come into the public log."),
    )  # fmt: skip

    def clean_digest(self) -> str:
        return self.cleaned_data["digest"].strip()


__all__ = ["AddresseeForm", "CorrectHandoverForm", "HandoverForm", "ManifestForm", "OrderForm", "ReplyForm"]
