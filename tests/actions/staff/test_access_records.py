"""Access records: added to, never changed, gone after three years; and the review of a month."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from campaign.actions.forgetting.privacy import count_what_is_over, forget_what_is_over
from campaign.actions.staff.reviews import awaits_review, look_over, records_of, review
from campaign.models import AccessRecord, AccessReview
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_staff(name="officer")


def make_record(by, *, act="opened", purpose="a check", rows=1, at=None):
    with time_machine.travel(at or timezone.now(), tick=False):
        return AccessRecord.objects.create(act=act, by=by, purpose=purpose, rows=rows)


def refusal(name):
    return pytest.raises(IntegrityError, match=name)


def test_the_database_changes_no_access_record_and_no_review(officer):
    make_record(officer)
    AccessReview.objects.create(month=date(2026, 10, 1), by=officer, records=1, own_records=1)
    with refusal("campaign_accessrecord_never_changes"), transaction.atomic():
        AccessRecord.objects.update(purpose="another")
    with refusal("campaign_accessreview_never_changes"), transaction.atomic():
        AccessReview.objects.update(records=0)
    with refusal("campaign_accessreview_never_goes"), transaction.atomic():
        AccessReview.objects.all().delete()


def test_the_database_lets_an_access_record_go_after_three_years_and_not_before(officer):
    kept = settings.ACCESS_RECORD_LIFETIME
    make_record(officer, at=timezone.now() - kept + timedelta(minutes=1))
    with refusal("campaign_accessrecord_never_goes"), transaction.atomic():
        AccessRecord.objects.all().delete()
    old = make_record(officer, at=timezone.now() - kept - timedelta(minutes=1))
    assert count_what_is_over()["access records"] == 1
    assert forget_what_is_over()["access records"] == 1
    assert (AccessRecord.objects.filter(pk=old.pk).exists(), AccessRecord.objects.count()) == (False, 1)


def test_every_look_goes_on_the_record_by_one_function_which_a_closed_site_refuses():
    made = [str(path) for path in Path("campaign").rglob("*.py") if "AccessRecord.objects.create" in path.read_text()]
    assert made == ["campaign/actions/staff/access.py"]


# --- The review ------------------------------------------------------------------------------------------------------
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
NOON = datetime(2026, 10, 14, 12, tzinfo=UTC)


@pytest.fixture
def november():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_month_is_told_per_person_with_purposes_and_what_stands_out(november, officer):
    quiet = make_staff("Moderator", name="amal")
    make_record(quiet, at=NOON)
    make_record(officer, purpose="asked by phone", at=NOON)
    make_record(officer, purpose="asked by phone", at=NOON.replace(hour=23))
    make_record(officer, act="downloaded", purpose="handing over", rows=412, at=NOON)
    for at in (NOON.replace(day=1, hour=0) - timedelta(seconds=1), NOON.replace(month=11, day=1, hour=0)):
        make_record(officer, at=at)
    first, second = look_over(records_of(date(2026, 10, 1)))
    assert (first.name, dict(first.acts), first.purposes.most_common()) == (
        "officer", {"opened": 2, "downloaded": 1}, [("asked by phone", 2), ("handing over", 1)],
    )  # fmt: skip
    assert (first.at_night, first.exports, first.rows_taken, first.busy_days) == (1, 1, 412, [])
    assert (second.name, second.stands_out) == ("amal", False)


def test_more_than_twenty_looks_in_a_day_stand_out(november, officer):
    for minute in range(21):
        make_record(officer, act="searched" if minute % 2 else "opened", at=NOON.replace(minute=minute))
    (person,) = look_over(records_of(date(2026, 10, 1)))
    assert person.busy_days == [(NOON.date(), 21)]
    assert person.stands_out


@pytest.mark.parametrize(("zone", "at_night", "count"), [("UTC", 0, 1), ("Asia/Seoul", 1, 0)])
def test_nights_and_months_go_by_the_clocks_of_the_staff(november, officer, settings, zone, at_night, count):
    settings.STAFF_TIME_ZONE = ZoneInfo(zone)
    make_record(officer, at=datetime(2026, 10, 14, 14, tzinfo=UTC))
    make_record(officer, at=datetime(2026, 10, 31, 15, tzinfo=UTC))
    assert sum(person.at_night for person in look_over(records_of(date(2026, 10, 1)))) == at_night
    assert records_of(date(2026, 10, 1)).count() == 1 + count


def test_a_review_is_recorded_with_how_much_of_it_was_ones_own(november, officer):
    make_record(officer, at=NOON)
    make_record(make_staff("Moderator", name="amal"), at=NOON)
    assert awaits_review(date(2026, 10, 1))
    made = review(date(2026, 10, 1), by=officer)
    assert (made.month, made.by, made.records, made.own_records) == (date(2026, 10, 1), officer, 2, 1)
    assert not awaits_review(date(2026, 10, 1))


def test_who_reviews_has_the_right_and_the_month_is_over(november, officer):
    with pytest.raises(PermissionDenied):
        review(date(2026, 10, 1), by=make_staff("Delivery officer", name="amal"))
    with pytest.raises(ValueError, match="when it is over"):
        review(date(2026, 11, 1), by=officer)


def test_the_page_shows_the_month_and_takes_the_review(november, officer):
    make_record(officer, purpose="asked by phone", at=NOON)
    client = Client()
    client.force_login(officer)
    assert "Nobody has reviewed yet who opened personal data in October 2026." in client.get("/admin/").content.decode()
    page = client.get("/admin/campaign/accessrecord/review/").content.decode()
    assert "<td>asked by phone</td><td>1</td>" in page
    answer = client.post("/admin/campaign/accessrecord/review/")
    assert answer["Location"] == "/admin/campaign/accessrecord/review/2026/10/"
    assert "1 records, of them own: 1." in client.get(answer["Location"]).content.decode()
    assert "Nobody has reviewed" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize(("path", "status"), [
    ("2026/9/", 200), ("2026/10/", 200), ("2026/11/", 404), ("2026/13/", 404), ("0/0/", 200), ("99999/1/", 404),
])  # fmt: skip
def test_a_month_that_is_none_or_not_over_has_no_page(november, officer, path, status):
    client = Client()
    client.force_login(officer)
    assert client.get(f"/admin/campaign/accessrecord/review/{path}").status_code == status


def test_only_who_may_see_access_records_sees_the_review(november):
    client = Client()
    client.force_login(make_staff("Editor", name="ed"))
    assert client.get("/admin/campaign/accessrecord/review/").status_code == 403
