"""The outbox: what is owed, how old it is, what failed and why. Codes only: no address stands here."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaign.actions.mailing import mail as queue
from campaign.admin.acts import Act, ActsAdmin, Outcome
from campaign.admin.lists import LongListAdmin, ReadOnlyAdmin
from campaign.admin.site import admin_site, say
from campaign.models import Notice, OutgoingMail
from campaign.models.mail import OWED, QUEUED

WAITING_LIST, FAILED_LIST, ALL_LIST = "waiting", "failed", "all"


class QueueFilter(admin.SimpleListFilter):
    """Owed unless something else is chosen. Owed and failed have small indexes of their own."""

    title = gettext_lazy("state")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (WAITING_LIST, gettext_lazy("in the slow lane")),
            (FAILED_LIST, gettext_lazy("given up")),
            (ALL_LIST, gettext_lazy("all of the last 30 days")),
        ]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        yield everything | {"display": _("owed")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        lists = {WAITING_LIST: queryset.waiting, FAILED_LIST: queryset.failed, ALL_LIST: queryset.all}
        return lists.get(self.value() or "", queryset.owed)()


def retry(request: HttpRequest, mail: OutgoingMail, words: Mapping[str, Any]) -> Outcome:
    return queue.retry(mail) and _("It is due now.")


@admin.register(OutgoingMail, site=admin_site)
class OutgoingMailAdmin(ReadOnlyAdmin, LongListAdmin, ActsAdmin):
    list_display = ("key", "kind", "state", "attempts", "age", "due_at", "failure")
    list_filter = (QueueFilter,)
    actions = ("retry_selected",)
    fields = ("id", "kind", "state", "attempts", "failure", "age", "created_at", "due_at", "finished_at")
    acts = (
        Act("retry", gettext_lazy("Try now"), "campaign.retry_outgoingmail", retry,
            lambda mail: mail.state == QUEUED),
    )  # fmt: skip

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        is_owed = request.GET.get(QueueFilter.parameter_name) not in (FAILED_LIST, ALL_LIST)
        return ("due_at", "pk") if is_owed else ("-pk",)

    @admin.display(description=gettext_lazy("mail"))
    def key(self, mail: OutgoingMail) -> str:
        return str(mail.pk)[-12:]

    @admin.display(description=gettext_lazy("age"))
    def age(self, mail: OutgoingMail) -> str:
        return timesince(mail.created_at, mail.finished_at if mail.state not in OWED else None, depth=1)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaign.retry_outgoingmail")

    @admin.action(description=gettext_lazy("Try the selected mails now"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        number = sum(queue.retry(mail) for mail in queryset[: self.list_per_page])
        sentence = ngettext("%(number)d mail is due now.", "%(number)d mails are due now.", number)
        self.message_user(request, sentence % {"number": number})


@admin.register(Notice, site=admin_site)
class NoticeAdmin(ReadOnlyAdmin, LongListAdmin):
    list_display = ("created_at", "level", "sentence", "seen_at")
    fields = ("created_at", "level", "kind", "sentence", "seen_at")

    @admin.display(description=gettext_lazy("what happened"))
    def sentence(self, notice: Notice) -> str:
        return say(notice)
