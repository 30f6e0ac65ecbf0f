"""Words in: the public forms. Each cleans, then its view hands over to one action."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaign.actions import names
from campaign.actions.addresses import AddressUnusableError, parse_address
from campaign.actions.signatories import Choices, Words, is_mailbox_of, needs_name
from campaign.countries import country_choices, is_country
from campaign.models import Petition, PetitionEdition, Signatory

NAME_MAX_CHARACTERS = 200
EMAIL_MAX_CHARACTERS = 254
_NAME_SENTENCES = {
    names.INVISIBLE: _("Your name contains invisible characters. Please type it anew."),
    names.URL: _("Please enter your name, not a web address."),
    names.MARKS: _("Please enter your full name in letters; marks such as = + @ < > cannot stand in a name."),
    names.START: _("A name begins with a letter."),
}


def _countries() -> list[tuple[str, Any]]:
    return [("", _("Prefer not to say")), *country_choices(get_language() or settings.LANGUAGE_CODE)]


class NameField(forms.CharField):
    """A full name in any script."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=NAME_MAX_CHARACTERS,
            widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto", "spellcheck": "false"}),
            error_messages={
                "required": _("Enter your full name."),
                "max_length": _("Enter a name of at most %(limit_value)d characters."),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return names.parse_name(text) if text else ""
        except names.NameUnusableError as error:
            raise forms.ValidationError(_NAME_SENTENCES[error.code], code=error.code) from error


class MailboxField(forms.CharField):
    """One e-mail address that mail can be sent to."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(
            max_length=EMAIL_MAX_CHARACTERS,
            widget=forms.EmailInput(attrs=attrs),
            error_messages={
                "required": _("Enter your e-mail address."),
                "max_length": _("Enter an e-mail address of at most %(limit_value)d characters."),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_address(text) if text else ""
        except AddressUnusableError as error:
            message = _("Enter one e-mail address in the form name@example.org.")
            raise forms.ValidationError(message, code="unusable") from error


class CountryField(forms.ChoiceField):
    """A country, or none; looked up by its code instead of gone through by name."""

    def valid_value(self, value: Any) -> bool:
        return value == "" or is_country(value)


class PublicForm(forms.Form):
    """A form of the public pages: no cookie, no token, drawn by the house's template pack."""

    # `required` tells screen readers; `novalidate` on the form keeps the browser's own sentences away.

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.include_media = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if isinstance(self.data, QueryDict):
            for name in self.fields:
                if len(self.data.getlist(name)) > 1:
                    self.add_error(name, _("This was sent more than once. Please fill it in once."))
        if self.files:
            raise forms.ValidationError(_("This form takes no files."), code="file")
        return cleaned


class ChoicesForm(PublicForm):
    """What can be chosen on the form and again on the signatory's own page."""

    country = CountryField(
        label=_("Country"),
        choices=lazy(_countries, list),
        required=False,
        error_messages={"invalid_choice": _("Choose a country from the list, or “Prefer not to say”.")},
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    visibility = forms.ChoiceField(
        label=_("Who may see your name?"),
        choices=Signatory.Visibility.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who may see your name."),
            "invalid_choice": _("Choose who may see your name."),
        },
    )
    wants_updates = forms.BooleanField(
        label=_("Send me news about this petition by e-mail"), required=False, widget=forms.CheckboxInput
    )


class SignForm(ChoicesForm):
    """The petition's form. `edition` is the digest of the text that was read; one signs what one has read."""

    name = NameField(label=_("Full name"), help_text=_("In any script, as you write it yourself."))
    email = MailboxField(
        label=_("E-mail address"), help_text=_("We send one mail with a button to confirm. One signature per address.")
    )
    consent = forms.BooleanField(
        error_messages={"required": _("Tick the box: without your consent we may not keep your signature.")}
    )
    website = forms.CharField(label=_("Leave this empty"), required=False)
    proof = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
    edition = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = (
        "name", "email", "country", "visibility", "consent", "wants_updates", "website", "proof", "edition",
    )  # fmt: skip

    def __init__(self, *args: Any, petition: Petition, demand: PetitionEdition, **kwargs: Any) -> None:
        initial = {"visibility": petition.default_visibility, "edition": demand.digest}
        super().__init__(*args, initial=initial, **kwargs)
        self.petition, self.demand = petition, demand
        self.fields["website"].widget.attrs.update({"autocomplete": "off", "tabindex": "-1"})

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty. Your browser may have filled it in for you."))
        return ""

    def clean_edition(self) -> str:
        seen = self.cleaned_data["edition"]
        if seen and seen != self.demand.digest:
            self.data = {**self.data, "edition": self.demand.digest}  # the form shown again carries the new one
            raise forms.ValidationError(
                _("The text of the petition has changed since you opened the page. Please read it again, then sign.")
            )
        return seen

    @property
    def words(self) -> Words:
        data = self.cleaned_data
        names = ("name", "email", "country", "visibility", "wants_updates")
        return Words(**{name: data[name] for name in names})


class AddressForm(PublicForm):
    """Takes an address to mail a link to."""

    email = MailboxField(label=_("E-mail address"))


class OwnPageForm(ChoicesForm):
    """A signatory's own page: the choices, and the name where it must be typed."""

    name = NameField(label=_("Full name"), required=False)
    field_order = ("name", "country", "visibility", "wants_updates", "email")

    def __init__(self, *args: Any, signatory: Signatory, **kwargs: Any) -> None:
        chosen = {name: getattr(signatory, name) for name in ("country", "visibility", "wants_updates")}
        super().__init__(*args, initial=chosen, **kwargs)
        self.signatory = signatory

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        visibility = cleaned.get("visibility")
        if visibility and "name" in cleaned and not cleaned["name"] and needs_name(self.signatory, visibility):
            self.add_error("name", _("Enter your full name."))
        return cleaned

    @property
    def choices(self) -> Choices:
        data = self.cleaned_data
        return Choices(
            country=data["country"],
            visibility=data["visibility"],
            wants_updates=data["wants_updates"],
            name=data.get("name", ""),
            email=data.get("email", ""),
        )


class ConfirmForm(OwnPageForm):
    """What may still be changed before the button. The name is asked only where it must be typed anew."""

    wants_updates = None  # type: ignore[assignment] # as it was ticked on the form

    def __init__(self, *args: Any, signatory: Signatory, **kwargs: Any) -> None:
        super().__init__(*args, signatory=signatory, **kwargs)
        if signatory.is_name_standing:
            del self.fields["name"]

    @property
    def choices(self) -> Choices:
        self.cleaned_data["wants_updates"] = self.signatory.wants_updates
        return super().choices


class ChangeForm(OwnPageForm):
    """Corrections after confirming. The address is asked only to switch updates on: it is not kept otherwise."""

    name = NameField(label=_("Full name"), required=False, help_text=_("Leave it empty to keep it as it is."))
    email = MailboxField(
        label=_("E-mail address"), required=False, help_text=_("Only if you switch the news on: we have not kept it.")
    )

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if email and not is_mailbox_of(self.signatory, email):
            raise forms.ValidationError(_("This is not the address you signed with."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("wants_updates") and not cleaned.get("email") and not self.signatory.wants_updates:
            self.add_error("email", _("Enter the address you signed with, so that we can send you news."))
        return cleaned
