"""The slow lane: nobody is turned away, and a flood waits for itself."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from campaign.actions.admitting import prices, slow_lane
from campaign.actions.admitting.prices import Admission
from campaign.actions.signing import signatories
from campaign.actions.signing.signatories import Words
from campaign.actions.signing.statements import NotOpenError
from campaign.models import OutgoingMail, Signatory, SpentProof
from campaign.models.base import uuid7
from tests.factories import make_address, make_petition, make_signatory, send_mails
from tests.parallel import in_parallel

TICK_SECONDS = int(settings.CELERY_BEAT_SCHEDULE["release the slow lane"]["schedule"])


@pytest.fixture(autouse=True)
def _now(time_machine, limits):
    time_machine.move_to("2026-12-24T10:00:00+00:00")  # and it goes on: mails of one millisecond have no order


def sign(petition, admission, email=None):
    words = Words(name="Hong Gildong", email=email or make_address(), country="", visibility="delivered")
    signatories.sign(petition, petition.edition_in("en"), words=words, admission=admission)
    return OutgoingMail.objects.order_by("pk").last()


def flood(petition, network, count):
    """`count` forms of one network that nobody worked for."""
    meta = {"REMOTE_ADDR": network}
    return [sign(petition, prices.admit_form(petition.slug, meta=meta, proof="")) for _ in range(count)]


def ticks(time_machine, seconds):
    """What beat's ticks let go in so many seconds, in order, and the mails that went in one tick as one tuple."""
    gone = []
    for _ in range(seconds // TICK_SECONDS):
        before = set(OutgoingMail.objects.waiting().values_list("pk", flat=True))
        slow_lane.release_mails()
        if now_gone := before - set(OutgoingMail.objects.waiting().values_list("pk", flat=True)):
            gone.append(now_gone)
        time_machine.move_to(timezone.now() + timedelta(seconds=TICK_SECONDS), tick=False)
    return gone


def keys(*mails):
    return {mail.pk for mail in mails}


def test_what_nobody_worked_for_is_stored_as_ever_and_its_mail_waits(petition):
    (mail,) = flood(petition, "198.51.100.7", 1)
    row = Signatory.objects.get()
    assert (mail.state, mail.signatory_id, mail.network_tag) == ("waiting", row.pk, row.network_tag)
    assert (row.state, len(row.network_tag)) == ("pending", 8)
    assert send_mails() == 0


def test_alone_in_the_lane_one_leaves_with_the_next_tick(petition, mails, time_machine):
    (mail,) = flood(petition, "198.51.100.7", 1)
    assert ticks(time_machine, TICK_SECONDS) == [keys(mail)]
    mail.refresh_from_db()
    assert (mail.state, mail.network_tag) == ("queued", None)
    assert send_mails() == len(mails) == 1


def test_thirty_leave_in_a_minute(petition, time_machine):
    flood(petition, "198.51.100.7", 50)
    assert [len(gone) for gone in ticks(time_machine, 60)] == [10, 10, 10]
    assert OutgoingMail.objects.waiting().count() == 20


def test_the_room_of_a_round_is_there_for_who_comes_later_in_it(petition, time_machine):
    flood(petition, "198.51.100.7", 4)
    assert [len(gone) for gone in ticks(time_machine, 6)] == [4]
    flood(petition, "198.51.100.8", 9)
    assert [len(gone) for gone in ticks(time_machine, 20)] == [6, 3]


@pytest.mark.parametrize(("networks", "forms"), [(1, 60), (30, 3)])
def test_a_newcomer_waits_twenty_seconds_at_most_whoever_floods(petition, time_machine, networks, forms):
    for number in range(networks):
        flood(petition, f"198.51.100.{number}", forms)
    ticks(time_machine, TICK_SECONDS)
    (newcomer,) = flood(petition, "203.0.113.9", 1)
    came_at = timezone.now()
    while OutgoingMail.objects.waiting().filter(pk=newcomer.pk).exists():
        ticks(time_machine, TICK_SECONDS)
    assert timezone.now() - came_at <= timedelta(seconds=20 + TICK_SECONDS)
    assert OutgoingMail.objects.waiting().count() >= 40


def test_a_round_takes_one_mail_of_each_network_and_the_fullest_waits(petition, time_machine):
    fullest = flood(petition, "198.51.100.1", 30)
    middle = flood(petition, "198.51.100.2", 3)
    small = [flood(petition, f"203.0.113.{number}", 1)[0] for number in range(9)]
    first, second, *_ = ticks(time_machine, 40)
    assert first == keys(fullest[0], middle[0], *small[:8])
    assert second == keys(small[8], *middle[1:], *fullest[1:8])


@pytest.mark.parametrize("hoards", [0, 4])
def test_a_shared_networks_turn_comes_however_many_new_networks_each_round_and_whatever_others_hoard(
    petition, time_machine, hoards
):
    for number in range(hoards):
        flood(petition, f"198.51.100.{number}", 12)
    campus, came_at, number = flood(petition, "203.0.113.9", 2), timezone.now(), 0
    while OutgoingMail.objects.waiting().filter(pk__in=keys(*campus)).exists():
        for _ in range(10):
            flood(petition, f"2001:db8:0:{number:x}::1", 1)
            number += 1
        ticks(time_machine, 20)
        assert number < 100
    assert timezone.now() - came_at <= timedelta(seconds=80)
    assert OutgoingMail.objects.waiting().count() >= 10 * hoards


def test_two_that_fill_the_lane_share_it(petition, time_machine):
    one, other = flood(petition, "198.51.100.1", 11), flood(petition, "198.51.100.2", 12)
    assert ticks(time_machine, TICK_SECONDS) == [keys(*one[:5], *other[:5])]


def test_where_networks_are_not_told_apart_who_came_first_goes_first(petition, time_machine, settings):
    settings.RATE_LIMITS = False
    mails = flood(petition, "198.51.100.1", 6) + flood(petition, "198.51.100.2", 6)
    assert ticks(time_machine, 40) == [keys(*mails[:10]), keys(*mails[10:])]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_workers_that_ask_together_share_one_round(time_machine):
    flood(make_petition(), "198.51.100.7", 15)
    time_machine.move_to(timezone.now(), tick=False)
    assert sorted(in_parallel(6, slow_lane.release_mails)) == [0, 0, 0, 0, 0, 10]


def test_a_clock_that_was_set_back_does_not_close_the_lane(petition, time_machine):
    flood(petition, "198.51.100.7", 11)
    ticks(time_machine, TICK_SECONDS)
    time_machine.move_to(timezone.now() - timedelta(hours=1), tick=False)
    assert len(ticks(time_machine, TICK_SECONDS)) == 1


def test_a_good_proof_spares_the_wait_once(petition):
    admission = Admission(b"network!", waits=True, proof=uuid7())
    assert sign(petition, admission).state == "queued"
    assert sign(petition, admission).state == "waiting"
    assert list(SpentProof.objects.values_list("pk", flat=True)) == [admission.proof]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_proof_spent_in_parallel_counts_once():
    petition = make_petition()
    make_signatory(petition)
    before = OutgoingMail.objects.get()
    admission = Admission(b"network!", waits=True, proof=uuid7())
    in_parallel(12, lambda: sign(petition, admission))
    forms = OutgoingMail.objects.exclude(pk=before.pk)
    assert sorted(forms.values_list("state", flat=True)) == ["queued"] + ["waiting"] * 11


def test_a_petition_that_closed_meanwhile_spends_no_proof(petition):
    type(petition).objects.update(state="paused")
    with pytest.raises(NotOpenError):
        sign(petition, Admission(waits=True, proof=uuid7()))
    assert not SpentProof.objects.exists()


def test_who_withdraws_waits_no_more_and_leaves_no_address(petition):
    (mail,) = flood(petition, "198.51.100.7", 1)
    signatories.withdraw(Signatory.objects.get())
    mail.refresh_from_db()
    assert (mail.state, mail.mailbox, mail.network_tag) == ("skipped", None, None)
    assert Signatory.objects.get().network_tag is None


def test_the_wait_is_felt_only_when_it_takes_longer_than_a_minute(petition):
    flood(petition, "198.51.100.7", slow_lane.FELT_FROM)
    assert not slow_lane.is_felt()
    flood(petition, "198.51.100.7", 1)
    assert slow_lane.is_felt()
