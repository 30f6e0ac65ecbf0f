"""From which age one may sign: the organisation's setting, told in words."""

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaign.actions.signing.sentences import run_on
from campaign.countries import country_name


def age_line() -> str:
    """A sentence with the age, and one for each country where it is another, in the language of the moment."""
    ages = {country: age for country, age in settings.MINIMUM_AGES.items() if country}
    language = get_language() or settings.LANGUAGE_CODE
    sentences = [_("You may sign from the age of %(age)d.") % {"age": settings.MINIMUM_AGES[""]}]
    for country, age in ages.items():
        told = {"country": country_name(country, language), "age": age}
        sentences.append(_("In %(country)s you may sign from the age of %(age)d.") % told)
    return run_on(sentences)
