"""The admin's site: its titles, and an index that tells staff what they should know."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from campaign.actions.delivering.calling import waiting_for
from campaign.actions.mailing.mail import oldest_due_seconds, resume_queue
from campaign.actions.moderating.decisions import MODERATE
from campaign.actions.moderating.name_queue import petitions_with_names_waiting
from campaign.actions.staff.access import OPEN_SIGNATORY
from campaign.actions.staff.reviews import REVIEW, awaits_review, last_month
from campaign.admin.acts import staff_of
from campaign.models import MailQueue, Notice, OutgoingMail

COUNTS_TO = 1_000
# What a notice says; its details fill the gaps. A kind without a sentence is shown as it is.
SENTENCES = {
    "count-mended": gettext_lazy("The count of “%(petition)s” was %(was)s and is %(now)s: it was corrected."),
    "mail-queue-paused": gettext_lazy("Mail was paused: %(reason)s. It is tried again by itself."),
    "mail-unreadable": gettext_lazy(
        "Sealed addresses of mails do not open, or are not those of their signatories: %(number)s. These mails are"
        " tried again, less and less often."
    ),
    "mail-refused": gettext_lazy("A mail server refused an address for good: %(reason)s."),
    "confirmations-collapsed": gettext_lazy(
        "Of an hour's %(forms)s forms only %(percent)s%% were confirmed, where %(usual)s%% are usual. Somebody may be"
        " typing in strangers' addresses: look at the newest signatures."
    ),
    "journal-behind": gettext_lazy(
        "The site is closed: this database is a restored one, and somebody stands in it who was erased since. Run"
        " “erase_expired --replay”."
    ),
    "journal-incomplete": gettext_lazy(
        "The site is closed: the journal of erasures lacks what this database has seen in it. Put the newest one in its"
        " place, then run “erase_expired --replay”."
    ),
    "name-unreadable": gettext_lazy(
        "Sealed names that were to be shown do not open with the key that this server holds: %(number)s."
    ),
    "bulk-stopped": gettext_lazy(
        "Bulk decision %(bulk)s stopped on its way: the signature whose name it compared is erased."
    ),
    "log-refused": gettext_lazy(
        "Nothing comes into the log of “%(petition)s” and its count stands still (%(why)s). What to do stands in"
        " docs/operations.md."
    ),
    "log-differs": gettext_lazy(
        "The log of “%(petition)s” counts %(log)s signatures, and %(rows)s stand in it. What to do stands in"
        " docs/operations.md."
    ),
    "mailing-cancelled": gettext_lazy(
        "After a restore the mailing of news on “%(petition)s” was cancelled at %(position)s of %(total)s readers: some"
        " of the rest have it already. Write a new piece of news if the others should hear of it."
    ),
    "receipt-failed": gettext_lazy(
        "A signatory of “%(petition)s” asked for a receipt, and none could be made: her name does not open, or does not"
        " fit the log. Run “manage.py log check”."
    ),
    "delivery-stopped": gettext_lazy("Delivery %(delivery)s stopped: %(failure)s."),
    "petition-not-opened": gettext_lazy(
        "“%(petition)s” was to open by now, but lacks something. Press “Open” on its page: it says what."
    ),
    "second-factor-reset": gettext_lazy("The second factor of “%(name)s” was reset by “%(by)s”."),
}


def say(notice: Notice) -> str:
    """The sentence of a notice."""
    sentence = SENTENCES.get(notice.kind)
    try:
        return str(sentence) % notice.details if sentence else f"{notice.kind} {notice.details}"
    except KeyError:
        return f"{notice.kind} {notice.details}"


class CampaignAdminSite(admin.AdminSite):
    site_header = gettext_lazy("Undersigned")
    site_title = gettext_lazy("Undersigned")
    index_title = gettext_lazy("What there is to do")
    index_template = "admin/campaign/index.html"
    site_url = "/"
    enable_nav_sidebar = False  # the lists need the room, and the keyboard fewer steps

    def get_urls(self) -> list[Any]:
        seen, queue = require_POST(self.see_notices), require_POST(self.try_queue)
        return [
            path("notices/seen/", self.admin_view(seen), name="notices-seen"),
            path("queue/try/", self.admin_view(queue), name="queue-try"),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context = {"notices": [], "queue": None, "month": None, "petitions": []} | (extra_context or {})
        if request.user.has_perm("campaign.view_notice"):
            context["notices"] = unseen_notices()
        if request.user.has_perm("campaign.view_outgoingmail"):
            context["queue"] = queue_state()
        context["deliveries"] = waiting_for(staff_of(request))
        if request.user.has_perms((MODERATE, OPEN_SIGNATORY)):
            context["petitions"] = petitions_with_names_waiting()
        if request.user.has_perm(REVIEW) and awaits_review(last_month()):
            context["month"] = last_month()
        return super().index(request, context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The campaign first: accounts are looked at now and then."""
        return sorted(super().get_app_list(request, app_label), key=lambda app: app["app_label"] != "campaign")

    def see_notices(self, request: HttpRequest) -> HttpResponse:
        """Mark the notices of one kind as seen, up to the newest that was shown."""
        if not request.user.has_perm("campaign.change_notice"):
            raise PermissionDenied
        up_to = request.POST.get("up_to", "")
        if up_to.isdecimal():
            shown = Notice.objects.unseen().filter(kind=request.POST.get("kind", ""), pk__lte=int(up_to))
            shown.update(seen_at=timezone.now())
        return HttpResponseRedirect(reverse("admin:index"))

    def try_queue(self, request: HttpRequest) -> HttpResponse:
        """Let a paused queue try now. Raises PermissionDenied."""
        if not request.user.has_perm("campaign.retry_outgoingmail"):
            raise PermissionDenied
        resume_queue()
        return HttpResponseRedirect(reverse("admin:index"))


def unseen_notices() -> list[dict[str, Any]]:
    """The newest unseen notice of each kind, and how many of it there are: a thousand refusals are one line."""
    kinds = Notice.objects.unseen().values("kind").annotate(number=Count("pk"), newest=Max("pk")).order_by("-newest")
    newest = Notice.objects.in_bulk([kind["newest"] for kind in kinds])
    return [{**kind, "notice": newest[kind["newest"]], "sentence": say(newest[kind["newest"]])} for kind in kinds]


def queue_state() -> dict[str, Any]:
    """What the index says of the mail: owed, given up, how old, and why it stands still."""
    return {
        "row": MailQueue.load(),
        "is_paused": MailQueue.is_paused(),
        "minutes": int(oldest_due_seconds() // 60),
        "owed": _number(OutgoingMail.objects.owed()[: COUNTS_TO + 1].count()),
        "failed": _number(OutgoingMail.objects.failed()[: COUNTS_TO + 1].count()),
    }


def _number(count: int) -> str:
    return _("more than %(number)s") % {"number": COUNTS_TO} if count > COUNTS_TO else str(count)


admin_site = CampaignAdminSite(name="admin")
