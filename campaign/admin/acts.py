"""Buttons that do one thing: each asks what it must, then calls one action. GET shows the button, only POST acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from campaign.actions.staff.access import RefusedError
from campaign.admin.fresh import ask_who, is_fresh

# What an act gives back: a sentence to show, a page of its own, or False when it came too late to do anything.
Outcome = str | HttpResponseBase | bool
TOO_LATE = gettext_lazy("Nothing was changed: it was done already, or is not possible any more.")


def staff_of(request: HttpRequest) -> User:
    """Who is logged in; the admin lets nobody else through."""
    return cast(User, request.user)


@dataclass(frozen=True)
class Act:
    """One button on an object's page. With a form it has a page of its own; without, the button itself posts."""

    name: str
    label: str | Promise
    permission: str
    run: Callable[[HttpRequest, Any, Mapping[str, Any]], Outcome]
    is_possible: Callable[[Any], bool] = bool
    form: type[forms.Form] | None = None
    explanation: str | Promise = ""
    is_logged: bool = True  # in Django's history; acts that leave a record of their own need no second one
    needs_fresh_check: bool = False  # for what opens personal data or takes it away
    # For what leaves a record of each try: it takes down one without permission, and its action refuses the others.
    note_denial: Callable[[HttpRequest, Any], None] | None = None
    # Whoever holds the permission and would only be refused sees no button. The action refuses her all the same.
    is_for: Callable[[Any, User], bool] = lambda obj, user: True

    @property
    def has_page(self) -> bool:
        return self.form is not None


class ActsAdmin(admin.ModelAdmin):
    """A ModelAdmin with buttons. Each is shown to those who may press it, where it can do something."""

    acts: ClassVar[tuple[Act, ...]] = ()
    change_form_template = "admin/campaign/change_form.html"

    def get_urls(self) -> list[Any]:
        address = f"{self.opts.app_label}_{self.opts.model_name}_act"
        # What is posted is a purpose or a reason: no error report shows it.
        view = self.admin_site.admin_view(sensitive_post_parameters()(self.act_view))
        return [path("<path:object_id>/act/<slug:name>/", view, name=address), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj") or context.get("original")
        context["acts"] = [(act, self.act_url(obj, act)) for act in self.acts_for(request, obj)] if obj else []
        return super().render_change_form(request, context, *args, **kwargs)

    def acts_for(self, request: HttpRequest, obj: Any) -> list[Act]:
        user = staff_of(request)
        mine = (act for act in self.acts if user.has_perm(act.permission))
        return [act for act in mine if act.is_possible(obj) and act.is_for(obj, user)]

    def act_url(self, obj: Any, act: Act) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        return reverse(name, args=[quote(obj.pk), act.name])

    def change_url(self, obj: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(obj.pk)])

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponseBase:
        """The page of one act, and its doing. Raises PermissionDenied, Http404."""
        act = next((act for act in self.acts if act.name == name), None)
        obj = self.get_object(request, unquote(object_id))
        if act is None or obj is None:
            raise Http404
        if not (self.has_view_permission(request, obj) and request.user.has_perm(act.permission)):
            if act.note_denial and request.method == "POST":
                act.note_denial(request, obj)
            raise PermissionDenied
        return ask_who(request) if act.needs_fresh_check and not is_fresh(request) else self._act(request, obj, act)

    def _act(self, request: HttpRequest, obj: Any, act: Act) -> HttpResponseBase:
        is_try = act.note_denial is not None and request.method == "POST"
        if not (is_try or act.is_possible(obj)):
            return self.go_back(request, obj, TOO_LATE, messages.WARNING)
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = (act.form or forms.Form)(*posted, **self.form_values(act, obj))
        if request.method != "POST" or not form.is_valid():
            return self._ask(request, obj, {"act": act, "form": form})
        try:
            outcome = act.run(request, obj, form.cleaned_data)
        except RefusedError as refusal:
            return self.go_back(request, obj, str(refusal), messages.ERROR)
        if outcome is not False and act.is_logged:
            self.log_change(request, obj, str(act.label))
        return self._after(request, obj, outcome)

    def form_values(self, act: Act, obj: Any) -> dict[str, Any]:
        """What a form needs to know of the object: those that take a subject are given it."""
        return {"subject": obj} if getattr(act.form, "takes_subject", False) else {}

    def _after(self, request: HttpRequest, obj: Any, outcome: Outcome) -> HttpResponseBase:
        if isinstance(outcome, HttpResponseBase):
            return outcome
        if outcome is False:
            return self.go_back(request, obj, TOO_LATE, messages.WARNING)
        return self.go_back(request, obj, outcome if isinstance(outcome, str) else _("Done."))

    def go_back(self, request: HttpRequest, obj: Any, sentence: Any, level: int = messages.SUCCESS) -> HttpResponseBase:
        self.message_user(request, sentence, level)
        return HttpResponseRedirect(self.change_url(obj))

    def _ask(self, request: HttpRequest, obj: Any, context: dict[str, Any]) -> HttpResponseBase:
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": context["act"].label,
            "back": self.change_url(obj),
        }
        return TemplateResponse(request, "admin/campaign/act.html", context)
