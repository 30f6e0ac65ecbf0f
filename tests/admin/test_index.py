"""The first page tells what staff should know: counts mended, mails given up, a queue that stands still."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format

from campaign.models import Delivery, MailQueue, Notice, OutgoingMail
from tests.actions.delivering.asking import request
from tests.factories import make_signatory, make_staff

MAILS = "/admin/campaign/outgoingmail/"


def make_failed(petition) -> OutgoingMail:
    make_signatory(petition)
    mail = OutgoingMail.objects.latest("pk")
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state="failed", mailbox=None, finished_at=timezone.now(), failure="RCPT: 550", attempts=2
    )
    return mail


def test_the_campaign_stands_before_the_accounts(boss):
    assert [app["app_label"] for app in boss.get("/admin/").context["app_list"]] == ["campaign", "auth"]


# --- Notices ---------------------------------------------------------------------------------------------------------
def test_unseen_notices_stand_one_a_kind_with_their_number(logged_in):
    Notice.tell("count-mended", "error", petition="rivers", was=7, now=8)
    for code in (550, 551):
        Notice.tell("mail-refused", reason=f"RCPT: {code}")
    told = logged_in("Editor").get("/admin/").context["notices"]
    assert [(kind["kind"], kind["number"], kind["sentence"]) for kind in told] == [
        ("mail-refused", 2, "A mail server refused an address for good: RCPT: 551."),
        ("count-mended", 1, "The count of “rivers” was 7 and is 8: it was corrected."),
    ]


@pytest.mark.parametrize("details", [{}, {"odd": 1}])
def test_a_notice_without_a_sentence_is_shown_as_it_is(logged_in, details):
    Notice.tell("mail-refused", **details)
    Notice.tell("of-a-new-kind", **details)
    sentences = [kind["sentence"] for kind in logged_in("Editor").get("/admin/").context["notices"]]
    assert sentences == [f"of-a-new-kind {details}", f"mail-refused {details}"]


def test_what_was_seen_is_shown_no_more_and_what_came_since_is(logged_in):
    moderator = logged_in("Moderator")
    first = Notice.tell("mail-refused", reason="RCPT: 550")
    since = Notice.tell("mail-refused", reason="RCPT: 551")
    other = Notice.tell("count-mended", petition="rivers", was=7, now=8)
    moderator.post("/admin/notices/seen/", {"kind": "mail-refused", "up_to": first.pk})
    assert list(Notice.objects.unseen().order_by("pk")) == [since, other]


def test_editors_read_notices_and_mark_none_as_seen(logged_in):
    notice = Notice.tell("count-mended", petition="rivers", was=7, now=8)
    editor = logged_in("Editor")
    assert editor.post("/admin/notices/seen/", {"kind": notice.kind, "up_to": notice.pk}).status_code == 403
    assert editor.get("/admin/notices/seen/").status_code == 405
    assert Notice.objects.unseen().exists()


@pytest.mark.parametrize("up_to", ["", "x", "²"])
def test_a_notice_that_is_none_marks_nothing(logged_in, up_to):
    notice = Notice.tell("count-mended", petition="rivers", was=7, now=8)
    logged_in("Moderator").post("/admin/notices/seen/", {"kind": notice.kind, "up_to": up_to})
    assert Notice.objects.unseen().exists()


# --- The queue -------------------------------------------------------------------------------------------------------
def test_a_queue_that_stands_still_says_why_and_is_tried_by_a_button(logged_in, petition):
    make_signatory(petition)
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(minutes=42, seconds=5))
    MailQueue.pause("ConnectionRefusedError")
    moderator = logged_in("Moderator")
    text = moderator.get("/admin/").content.decode()
    assert ("ConnectionRefusedError" in text, "The oldest has waited for 42 minutes." in text) == (True, True)
    assert moderator.get("/admin/queue/try/").status_code == 405
    assert MailQueue.is_paused()
    moderator.post("/admin/queue/try/")
    assert not MailQueue.is_paused()
    assert "ConnectionRefusedError" not in moderator.get("/admin/").content.decode()


@pytest.mark.parametrize("group", ["Editor", "Delivery officer"])
def test_others_neither_see_the_queue_nor_move_it(logged_in, petition, group):
    MailQueue.pause("ConnectionRefusedError")
    stranger = logged_in(group)
    assert stranger.get("/admin/").context["queue"] is None
    assert stranger.post("/admin/queue/try/").status_code == 403
    assert stranger.get(MAILS).status_code == 403
    assert MailQueue.is_paused()


def test_the_list_shows_what_is_owed_and_on_request_what_was_given_up(logged_in, petition):
    failed = make_failed(petition)
    make_signatory(petition)
    moderator = logged_in("Moderator")
    owed = OutgoingMail.objects.get(state="queued")
    shown = {
        query: [mail.pk for mail in moderator.get(MAILS, {"queue": query}).context["cl"].result_list]
        for query in ("", "failed", "all")
    }
    assert shown == {"": [owed.pk], "failed": [failed.pk], "all": [owed.pk, failed.pk]}
    text = moderator.get(f"{MAILS}{failed.pk}/change/").content.decode()
    assert ("RCPT: 550" in text, "@example.org" in text) == (True, False)


def test_the_slow_lane_has_a_list_of_its_own_and_its_mails_are_owed_too(logged_in, petition):
    make_signatory(petition)
    OutgoingMail.objects.update(state="waiting")
    make_signatory(petition)
    waiting, queued = OutgoingMail.objects.order_by("pk")
    moderator = logged_in("Moderator")
    shown = {
        query: [mail.pk for mail in moderator.get(MAILS, {"queue": query}).context["cl"].result_list]
        for query in ("", "waiting")
    }
    assert shown == {"": [waiting.pk, queued.pk], "waiting": [waiting.pk]}


def test_the_oldest_owed_stands_first(logged_in, petition):
    for _ in range(2):
        make_signatory(petition)
    newest = OutgoingMail.objects.latest("pk")
    OutgoingMail.objects.filter(pk=newest.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert logged_in("Moderator").get(MAILS).context["cl"].result_list[0].pk == newest.pk


def test_a_waiting_mail_is_due_at_once_by_its_button_and_many_by_theirs(logged_in, petition):
    later = timezone.now() + timedelta(hours=4)
    for _ in range(2):
        make_signatory(petition)
    OutgoingMail.objects.update(due_at=later, attempts=3)
    mails = list(OutgoingMail.objects.all())
    moderator = logged_in("Moderator")
    moderator.post(f"{MAILS}{mails[0].pk}/act/retry/")
    assert OutgoingMail.objects.filter(due_at__lt=later).count() == 1
    moderator.post(MAILS, {"action": "retry_selected", "_selected_action": [mail.pk for mail in mails]})
    assert OutgoingMail.objects.filter(due_at__lt=later).count() == 2


def test_the_first_page_takes_the_same_statements_however_much_there_is(logged_in, petition, django_assert_num_queries):
    moderator = logged_in("Moderator")
    for number in (1, 2):
        for _ in range(number):
            make_failed(petition)
            Notice.tell("mail-refused", reason="RCPT: 550")
        with django_assert_num_queries(13):
            moderator.get("/admin/")


# --- Deliveries ------------------------------------------------------------------------------------------------------
def make_waiting(petition, officers) -> list[Delivery]:
    """One to approve, one to take, one with numbers to pass on."""
    first, second = officers
    wanted, built, handed_over = (request(petition, by) for by in (second, first, second))
    now = datetime(2099, 12, 3, 9, 30, tzinfo=UTC)
    Delivery.objects.filter(pk__in=[built.pk, handed_over.pk]).update(state="built", number=F("pk"), built_at=now)
    Delivery.objects.filter(pk=built.pk).update(sealed_key=b"x")
    Delivery.objects.filter(pk=handed_over.pk).update(state="handed_over")
    handed_over.striking_notices.create(numbers=[7])
    return [wanted, built, handed_over]


def test_the_first_page_calls_officers_to_what_waits_for_them_in_as_many_statements(
    logged_in, petition, django_assert_num_queries
):
    make_signatory(petition)
    officer = logged_in("Delivery officer")
    officers = (User.objects.get(), make_staff("Delivery officer", name="second"))
    assert not officer.get("/admin/").context["deliveries"]
    for number in (1, 2):
        for _ in range(number):
            waiting = make_waiting(petition, officers)
        with django_assert_num_queries(10):
            answer = officer.get("/admin/")
    shown = " ".join(answer.content.decode().split())
    day = date_format(timezone.now())
    until = date_format(datetime(2099, 12, 4, 9, 30, tzinfo=UTC), "DATETIME_FORMAT")
    told = [
        f"{waiting[0]}, for The Ministry, asked for on {day}: it waits for your approval.",
        f"{waiting[1]}: the file is ready. Take it before {until} UTC; then it is deleted.",
        f"{waiting[2]}: The Ministry has yet to be told which numbers to strike out.",
    ]
    assert [words for words in told if words not in shown] == []
    assert [f"/delivery/{each.pk}/change/" in shown for each in waiting] == [True] * 3
    assert "Deliveries that wait for you" not in logged_in("Editor").get("/admin/").content.decode()
