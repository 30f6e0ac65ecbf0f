"""What a process keeps of the public side for a few seconds, and drops as soon as anything public changes."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

from django.db import DatabaseError

from campaign.models import PublicVersion

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """Things by key. Each is good for `seconds`; all are dropped within `looks_every` of a public change."""

    seconds = 5.0
    looks_every = 0.5  # seconds between two looks at the public version
    at_most = 512  # things

    def __init__(self) -> None:
        self.things: dict[Hashable, tuple[float, Thing]] = {}
        self.version = -1
        self.looked_at = 0.0

    def get(self, key: Hashable) -> Thing | None:
        """What is kept under a key and good still."""
        self._drop_if_changed()
        found = self.things.get(key)
        return found[1] if found and found[0] > monotonic() else None

    def keep(self, key: Hashable, thing: Thing, *, version: int) -> None:
        """Keep what was made when the public version was `version`; if it has changed since, it may be old already."""
        if version != self.version:
            return
        if len(self.things) >= self.at_most:
            self.things.clear()
        self.things[key] = (monotonic() + self.seconds, thing)

    def get_or_make(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """What is kept under a key, or what `make` makes, which is then kept. What `make` raises goes through."""
        thing = self.get(key)
        if thing is None:
            version = self.version
            thing = make()
            self.keep(key, thing, version=version)
        return thing

    def _drop_if_changed(self) -> None:
        if monotonic() - self.looked_at < self.looks_every:
            return
        try:
            version = PublicVersion.current()
        except (DatabaseError, PublicVersion.DoesNotExist):
            return  # keep what there is: a page of a minute ago is better than none
        finally:
            self.looked_at = monotonic()
        if version != self.version:
            self.things.clear()
            self.version = version
