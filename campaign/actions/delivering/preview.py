"""What a delivery would hold, in numbers: before it is asked for, and for whoever approves it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaign.actions.delivering.papers import SMALL_CELL
from campaign.countries import country_name
from campaign.exports.facts import merge_small
from campaign.models import Petition, Signatory
from campaign.models.base import language_name


@dataclass(frozen=True)
class Preview:
    """Numbers of signatures, small ones of countries told together."""

    rows: int
    languages: list[tuple[str, int]]
    countries: list[tuple[str, int]]
    days: list[tuple[date, int]]


def preview(petition: Petition, as_of: datetime) -> Preview:
    """Count those who would be delivered now. Reads every signature of the petition once."""
    rows = Signatory.objects.deliverable_as_of(as_of, petition.pk)
    cells = rows.order_by().values_list("edition__language", "country", TruncDate("signed_at")).annotate(Count("pk"))
    languages, countries, days = Counter[str](), Counter[str](), Counter[date]()
    for language, country, day, count in cells:
        languages[language] += count
        countries[country] += count
        days[day] += count
    return Preview(
        rows=languages.total(),
        languages=[(language_name(code), count) for code, count in merge_small(languages, 1)],
        countries=[(_named(code), count) for code, count in merge_small(countries, SMALL_CELL)],
        days=sorted(days.items()),
    )


def _named(code: str) -> str:
    return country_name(code, get_language() or "en") if code else _("other or not told")
