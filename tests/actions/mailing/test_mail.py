"""The outbox: nothing owed is lost, nobody is flooded, and a mail says what it should."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from campaign import crypto
from campaign.actions.forgetting.privacy import forget_what_is_over
from campaign.actions.health import readiness
from campaign.actions.mailing import gates, mail
from campaign.actions.signing import signatories
from campaign.models import MailGate, MailQueue, Notice, OutgoingMail, Signatory
from tests.factories import make_petition, make_signatory, post_form, send_mails
from tests.parallel import in_parallel
from tests.smtp import HANG_SECONDS, HANGS, HANGS_UP, post_office

SIGN = "/en/petitions/let-them-choose/sign/"
LINK = "/en/petitions/let-them-choose/check-your-email/"
EMAIL = "gildong@example.org"


@pytest.fixture
def office():
    with post_office() as office:
        yield office


def states():
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


def ask_for_link(client, email=EMAIL):
    return client.post(LINK, {"email": email})


def later(time_machine, **delta):
    time_machine.move_to(timezone.now() + timedelta(**delta), tick=False)


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_the_mail_is_complete_in_plain_text_with_one_link_and_nothing_typed(petition, office, language):
    make_signatory(petition, state="pending", language=language, name="Zebulon Quixote", email=EMAIL)
    assert send_mails() == 1
    (message,) = office.mails
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert message.get_content_type() == "multipart/alternative"
    assert message["To"] == EMAIL
    assert message["From"] == "Test Organisation <petitions@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == language
    assert message["Message-ID"] == OutgoingMail.objects.get().message_id
    (link,) = re.findall(rf"http://testserver/{language}/s/[\w-]{{43}}/", text)
    assert text.count("/s/") == 1
    assert set(re.findall(r"http://testserver/\S*/s/[\w-]+/", html)) == {link}
    assert not re.findall(r"(?i)<(img|link|script|iframe)|url\(|@import", html)
    assert set(re.findall(r'(?:href|src)="(https?://[^/"]+)', html)) == {"http://testserver"}
    for word in ("Zebulon", "Quixote", EMAIL):
        assert word not in text + html + message["Subject"]
    for marker in ("None", "{{", "{%"):
        assert marker not in text


def test_the_link_in_the_mail_is_the_one_that_works(client, petition, office):
    make_signatory(petition, state="pending", email=EMAIL)
    send_mails()
    text = office.mails[0].get_body(("plain",)).get_content()
    path = re.search(r"http://testserver(/en/s/\S+)", text).group(1)
    assert client.get(path).status_code == 200


def test_a_resend_carries_the_same_link_and_another_message_id(client, petition, office, time_machine):
    make_signatory(petition, state="pending", email=EMAIL)
    send_mails()
    later(time_machine, minutes=11)
    ask_for_link(client)
    send_mails()
    first, second = (re.search(r"/s/\S+", mail.get_body(("plain",)).get_content()).group() for mail in office.mails)
    assert first == second
    assert office.ids[0] != office.ids[1]


# --- Nobody is flooded -----------------------------------------------------------------------------------------
def test_forms_send_one_mail_a_day_to_an_address_over_the_whole_site(client, db, office, time_machine):
    make_petition()
    make_petition("another")
    for _ in range(3):
        client.post(SIGN, post_form(email=EMAIL))
    client.post("/en/petitions/another/sign/", post_form(email=EMAIL))
    client.post("/ko/petitions/another/sign/", post_form(email="Gildong+x@EXAMPLE.org"))
    for _ in range(3):
        send_mails()
    assert len(office.mails) == 1
    # The other petition's own mail is not lost: it goes when the gate opens.
    later(time_machine, hours=24, seconds=1)
    for _ in range(3):
        send_mails()
    assert len(office.mails) == 2
    later(time_machine, days=3)
    send_mails()
    assert len(office.mails) == 2
    assert not OutgoingMail.objects.owed().exists()


def test_the_link_is_mailed_once_more_after_ten_minutes_then_once_a_day(client, petition, office, time_machine):
    make_signatory(petition, state="confirmed", email=EMAIL)
    send_mails()
    sent = []
    for minutes in (9, 2, 60, 24 * 60, 1, 24 * 60):
        later(time_machine, minutes=minutes)
        ask_for_link(client)
        send_mails()
        sent.append(len(office.mails))
    assert sent == [1, 2, 2, 3, 3, 4]


def test_a_link_asked_for_on_another_petition_waits_its_turn_and_a_flood_of_both_sends_no_more(
    client, db, office, time_machine
):
    first, other = (make_signatory(make_petition(slug), email=EMAIL) for slug in ("let-them-choose", "another"))
    OutgoingMail.objects.filter(signatory=other).delete()
    send_mails()
    sent = []
    for minutes in (11, 60, 24 * 60, 24 * 60, 24 * 60):
        later(time_machine, minutes=minutes)
        for slug in ("let-them-choose", "another") * 3 if len(sent) < 2 else ():
            client.post(f"/en/petitions/{slug}/check-your-email/", {"email": EMAIL})
            later(time_machine, seconds=1)
        for _ in range(3):
            send_mails()
        sent.append(len(office.mails))
    passed = OutgoingMail.objects.filter(state="sent").order_by("finished_at")
    assert list(passed.values_list("signatory_id", flat=True)) == [first.pk, first.pk, other.pk]
    assert sent == [2, 2, 3, 3, 3]
    assert not OutgoingMail.objects.owed().exists()


def test_once_confirmed_there_is_no_lifetime_cap(client, petition, office, time_machine):
    make_signatory(petition, state="confirmed", email=EMAIL)
    for _ in range(30):
        later(time_machine, days=1, minutes=1)
        ask_for_link(client)
        send_mails()
    assert len(office.mails) == 30


def test_who_never_confirmed_is_mailed_a_few_times_only(client, petition, office, time_machine):
    for _ in range(20):
        client.post(SIGN, post_form(email=EMAIL))
        send_mails()
        later(time_machine, days=1, minutes=1)
    assert len(office.mails) == settings.UNCONFIRMED_MAILS_MAX


def test_asking_for_a_link_tells_nobody_who_signed(client, petition, office):
    make_signatory(petition, state="confirmed", email=EMAIL)
    send_mails()
    known, unknown = ask_for_link(client), ask_for_link(client, "nobody@example.org")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    send_mails()
    assert [message["To"] for message in office.mails] == [EMAIL]
    assert not OutgoingMail.objects.exclude(mailbox=None).exists()


def test_a_mail_that_was_put_off_is_not_tried_again_once_its_owner_said_not_me(db, office, time_machine):
    make_signatory(make_petition(), state="pending", email=EMAIL)
    office.answers["RCPT"] = "451 later"
    send_mails()
    signatories.refuse(make_signatory(make_petition("another"), state="pending", email=EMAIL))
    office.answers.clear()
    later(time_machine, minutes=2)
    assert send_mails() == 0
    assert states() == ["skipped", "skipped"]


@pytest.mark.parametrize(
    ("state", "kind", "count"), [("rejected", "form", 0), ("rejected", "link", 1), ("withdrawn", "link", 0)]
)
def test_what_is_mailed_to_whose_signature_ended(client, petition, office, state, kind, count):
    make_signatory(petition, state=state, email=EMAIL)
    OutgoingMail.objects.all().delete()
    ask_for_link(client) if kind == "link" else client.post(SIGN, post_form(email=EMAIL))
    send_mails()
    assert len(office.mails) == count


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_workers_send_each_mail_once_and_each_address_one(office):
    petition = make_petition()
    for number in range(30):
        make_signatory(petition, state="pending", email=f"person{number}@example.org")
    OutgoingMail.objects.bulk_create(
        OutgoingMail(kind="form", signatory_id=one.signatory_id, mailbox=one.mailbox)
        for one in OutgoingMail.objects.all()
    )
    in_parallel(6, send_mails)
    send_mails()
    assert len(office.mails) == 30
    assert len({message["To"] for message in office.mails}) == 30
    assert not OutgoingMail.objects.owed().exists()


# --- Nothing is lost ---------------------------------------------------------------------------------------------
def test_a_batch_goes_over_one_connection(petition, office):
    for _ in range(5):
        make_signatory(petition, state="pending")
    assert send_mails() == 5
    assert office.connections == 1


def test_a_killed_workers_mail_is_sent_again_with_the_same_message_id(petition, office, monkeypatch, time_machine):
    make_signatory(petition, state="pending")

    class Killed(BaseException):
        pass

    def killed(*_args):
        raise Killed

    with monkeypatch.context() as patch:
        # Killed between the server's 250 and our note of it: no finally of ours runs in a SIGKILL.
        patch.setattr(mail._Round, "_note_sent", killed)
        patch.setattr(mail._Round, "_mark", lambda self: None)
        patch.setattr(mail._Round, "_mine", lambda self, ids: OutgoingMail.objects.none())
        with pytest.raises(Killed):
            send_mails()
    assert states() == ["sending"]
    assert send_mails() == 0
    later(time_machine, minutes=11)
    assert send_mails() == 1
    assert states() == ["sent"]
    assert len(office.ids) == 2
    assert len(set(office.ids)) == 1


def test_a_clean_stop_gives_its_claims_back_at_once(petition, office, monkeypatch):
    for _ in range(3):
        make_signatory(petition, state="pending")
    with monkeypatch.context() as patch:
        patch.setattr(mail._Round, "_note_tokens", lambda self: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            send_mails()
    assert states() == ["queued"] * 3
    assert send_mails() == 3
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


def test_a_worker_of_its_own_takes_back_what_the_last_one_left(petition, office):
    make_signatory(petition, state="pending")
    mail.claim_mails(10)
    assert send_mails() == 0
    assert mail.give_back_abandoned_claims() == 1
    assert send_mails() == 1


def test_a_tick_that_is_over_leaves_the_rest_to_the_next(petition, office, settings):
    for _ in range(3):
        make_signatory(petition, state="pending")
    settings.TICK_SECONDS = 0.0
    assert send_mails() == 0
    settings.TICK_SECONDS = 2.0
    assert send_mails() == 3


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_4xx_is_tried_again_with_growing_pauses(petition, office, step, time_machine):
    make_signatory(petition, state="pending")
    office.answers[step] = "451 later"
    pauses = []
    for _ in range(4):
        assert send_mails() == 0
        row = OutgoingMail.objects.get()
        assert (row.state, row.failure) == ("queued", f"{step}: 451")
        pauses.append((row.due_at - timezone.now()).total_seconds())
        time_machine.move_to(row.due_at + timedelta(seconds=1), tick=False)
    assert pauses == pytest.approx([60, 300, 900, 3600], abs=5)
    office.answers.clear()
    assert send_mails() == 1
    assert not MailQueue.is_paused()


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_5xx_gives_that_mail_up_and_no_other(petition, office, step):
    make_signatory(petition, state="pending", email="first@example.org")
    make_signatory(petition, state="pending", email="second@example.org")
    office.answers["RCPT first@example.org" if step == "RCPT" else "DATA"] = "550 no such mailbox"
    send_mails()
    first = OutgoingMail.objects.order_by("pk")[0]
    assert (first.state, first.failure, first.mailbox) == ("failed", f"{step}: 550", None)
    assert states() == (["failed", "sent"] if step == "RCPT" else ["failed", "failed"])
    assert Notice.objects.filter(kind="mail-refused").exists()


@pytest.mark.parametrize("answer", ["421 go away", "550 not you", "452 full"])
@pytest.mark.parametrize("step", ["EHLO", "MAIL"])
def test_trouble_before_the_recipient_pauses_the_queue_and_costs_no_mail(petition, office, step, answer, time_machine):
    for _ in range(3):
        make_signatory(petition, state="pending")
    office.answers[step] = answer
    for _ in range(12):
        assert send_mails() == 0
        later(time_machine, minutes=6)
    assert states() == ["queued"] * 3
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {0}
    assert Notice.objects.filter(kind="mail-queue-paused").count() == 1
    assert not readiness()["mail"]["ok"]
    office.answers.clear()
    assert send_mails() == 3
    assert MailQueue.load().paused_since is None
    assert readiness()["mail"]["ok"]


@pytest.mark.parametrize("answer", ["250 ok", "550 no such mailbox", "451 later"])
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_the_queue_goes_on_as_soon_as_the_server_answers_for_any_mail(
    client, petition, office, time_machine, step, answer
):
    make_signatory(petition, state="pending")
    office.answers["MAIL"] = "421 go away"
    send_mails()
    later(time_machine, minutes=16)
    assert client.get("/readyz").status_code == 503
    office.answers = {} if answer.startswith("250") else {step: answer}
    send_mails()
    assert MailQueue.load().paused_since is None
    assert client.get("/readyz").status_code == 200


def test_a_server_that_stops_in_mid_batch_pauses_the_queue_all_the_same(petition, office):
    office.mails_at_most, office.ending = 1, "550 one a day"
    for _ in range(2):
        make_signatory(petition, state="pending")
    send_mails()
    assert states() == ["sent", "queued"]
    assert MailQueue.is_paused()


def test_a_paused_queue_is_red_only_while_mail_is_owed_and_for_long(client, petition, office, time_machine):
    office.answers["MAIL"] = "421 go away"
    row = make_signatory(petition, state="pending")
    for _ in range(3):
        assert client.get("/readyz").status_code == 200
        send_mails()
        later(time_machine, minutes=6)
    assert client.get("/readyz").status_code == 503
    signatories.withdraw(row)
    assert client.get("/readyz").json()["checks"]["mail"] == {"ok": True, "oldest_due_seconds": 0, "is_paused": True}
    make_signatory(petition, state="pending")
    send_mails()
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("answer", [HANGS, HANGS_UP])
@pytest.mark.parametrize("step", ["EHLO", "MAIL"])
def test_a_line_lost_before_the_recipient_pauses_the_queue_and_costs_no_mail(petition, office, settings, step, answer):
    settings.EMAIL_TIMEOUT = HANG_SECONDS / 3
    for _ in range(2):
        make_signatory(petition, state="pending")
    office.answers[step] = answer
    assert send_mails() == 0
    assert list(OutgoingMail.objects.values_list("state", "attempts", "failure")) == [("queued", 0, "")] * 2
    assert MailQueue.is_paused()
    assert [notice.kind for notice in Notice.objects.all()] == ["mail-queue-paused"]
    office.answers.clear()
    mail.resume_queue()
    assert send_mails() == 2


@pytest.mark.parametrize("answer", [HANGS, HANGS_UP])
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_line_lost_from_the_recipient_on_puts_that_mail_off_and_no_other(petition, office, settings, step, answer):
    settings.EMAIL_TIMEOUT = HANG_SECONDS / 3
    make_signatory(petition, state="pending", email="first@example.org")
    make_signatory(petition, state="pending", email="second@example.org")
    office.answers[f"{step} first@example.org" if step == "RCPT" else step] = answer
    assert send_mails() == (1 if step == "RCPT" else 0)
    first = OutgoingMail.objects.order_by("pk")[0]
    assert (first.state, first.attempts, first.failure) == ("queued", 1, "SMTPServerDisconnected")
    assert states() == (["queued", "sent"] if step == "RCPT" else ["queued", "queued"])
    assert not MailQueue.is_paused()


@pytest.mark.parametrize("ending", [HANGS_UP, "421 enough"])
def test_a_server_that_wants_only_so_many_mails_over_a_line_is_asked_for_another(petition, office, ending):
    office.mails_on_a_line, office.ending = 2, ending
    for _ in range(5):
        make_signatory(petition, state="pending")
    assert send_mails() == 5
    assert office.connections == 3
    assert not Notice.objects.exists()


def test_a_server_that_ends_the_line_with_a_mail_is_asked_for_another(petition, office):
    make_signatory(petition, state="pending", email="first@example.org")
    make_signatory(petition, state="pending", email="second@example.org")
    office.answers["RCPT first@example.org"] = "421 not that one"
    assert send_mails() == 1
    assert OutgoingMail.objects.get(state="queued").failure == "RCPT: 421"
    assert not Notice.objects.exists()


def test_nobody_listening_pauses_the_queue(petition, settings):
    make_signatory(petition, state="pending")
    with post_office() as office:
        port = office.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    assert send_mails() == 0
    assert MailQueue.load().reason == "ConnectionRefusedError"
    assert states() == ["queued"]
    mail.resume_queue()
    with post_office(port) as office:
        assert send_mails() == 1


def test_a_wrong_login_pauses_the_queue(petition, office, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "user", "wrong"
    make_signatory(petition, state="pending")
    assert send_mails() == 0
    assert states() == ["queued"]
    assert "SMTPNotSupported" in MailQueue.load().reason


def test_with_the_wrong_key_the_queue_pauses_and_no_mail_is_given_up_or_put_off(petition, office, settings):
    for _ in range(3):
        make_signatory(petition, state="pending")
    right, settings.POST_PRIVATE_KEY = settings.POST_PRIVATE_KEY, settings.DELIVERY_PRIVATE_KEY
    for _ in range(3):
        assert send_mails() == 0
    assert list(OutgoingMail.objects.values_list("state", "attempts", "failure")) == [("queued", 0, "")] * 3
    assert [(notice.kind, notice.details) for notice in Notice.objects.all()] == [
        ("mail-queue-paused", {"reason": "no envelope opens with POST_PRIVATE_KEY"})
    ]
    settings.POST_PRIVATE_KEY = right
    mail.resume_queue()
    assert send_mails() == 3


# --- Envelopes that somebody forged ------------------------------------------------------------------------------
def sealed_for(row, text):
    """What a public process that was taken can put into a mail to `row`."""
    return crypto.seal(settings.POST_PUBLIC_KEY, text.encode(), row.context("mailbox"))


def forge(row, mailbox):
    """A mail to `row` that is due before all others."""
    return OutgoingMail.objects.create(
        kind="form", signatory=row, mailbox=mailbox, due_at=timezone.now() - timedelta(hours=1)
    )


FORGERIES = {
    "noise": lambda row, other: b"no envelope at all",
    "of a key that nobody has": lambda row, other: b"\x01" + sealed_for(row, EMAIL)[1:3][::-1] + b"x" * 400,
    "altered": lambda row, other: sealed_for(row, EMAIL)[:-1] + b"x",
    "of another signatory": lambda row, other: bytes(OutgoingMail.objects.get(signatory=other).mailbox),
    "to a thief": lambda row, other: sealed_for(row, "thief@example.org"),
    "to a thief by a header's grammar": lambda row, other: sealed_for(row, "gildong+<thief@example.net>(@example.org"),
    "not text": lambda row, other: crypto.seal(settings.POST_PUBLIC_KEY, b"\xff@\xff", row.context("mailbox")),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_envelope_is_put_off_told_once_and_holds_up_no_other_mail(petition, office, time_machine, forgery):
    row, other = (make_signatory(petition, state="pending", email=email) for email in (EMAIL, "other@example.org"))
    forged = forge(row, FORGERIES[forgery](row, other))
    assert send_mails() == 2
    pauses = []
    for _ in range(4):
        forged.refresh_from_db()
        assert (forged.state, forged.failure) == ("queued", "the envelope does not open")
        pauses.append((forged.due_at - timezone.now()).total_seconds())
        time_machine.move_to(forged.due_at + timedelta(seconds=1), tick=False)
        assert send_mails() == 0
        assert not MailQueue.is_paused()
    assert pauses == pytest.approx([60, 300, 900, 3600], abs=5)
    assert sorted(message["To"] for message in office.mails) == [EMAIL, "other@example.org"]
    assert [(notice.kind, notice.details) for notice in Notice.objects.all()] == [("mail-unreadable", {"number": 1})]


def test_more_forged_envelopes_than_a_batch_hold_up_no_other_mail(petition, office, settings):
    settings.MAIL_BATCH = 3
    row = make_signatory(petition, state="pending", email=EMAIL)
    for _ in range(7):
        forge(row, b"no envelope at all")
    assert send_mails() == 1
    assert sorted(states()) == ["queued"] * 7 + ["sent"]
    assert not MailQueue.is_paused()


def test_a_forged_envelope_alone_pauses_the_queue_until_another_opens_and_then_never_again(
    petition, office, time_machine
):
    row = make_signatory(petition, state="pending", email=EMAIL)
    OutgoingMail.objects.update(mailbox=b"no envelope at all")
    assert (send_mails(), MailQueue.is_paused()) == (0, True)
    assert OutgoingMail.objects.get(signatory=row).attempts == 0
    make_signatory(petition, state="pending")
    later(time_machine, seconds=11)
    assert (send_mails(), MailQueue.is_paused()) == (1, False)
    later(time_machine, seconds=61)
    assert (send_mails(), MailQueue.is_paused()) == (0, False)
    assert OutgoingMail.objects.get(signatory=row).attempts == 2


def test_a_paused_queue_tries_less_and_less_often(petition, office):
    pauses = []
    for _ in range(7):
        mail.pause_queue("test")
        pauses.append((MailQueue.load().paused_until - timezone.now()).total_seconds())
    assert pauses == pytest.approx([10, 20, 40, 80, 160, 300, 300], abs=2)


def test_an_old_queue_turns_readyz_red_and_healthz_never(client, petition):
    make_signatory(petition, state="pending")
    assert client.get("/readyz").status_code == 200
    OutgoingMail.objects.update(due_at=F("due_at") - timedelta(minutes=16))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["mail"]["ok"] is False
    assert client.get("/healthz").status_code == 200


def test_a_mail_waiting_for_a_retry_can_be_made_due(petition, office):
    make_signatory(petition, state="pending")
    office.answers["RCPT"] = "451 later"
    send_mails()
    office.answers.clear()
    assert send_mails() == 0
    assert mail.retry(OutgoingMail.objects.get())
    assert send_mails() == 1
    assert not mail.retry(OutgoingMail.objects.get())


def test_claims_cost_the_same_for_one_and_for_three(petition, django_assert_num_queries):
    make_signatory(petition, state="pending")
    with django_assert_num_queries(6):  # savepoint, look, take, read, what was signed, release
        mail.claim_mails(10)
    for _ in range(3):
        make_signatory(petition, state="pending")
    with django_assert_num_queries(6):
        mail.claim_mails(10)


def test_finished_mails_and_gates_are_forgotten_after_thirty_days(petition, office, time_machine):
    make_signatory(petition, state="confirmed")
    send_mails()
    later(time_machine, days=31)
    forget_what_is_over()
    assert OutgoingMail.objects.count() == MailGate.objects.count() == 0
    assert Signatory.objects.confirmed().count() == 1


def test_those_who_signed_the_same_text_get_each_their_own_link(petition, office):
    for number in range(3):
        make_signatory(petition, state="pending", email=f"p{number}@example.org")
    make_signatory(petition, state="pending", email="ko@example.org", language="ko")
    assert send_mails() == 4
    links = {}
    for message in office.mails:
        bodies = [message.get_body((kind,)).get_content() for kind in ("plain", "html")]
        (link,) = {re.search(r"/(?:en|ko)/s/[\w-]{43}/", body).group() for body in bodies}
        links[message["To"]] = link
    tokens = {row.pk: crypto.link_token(settings.LINK_KEY, bytes(row.nonce)) for row in Signatory.objects.all()}
    assert sorted(link.split("/")[3] for link in links.values()) == sorted(tokens.values())
    assert links["ko@example.org"].startswith("/ko/")


def test_a_gate_that_another_makes_meanwhile_is_asked_again(petition, monkeypatch):
    row = make_signatory(petition, state="pending", email=EMAIL)
    asking = gates.Asking(uuid4(), b"\x01" * 32, "form", row.pk, is_confirmed=False)
    looks = []
    ask_once = gates._ask

    def look(asking):
        looks.append(asking)
        if len(looks) == 1:
            MailGate.objects.create(digest=asking[0].digest, refused_at=timezone.now())
            raise IntegrityError  # as the INSERT of a gate that is there now
        return ask_once(asking)

    monkeypatch.setattr(gates, "_ask", look)
    assert gates.ask([asking])[asking.mail_id].verdict == gates.SKIP
    assert len(looks) == 2
