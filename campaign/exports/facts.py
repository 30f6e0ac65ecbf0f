"""What is known of a delivery when its building begins, and what is counted while it goes on: plain values, as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from campaign.exports.signatures import Row
from campaign.merkle import entries

DAILY = {entries.ADDED: "added_on", entries.WITHDRAWN: "withdrawn_on", entries.REJECTED: "rejected_on"}


@dataclass(frozen=True)
class Facts:
    """What all papers and the manifest tell, and what a machine without the database needs to make them."""

    petition: str  # its slug
    number: int
    organisation: str
    contact: str
    addresses: dict[str, dict[str, str]]  # by language: of the petition, of its public record, the addressee's own
    addressee: str
    address: str
    as_of: str  # ISO 8601
    made_at: int  # seconds since 1970
    columns: list[str]
    languages: list[str]
    titles: dict[str, str]  # by language
    letters: dict[str, str]  # by language
    demands: list[dict[str, Any]]
    log_key: str  # name+id+base64
    checkpoint: str
    log_size: int
    is_self_approved: bool = False
    age_key: str = ""  # the addressee's; empty where a passphrase is made
    states: dict[str, int] = field(default_factory=dict)  # forms by what became of them; empty where not known

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def key_address(self) -> str:
        """Where the site has the log's key: the log's name is its address without the scheme."""
        scheme = self.addresses[self.languages[0]]["petition"].partition("//")[0]
        return f"{scheme}//{self.log_key.partition('+')[0]}/key"

    def title_in(self, language: str) -> str:
        return self.titles.get(language) or next(iter(self.titles.values()), self.petition)


class Tally:
    """Counts of the rows and of the log's entries, kept as JSON between slices."""

    def __init__(self, kept: Mapping[str, Mapping[str, int]]) -> None:
        self._counters = {name: Counter(counts) for name, counts in kept.items()}

    def __getitem__(self, name: str) -> Counter[str]:
        return self._counters.setdefault(name, Counter())

    @property
    def as_json(self) -> dict[str, dict[str, int]]:
        return {name: dict(counter) for name, counter in self._counters.items()}

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Count rows by what the addressee sees of them, and by the demand that was signed."""
        for row in rows:
            for column in ("country", "language", "signed_on"):
                if column in row.shown:
                    self[column][row.values[column]] += 1

    def add_entries(self, raw: Iterable[bytes]) -> None:
        """Count entries by kind, and by day those that made a signature count or ended it."""
        for entry in map(entries.Entry.parse, raw):
            self["entries"][str(entry.kind)] += 1
            if entry.kind in DAILY:
                self[DAILY[entry.kind]][entry.day.isoformat()] += 1

    @property
    def count(self) -> int:
        """The public count that these entries lead to."""
        counts = self["entries"]
        return counts[str(entries.ADDED)] - counts[str(entries.WITHDRAWN)] - counts[str(entries.REJECTED)]


def merge_small(counts: Mapping[str, int], below: int) -> list[tuple[str, int]]:
    """Counts from large to small; those below a limit as one, last, under an empty name."""
    large = sorted(((name, count) for name, count in counts.items() if name and count >= below), key=lambda it: -it[1])
    rest = sum(counts.values()) - sum(count for _name, count in large)
    return [*large, ("", rest)] if rest else large
