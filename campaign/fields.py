"""The fields that the public forms share: a name, a mailbox, a country."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from campaign.actions.signing import names
from campaign.actions.signing.addresses import AddressUnusableError, parse_address
from campaign.actions.signing.sentences import run_on
from campaign.countries import country_choices, country_code, is_country
from campaign.models import Petition, Signatory

NAME_MAX_CHARACTERS = 200
EMAIL_MAX_CHARACTERS = 254
_NAME_SENTENCES = {
    names.INVISIBLE: _("Your name contains invisible characters. Please type it anew."),
    names.URL: _("Please enter your name, not a web address."),
    names.MARKS: _("Please enter your full name in letters; marks such as = + @ < > cannot stand in a name."),
    names.START: _("A name begins with a letter."),
}


def countries() -> list[tuple[str, Any]]:
    return [("", _("Prefer not to say")), *country_choices(get_language() or settings.LANGUAGE_CODE)]


class TextField(forms.CharField):
    """A line of text. A NUL in it is told in words of ours, and never comes back: HTML has no way to write one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [each for each in self.validators if not isinstance(each, ProhibitNullCharactersValidator)]

    def bound_data(self, data: Any, initial: Any) -> Any:
        shown = super().bound_data(data, initial)
        return shown.replace("\0", "") if isinstance(shown, str) else shown


class NameField(TextField):
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


class MailboxField(TextField):
    """One email address that mail can be sent to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=EMAIL_MAX_CHARACTERS,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
            error_messages={
                "required": _("Enter your email address."),
                "max_length": _("Enter an email address of at most %(limit_value)d characters."),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_address(text) if text else ""
        except AddressUnusableError as error:
            message = _("Enter one email address in the form name@example.org.")
            raise forms.ValidationError(message, code="unusable") from error

    def warn_of(self, endings: dict[str, str]) -> None:
        """Say beside the field which providers are better not used; the script points one out when it is typed."""
        if not endings:
            return
        shown = [ending if ending.isascii() else ending.replace(".", ".\u2060") for ending in endings.values()]
        listed = pgettext("between the items of a list in a sentence", ", ").join(shown)
        warning = gettext(
            "Some email providers can be made to tell the authorities who received which email. We take every"
            " address, but it is safer to use one that does not end in %(endings)s."
        )
        pointed_out = gettext("Addresses at {} can be read by the authorities there. Another address is safer.")
        self.help_text = run_on([str(self.help_text), warning % {"endings": listed}])
        self.widget.attrs |= {"data-risky": " ".join(endings), "data-risky-words": pointed_out}


class CountrySelect(forms.Select):
    """Takes a code, or a name: the article's page has no room for the codes of so many countries."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return country_code(value) if isinstance(value, str) else value


class CountryField(forms.ChoiceField):
    """A country, or none; looked up by its code instead of gone through by name."""

    def valid_value(self, value: Any) -> bool:
        return value == "" or is_country(value)


class VisibilityField(forms.ChoiceField):
    """Who may see a name: of the four, those that the petition offers."""

    def __init__(self, **kwargs: Any) -> None:
        choose = _("Choose who may see your name.")
        super().__init__(
            choices=Signatory.Visibility.choices,
            widget=forms.RadioSelect,
            error_messages={"required": choose, "invalid_choice": choose},
            **kwargs,
        )

    def offer(self, petition: Petition) -> None:
        self.choices = [choice for choice in Signatory.Visibility.choices if choice[0] in petition.visibilities]
        if not petition.shows_names:
            self.error_messages["invalid_choice"] = _(
                "This petition shows nobody’s name or initials. Choose whether the addressee gets your name."
            )
