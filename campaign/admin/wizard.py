"""Asking for a delivery: what it is to hold, what that comes to in numbers, then the order. Stands on the petition."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from campaign.actions.delivering import deliveries
from campaign.actions.delivering.deliveries import REQUEST
from campaign.actions.delivering.preview import preview
from campaign.actions.staff.access import RefusedError
from campaign.admin.acts import staff_of
from campaign.admin.delivery_forms import OrderForm
from campaign.admin.fresh import ask_who, check_url, is_fresh
from campaign.exports import pdf
from campaign.models import Petition


class DeliveringAdmin(admin.ModelAdmin):
    """The part of the petition's admin that asks for deliveries."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.deliver_view)
        return [path("<path:object_id>/deliver/", view, name="campaign_petition_deliver"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        petition = context.get("original")
        if petition is not None and petition.is_public and request.user.has_perm(REQUEST):
            context["deliver_url"] = reverse("admin:campaign_petition_deliver", args=[petition.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def deliver_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The form; with its numbers once it is filled in; the order when those were seen, after a fresh check.

        Raises PermissionDenied, Http404.
        """
        petition = self.get_object(request, object_id)
        if petition is None or not petition.is_public:
            raise Http404
        if not request.user.has_perm(REQUEST):
            raise PermissionDenied
        if request.method != "POST" and not is_fresh(request):
            return ask_who(request)
        form = OrderForm(request.POST if request.method == "POST" else None, subject=petition)
        context = self._context(request, petition, form)
        if request.method != "POST" or not form.is_valid():
            return self._draw(request, context)
        if "order" in request.POST and is_fresh(request):
            return self._order(request, petition, form, context)
        return self._draw(request, context | {"preview": preview(petition, form.cleaned_data["as_of"])})

    def _order(
        self, request: HttpRequest, petition: Petition, form: OrderForm, context: dict[str, Any]
    ) -> HttpResponse:
        try:
            delivery = deliveries.request_delivery(petition, order=form.order, by=staff_of(request))
        except RefusedError as refusal:
            form.add_error(None, str(refusal))
            return self._draw(request, context)
        self.message_user(request, _("It is asked for. Another officer approves it, then it is built."))
        return HttpResponseRedirect(reverse("admin:campaign_delivery_change", args=[delivery.pk]))

    def _context(self, request: HttpRequest, petition: Petition, form: OrderForm) -> dict[str, Any]:
        back = reverse("admin:campaign_petition_change", args=[petition.pk])
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": petition,
            "title": _("Prepare a delivery"),
            "back": back,
            # Letters take longer to write than a check is fresh: they stay in the form while she shows who she is.
            "check_url": None if is_fresh(request) else check_url(back),
            "form": form,
            "media": self.media,
            "no_sender": deliveries.lacks_sender(),
            "is_dump": deliveries.is_sealed_to_officers(petition),
            "has_pdf": pdf.is_available(),
            "missing_fonts": pdf.missing_fonts() if pdf.is_available() else (),
        }

    def _draw(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(request, "admin/campaign/delivery/wizard.html", context)
