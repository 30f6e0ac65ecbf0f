"""Lists that stay fast with a million rows: newest first, by keys and small indexes, counted only so far."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

REACH = 5_000  # rows that a list counts and pages through
LOOKS_BACK = 100_000  # rows that a filter without an index looks through


class BoundedPaginator(Paginator):
    """Counts to REACH and no further: COUNT of all would read the whole table for each page."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return rows[: REACH + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, REACH)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond REACH."""
        return self._counted > REACH


class BoundedChangeList(ChangeList):
    paginator: BoundedPaginator

    @property
    def has_more(self) -> bool:
        return self.paginator.has_more

    @property
    def looked_through(self) -> int | None:
        """How many rows a filter looked through, where there are older ones; None where it saw all."""
        return LOOKS_BACK if any(getattr(spec, "is_cut", False) for spec in self.filter_specs) else None


class LongListAdmin(admin.ModelAdmin):
    """A list of many rows, newest first. Its columns sort by nothing that has no index."""

    list_per_page = 100
    list_max_show_all = 100
    ordering = ("-pk",)
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedChangeList


class ReadOnlyAdmin(admin.ModelAdmin):
    """What is seen here and changed nowhere by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookingBackFilter(admin.SimpleListFilter):
    """A filter without an index. It looks back only so far, and the list says so."""

    is_cut = False  # whether there were older rows, at which it did not look

    def newest_of(self, queryset: Any) -> QuerySet:
        """The LOOKS_BACK newest rows of those that the filters before this one left."""
        beyond = list(queryset.order_by("-pk").values_list("pk", flat=True)[LOOKS_BACK : LOOKS_BACK + 1])
        self.is_cut = bool(beyond)
        return queryset.filter(pk__gt=beyond[0]) if beyond else queryset


class AskingFilter(admin.SimpleListFilter):
    """A filter that is filled in rather than chosen from a list of links."""

    template = "admin/campaign/filter.html"
    input_type = "text"
    options: list[tuple[str, Any]] = []

    def __init__(self, request: HttpRequest, params: dict[str, Any], *args: Any) -> None:
        super().__init__(request, params, *args)
        ours = {self.parameter_name, "p", "e"}
        self.kept = [(name, value) for name, values in request.GET.lists() for value in values if name not in ours]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {"query_string": changelist.get_query_string(remove=[self.parameter_name])}


class DayFilter(AskingFilter):
    """One day, read off the time-ordered key: no column and no index of its own."""

    title = _("day")
    parameter_name = "day"
    input_type = "date"

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if not self.value():
            return queryset
        try:
            start = datetime.combine(date.fromisoformat(str(self.value())), time.min, tzinfo=UTC)
            return queryset.made_since(start).made_before(start + timedelta(days=1))
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters from error
