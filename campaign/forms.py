"""Words in: the public forms. Each cleans, then its view hands over to one action."""

from copy import deepcopy
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from campaign.actions.signing.ages import age_line
from campaign.actions.signing.signatories import Choices, Words, is_mailbox_of, needs_name
from campaign.fields import CountryField, CountrySelect, MailboxField, NameField, TextField, VisibilityField, countries
from campaign.models import Petition, PetitionEdition, RiskyProvider, Signatory

_SUITED = ("visibility", "wants_updates", "email")  # the fields that a petition's mode alters


class _Shared(dict[str, forms.Field]):
    """Fields that the forms of a class share: who alters one takes a copy, and copying all costs more than cleaning."""

    def __deepcopy__(self, _memo: object) -> dict[str, forms.Field]:
        return dict(self)


def _helper() -> FormHelper:
    """How crispy-forms draws them all: fields only, no cookie, no token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.include_media = False
    return helper


class PublicForm(forms.Form):
    """A form of the public pages: no cookie, no token, drawn by the house's template pack."""

    # `required` tells screen readers; `novalidate` on the form keeps the browser's own sentences away.

    helper = _helper()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.base_fields = _Shared(self.base_fields)  # type: ignore[misc] # Django copies what this names
        super().__init__(*args, **kwargs)

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
        choices=lazy(countries, list),
        required=False,
        error_messages={"invalid_choice": _("Choose a country from the list, or “Prefer not to say”.")},
        widget=CountrySelect(attrs={"autocomplete": "country"}),
    )
    visibility = VisibilityField(label=_("Who may see your name?"))
    wants_updates = forms.BooleanField(
        label=_("Send me news about this petition by email"), required=False, widget=forms.CheckboxInput
    )

    def suit(self, petition: Petition) -> None:
        """In high-risk mode: offer less, and say what is risky beside it. On fields of its own, see _Shared."""
        if not petition.is_high_risk:
            return
        self.fields |= deepcopy({name: field for name, field in self.fields.items() if name in _SUITED})
        self.fields["visibility"].offer(petition)  # type: ignore[attr-defined]
        if "wants_updates" in self.fields:
            self.fields["wants_updates"].help_text = _(
                "To send you news we must keep your address, in a form that this site can open. If you want none, it is"
                " erased once you have confirmed."
            )


PROOF_MAX_CHARACTERS = 2_000
DIGITS = 16  # of a digest, in hex: more than enough to tell one version of a text from the next


class SignForm(ChoicesForm):
    """The petition's form. `edition` starts the digest of the text that was read; one signs what one has read."""

    name = NameField(label=_("Full name"), help_text=_("In any script, as you write it yourself."))
    email = MailboxField(
        label=_("Email address"),
        help_text=_("We send one email with a button to confirm. One signature per address."),
    )
    consent = forms.BooleanField(
        help_text=lazy(age_line, str)(),
        error_messages={"required": _("Tick the consent box: without your consent we may not keep your signature.")},
    )
    website = TextField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    proof = TextField(required=False, widget=forms.HiddenInput)
    edition = TextField(required=False, widget=forms.HiddenInput)
    field_order = (
        "name", "email", "country", "visibility", "consent", "wants_updates", "website", "proof", "edition",
    )  # fmt: skip

    def __init__(self, *args: Any, petition: Petition, demand: PetitionEdition, **kwargs: Any) -> None:
        initial = {"visibility": petition.default_visibility, "edition": demand.digest[:DIGITS]}
        super().__init__(*args, initial=initial, **kwargs)
        self.petition, self.demand = petition, demand
        self.suit(petition)

    def suit(self, petition: Petition) -> None:
        super().suit(petition)
        if petition.is_high_risk:
            self.fields["email"].warn_of(RiskyProvider.endings())  # type: ignore[attr-defined]

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty. Your browser may have filled it in for you."))
        return ""

    def clean_proof(self) -> str:
        """Whatever the script sent; what is too long to be a proof is none, since nobody can correct what is hidden."""
        proof = self.cleaned_data["proof"]
        return proof if len(proof) <= PROOF_MAX_CHARACTERS else ""

    def clean_edition(self) -> str:
        seen = self.cleaned_data["edition"]
        if not self.demand.digest.startswith(seen):
            # The form that is shown again carries the new one.
            self.data = {**self.data, "edition": self.demand.digest[:DIGITS]}
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

    email = MailboxField(label=_("Email address"))


class OwnPageForm(ChoicesForm):
    """A signatory's own page: the choices, and the name where it must be typed."""

    name = NameField(label=_("Full name"), required=False)
    field_order = ("name", "country", "visibility", "wants_updates", "email")

    def __init__(self, *args: Any, signatory: Signatory, **kwargs: Any) -> None:
        chosen = {name: getattr(signatory, name) for name in ("country", "visibility", "wants_updates")}
        super().__init__(*args, initial=chosen, **kwargs)
        self.signatory = signatory
        self.suit(signatory.petition)

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
        label=_("Email address"), required=False, help_text=_("Only if you switch the news on: we have not kept it.")
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
