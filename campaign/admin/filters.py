"""What signatories are filtered by. Each is served by a key or an index, or looks back only so far."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaign.admin.lists import AskingFilter, LookingBackFilter
from campaign.countries import country_choices
from campaign.models import Petition, Signatory
from campaign.models.signatory import CONFIRMED


class PetitionFilter(admin.SimpleListFilter):
    title = _("petition")
    parameter_name = "petition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), slug) for pk, slug in Petition.objects.values_list("pk", "slug")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        chosen = self.value() or ""
        petition = Petition.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        if petition is None:
            return queryset
        if petition.closed_at:
            # Nobody signs what is closed: so the list of an old petition need not go past all newer ones' rows.
            queryset = queryset.made_before(petition.closed_at + timedelta(days=1))
        return queryset.filter(petition=petition)


class StateFilter(LookingBackFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Signatory.State.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() not in Signatory.State:
            return queryset
        # All states but this one have small indexes of their own; confirmed is what nearly every row is.
        rows = self.newest_of(queryset) if self.value() == CONFIRMED else queryset
        return rows.filter(state=self.value())


class CountryFilter(AskingFilter, LookingBackFilter):
    """The last of the filters: what it looks back through is what the others left."""

    title = _("country")
    parameter_name = "country"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.options = [("", _("all")), *country_choices(get_language() or "en")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        return self.newest_of(queryset).filter(country=self.value()) if self.value() else queryset
