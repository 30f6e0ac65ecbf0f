"""What changed from one version of a demand to the next, for people to read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from django.utils.translation import gettext as _

from campaign.models import PetitionEdition
from campaign.models.petition import COLUMNS

SAME, GONE, NEW = "same", "gone", "new"
# Han characters stand alone; other letters and digits stand in words; the rest by the character.
_PIECES = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+|\s+|.", re.DOTALL)
_EMPHASIS = re.compile(r"\*\*|__")


@dataclass(frozen=True)
class Piece:
    """Some text, and whether it stayed, went or came."""

    kind: str
    text: str


@dataclass(frozen=True)
class Part:
    """A part of a demand, and how it differs from the one before."""

    name: str
    pieces: list[Piece]

    @property
    def is_changed(self) -> bool:
        return any(piece.kind != SAME for piece in self.pieces)


@dataclass(frozen=True)
class Version:
    """A version, and how its parts differ from those of the one before; the first has none to tell."""

    edition: PetitionEdition
    parts: list[Part]

    @property
    def has_changes(self) -> bool:
        return any(part.is_changed for part in self.parts)


def versions_of(editions: Sequence[PetitionEdition]) -> list[Version]:
    """The versions of a demand in one language, told newest first, each beside the one before it."""
    before = [*editions[1:], None]
    return [
        Version(edition, _parts(edition, old) if old else []) for edition, old in zip(editions, before, strict=True)
    ]


def _parts(edition: PetitionEdition, old: PetitionEdition) -> list[Part]:
    return [
        Part(_("Title"), compare(old.title, edition.title)),
        Part(_("To"), compare(old.addressee, edition.addressee)),
        Part(_("Text"), compare(_plain(old.demand), _plain(edition.demand))),
        Part(_("What the addressee gets of each signature"), compare(_columns(old), _columns(edition))),
    ]


def _plain(markdown: str) -> str:
    """The text without the marks for bold: what is left reads as it is, addresses of links and all."""
    return _EMPHASIS.sub("", markdown).replace("\r\n", "\n").strip()


def _columns(edition: PetitionEdition) -> str:
    return ", ".join(str(COLUMNS[column]) for column in edition.delivered_columns if column in COLUMNS)


def compare(old: str, new: str) -> list[Piece]:
    """What stayed, went and came, word by word (Ratcliff and Obershelp); what went stands before what came."""
    return list(_runs(_pieces(_PIECES.findall(old), _PIECES.findall(new))))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(SAME, "".join(old[start:end]))
        else:
            yield Piece(GONE, "".join(old[start:end]))
            yield Piece(NEW, "".join(new[new_start:new_end]))


def _runs(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """A space between two changes belongs to them: `a b` that becomes `c d` is one change and not two."""
    for is_same, group in groupby(pieces, lambda piece: piece.kind == SAME and not piece.text.isspace()):
        run = list(group)
        stayed = is_same or all(piece.kind == SAME for piece in run)
        for kind in (SAME,) if stayed else (GONE, NEW):
            text = "".join(piece.text for piece in run if piece.kind in (kind, SAME))
            if text:
                yield Piece(kind, text)
