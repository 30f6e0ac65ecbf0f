"""What may be wrong with a name, said to whoever looks at it. A hint sorts the queue; it never decides."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign.actions.moderating.scripts import is_mixed, scripts_of
from campaign.models import ListedWord

OFTEN_FROM = 3  # times that a name comes among those that wait
_UNSPACED = {"HAN", "HANGUL", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"}  # words without gaps between


@dataclass(frozen=True)
class Hints:
    """How often a name comes among those that wait (0: seldom), a listed word in it, scripts that do not mix."""

    often: int = 0
    word: str = ""
    is_mixed: bool = False

    def __bool__(self) -> bool:
        return bool(self.often or self.word or self.is_mixed)


def hints_for(names: Sequence[str]) -> list[Hints]:
    """The hints on each of the names."""
    times = Counter(map(same_name, names))
    words = list(ListedWord.objects.values_list("word", flat=True))
    pattern = _pattern(words) if words else None
    return [_hints(name, times[same_name(name)], pattern) for name in names]


def same_name(name: str) -> str:
    """What two spellings of one name have in common: letters without regard to case, gaps and marks."""
    return "".join(mark for mark in name.casefold() if mark.isalnum())


def _hints(name: str, times: int, pattern: re.Pattern[str] | None) -> Hints:
    found = pattern.search(name) if pattern else None
    return Hints(times if times >= OFTEN_FROM else 0, found[0] if found else "", is_mixed(name))


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_word_pattern, words)), re.IGNORECASE)


def _word_pattern(word: str) -> str:
    """A word by itself; within others where the script writes no gaps."""
    escaped = re.escape(word)
    return escaped if scripts_of(word) & _UNSPACED else rf"(?<!\w){escaped}(?!\w)"
