"""Whom deliveries wait for: the second officer, whoever takes the file, whoever passes numbers on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaign.actions.delivering.calling import Waiting, waiting_for
from campaign.actions.delivering.deliveries import cancel_delivery, request_export
from campaign.models import Delivery, Petition
from tests.actions.delivering.asking import request
from tests.factories import make_signatory, make_staff


@pytest.fixture
def officers(petition):
    make_signatory(petition)
    return make_staff("Delivery officer", name="first"), make_staff("Delivery officer", name="second")


def be_built(delivery: Delivery, **values) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(
        **{"state": "built", "number": 1, "built_at": timezone.now(), "sealed_key": b"x"} | values
    )
    return delivery


def test_a_request_waits_for_the_other_officer_and_for_no_one_else(petition, officers):
    delivery = request(petition, officers[0])
    waiting = [waiting_for(each) for each in (*officers, make_staff("Editor", name="editor"))]
    assert waiting == [Waiting(), Waiting(to_approve=[delivery]), Waiting()]
    assert [bool(each) for each in waiting] == [False, True, False]


def test_who_is_alone_is_called_once_she_can_approve_it_herself(petition, officers):
    officers[1].delete()
    delivery = request(petition, officers[0])
    assert waiting_for(officers[0]).to_approve == []
    Delivery.objects.update(requested_at=timezone.now() - timedelta(hours=24))
    assert waiting_for(officers[0]).to_approve == [delivery]


def test_nobody_is_called_for_what_cannot_be_approved(petition, officers):
    cancel_delivery(request(petition, officers[0]), by=officers[0])
    request_export(petition, purpose="For us.", by=officers[0])
    request(petition, officers[0])
    Petition.objects.update(destroy_on=timezone.now().date())
    assert waiting_for(officers[1]) == Waiting()


def test_a_file_waits_for_who_asked_for_it_until_it_is_deleted(petition, officers):
    delivery = be_built(request(petition, officers[0]))
    assert waiting_for(officers[0]).to_take == [delivery]
    assert waiting_for(officers[1]) == Waiting()
    be_built(delivery, sealed_key=None)
    assert waiting_for(officers[0]) == Waiting()
    be_built(delivery, state="handed_over")
    assert waiting_for(officers[0]) == Waiting()


def test_numbers_wait_until_they_are_passed_on(petition, officers):
    delivery = be_built(request(petition, officers[0]), state="handed_over", sealed_key=None)
    for numbers in ([1], [2]):
        delivery.striking_notices.create(numbers=numbers)
    assert [waiting_for(each).to_pass_on for each in officers] == [[delivery], [delivery]]
    delivery.striking_notices.update(passed_on_at=timezone.now())
    assert waiting_for(officers[0]) == Waiting()
