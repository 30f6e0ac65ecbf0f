"""The monthly review: who opened or took personal data, for which purposes, and what of it stands out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

from campaign.actions.staff.access import require
from campaign.models import AccessRecord, AccessReview
from campaign.models.base import staff_day

REVIEW = "campaign.add_accessreview"
LOOK = "campaign.view_accessrecord"
MANY_A_DAY = 20  # names opened and addresses searched by one person in a day: more stands out
NIGHT = (22, 6)  # from, to: hours of STAFF_TIME_ZONE
LOOKS = (AccessRecord.Act.OPENED, AccessRecord.Act.SEARCHED)


@dataclass
class Person:
    """What one person did in a month."""

    name: str
    acts: Counter[str] = field(default_factory=Counter)
    purposes: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)  # with how many looks on each
    at_night: int = 0
    rows_taken: int = 0

    @property
    def busy_days(self) -> list[tuple[date, int]]:
        """The days with more looks than usual work takes."""
        return sorted((day, looks) for day, looks in self.days.items() if looks > MANY_A_DAY)

    @property
    def exports(self) -> int:
        return sum(number for act, number in self.acts.items() if act not in LOOKS)

    @property
    def stands_out(self) -> bool:
        return bool(self.busy_days or self.at_night or self.exports)

    def add(self, record: AccessRecord) -> None:
        at = record.created_at.astimezone(settings.STAFF_TIME_ZONE)
        self.acts[record.act] += 1
        self.purposes[record.purpose] += 1
        self.at_night += not NIGHT[1] <= at.hour < NIGHT[0]
        if record.act in LOOKS:
            self.days[at.date()] += 1
        if record.act == AccessRecord.Act.DOWNLOADED:
            self.rows_taken += record.rows


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def last_month() -> date:
    """The month that is over, by its first day."""
    return first_of(first_of(staff_day()) - timedelta(days=1))


def records_of(month: date) -> QuerySet[AccessRecord]:
    """The access records of a month, as the clocks of the staff tell it."""
    start, end = (_midnight(first_of(day)) for day in (month, month + timedelta(days=32)))
    return AccessRecord.objects.filter(created_at__gte=start, created_at__lt=end).order_by("id")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=settings.STAFF_TIME_ZONE)


def look_over(records: Iterable[AccessRecord]) -> list[Person]:
    """What each person did, those first whose month stands out."""
    people: dict[str, Person] = {}
    for record in records:
        name = record.by.get_username()
        people.setdefault(name, Person(name)).add(record)
    return sorted(people.values(), key=lambda person: (not person.stands_out, person.name))


def review(month: date, *, by: User) -> AccessReview:
    """Record that `by` has looked over a month that is over. Raises PermissionDenied, ValueError."""
    require(by, REVIEW)
    if month > last_month():
        raise ValueError("a month is reviewed when it is over")
    records = records_of(month)
    own = records.filter(by=by).count()
    return AccessReview.objects.create(month=first_of(month), by=by, records=records.count(), own_records=own)


def awaits_review(month: date) -> bool:
    """Whether there is something in a month that nobody has looked over."""
    return records_of(month).exists() and not AccessReview.objects.filter(month=month).exists()
