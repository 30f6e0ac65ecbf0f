"""What several nouns share: UUIDv7 keys and the words for languages."""

import os
import time
import uuid
from datetime import UTC, date, datetime

from django.conf import settings
from django.utils import timezone

_VERSION_AND_VARIANT = (0x7 << 76) | (0x2 << 62)
_RANDOM_BITS = ((1 << 12) - 1) << 64 | ((1 << 62) - 1)


def uuid7() -> uuid.UUID:
    """A new time-ordered key (RFC 9562, version 7): 48 bits of Unix milliseconds, 74 random bits."""
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS
    return uuid.UUID(int=(time.time_ns() // 1_000_000) << 80 | _VERSION_AND_VARIANT | random)


def first_uuid7_at(moment: datetime) -> uuid.UUID:
    """The smallest version 7 key made at `moment`: keys below it are older. Lets a key range be a time range."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | _VERSION_AND_VARIANT)


def uuid7_time(key: uuid.UUID) -> datetime:
    """When a version 7 key was made, in UTC, to the millisecond."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, tz=UTC)


def is_past(moment: datetime | None) -> bool:
    """Whether a moment is set and has come."""
    return moment is not None and moment <= timezone.now()


def staff_day(moment: datetime | None = None) -> date:
    """Which day staff's clocks (STAFF_TIME_ZONE) show, at a moment or now: what they enter goes by these."""
    return timezone.localdate(moment, settings.STAFF_TIME_ZONE)


def language_name(code: str) -> str:
    """The language's own name, as the site's settings give it."""
    return dict(settings.LANGUAGES).get(code, code)
