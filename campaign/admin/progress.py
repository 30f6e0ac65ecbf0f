"""Pages of work that goes on behind them: they show how far it has come, and load themselves anew until it is done."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

REFRESH_SECONDS = 2
STAND_STILL = "still"  # ?still=1 for those whom a page that reloads disturbs


class ProgressAdmin(admin.ModelAdmin):
    def is_under_way(self, obj: Any) -> bool:
        raise NotImplementedError

    @admin.display(description=_("progress"))
    def progress(self, obj: Any) -> str:
        return format_html('<progress value="{0}" max="100">{0} %</progress> {0} %', obj.percent)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = context.get("original")
        if obj is not None and self.is_under_way(obj):
            context["is_under_way"] = True
            context["refresh_seconds"] = None if STAND_STILL in request.GET else REFRESH_SECONDS
        return super().render_change_form(request, context, *args, **kwargs)
