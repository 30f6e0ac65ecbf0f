"""While a restored database may hold who was erased since, staff open no name, search for nobody and take no file."""

import pytest
from django.test import Client
from django.utils import timezone

from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering.deliveries import request_export
from campaign.models import AccessRecord, BulkDecision, Delivery, ErasureJournal, Signatory
from tests.actions.delivering.asking import build_all
from tests.admin.test_delivering import fill_in
from tests.admin.test_floods import words_about
from tests.factories import make_signatory

NAME, ADDRESS, WHY = "Ri Unusualname", "ri@example.org", {"purpose": "She asked."}
SENTENCE = "people may stand in it who were erased since"
ADMIN = "/admin/campaign"
FLOOD = f"{ADMIN}/bulkdecision/flood/"


@pytest.fixture
def row(petition) -> Signatory:
    return make_signatory(petition, name=NAME, email=ADDRESS, visibility="public")


def close_the_site() -> None:
    ErasureJournal.objects.update(closed_since=timezone.now(), reason="behind")


def is_refused(answer) -> bool:
    text = answer.content.decode()
    return SENTENCE in text and NAME not in text


def test_no_name_is_opened_searched_for_queued_or_compared(boss, row):
    alike = words_about(row.petition, same_name_as=str(row.pk))
    seen = boss.post(FLOOD, alike).context["seen"]
    before = AccessRecord.objects.count()
    close_the_site()
    assert is_refused(boss.post(f"{ADMIN}/signatory/{row.pk}/act/who/", WHY, follow=True))
    found = boss.post(f"{ADMIN}/signatory/find/", {"address": ADDRESS, "petition": "", **WHY})
    assert (is_refused(found), str(row.pk) in found.content.decode()) == (True, False)
    assert is_refused(boss.get(f"{ADMIN}/signatory/names/{row.petition_id}/", follow=True))
    for button in ({"look": "1"}, {"start": "1", "seen": seen}):
        assert is_refused(boss.post(FLOOD, alike | button))
    assert (AccessRecord.objects.count(), BulkDecision.objects.count()) == (before, 0)


def test_no_export_or_delivery_is_ordered(boss, row):
    close_the_site()
    petition = f"{ADMIN}/petition/{row.petition_id}"
    assert is_refused(boss.post(f"{petition}/act/export/", WHY, follow=True))
    assert is_refused(boss.post(f"{petition}/deliver/", fill_in() | {"order": "1"}))
    assert (AccessRecord.objects.count(), Delivery.objects.count()) == (0, 0)


def test_no_file_is_taken_and_the_try_is_on_the_record(boss, row, django_user_model):
    tend_logs()
    officer = django_user_model.objects.get(username="boss")
    page = f"{ADMIN}/delivery/{build_all(request_export(row.petition, purpose='x', by=officer)).pk}"
    close_the_site()
    assert is_refused(boss.post(f"{page}/act/download/", WHY, follow=True))
    assert list(AccessRecord.objects.order_by("pk").values_list("act", flat=True)) == ["requested", "refused"]
    boss.post(f"{page}/act/delete-file/")
    assert Delivery.objects.get().sealed_key is None


def test_the_rest_of_the_admin_is_as_it_was(boss: Client, row):
    close_the_site()
    for path in ("/", "/signatory/", f"/signatory/{row.pk}/change/", "/delivery/", "/accessrecord/", "/outgoingmail/"):
        assert boss.get(f"{ADMIN}{path}").status_code == 200, path
    boss.post(f"{ADMIN}/signatory/{row.pk}/act/reject/", {"reason_class": "forged", "reason": "A doubt."})
    assert Signatory.objects.get().state == "rejected"
    look = boss.post(FLOOD, words_about(row.petition, domain_class="other"))
    assert look.context["preview"].is_whole
