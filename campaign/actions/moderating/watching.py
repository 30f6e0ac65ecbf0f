"""Watching the share of forms that get confirmed: it collapses when somebody fills in strangers' addresses."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone

from campaign.models import Notice, Signatory

KIND = "confirmations-collapsed"
SETTLED_AFTER = timedelta(minutes=30)  # whoever confirms at all has mostly done so
RECENT = timedelta(hours=1)
BEFORE = timedelta(days=7)
EVENT = timedelta(hours=12)  # how long one notice speaks for
SAMPLE = 5_000  # the newest of them: the look stays short whatever the flood
ENOUGH = 50  # forms, for a share to mean anything
USUAL_PERCENT = 50  # where there are not enough forms from before
COLLAPSE = 2  # a share below that part of the one before is told


class _Share(NamedTuple):
    forms: int
    confirmed: int

    @property
    def percent(self) -> int:
        return 100 * self.confirmed // self.forms if self.forms else 0


def watch_confirmations() -> bool:
    """Tell staff, once in EVENT, when far fewer of an hour's forms were confirmed than before. Whether it told."""
    settled = timezone.now() - SETTLED_AFTER
    recent = _share(settled - RECENT, settled)
    if recent.forms < ENOUGH:
        return False
    before = _share(settled - RECENT - BEFORE, settled - RECENT)
    usual = before.percent if before.forms >= ENOUGH else USUAL_PERCENT
    if recent.percent * COLLAPSE >= usual or _is_told():
        return False
    Notice.tell(KIND, forms=recent.forms, percent=recent.percent, usual=usual)
    return True


def _share(since: datetime, before: datetime) -> _Share:
    rows = Signatory.objects.made_since(since).made_before(before).order_by("-pk").values("confirmed_at")[:SAMPLE]
    return _Share(**rows.aggregate(forms=Count("*"), confirmed=Count("confirmed_at")))


def _is_told() -> bool:
    return Notice.objects.filter(kind=KIND, created_at__gt=timezone.now() - EVENT).exists()
