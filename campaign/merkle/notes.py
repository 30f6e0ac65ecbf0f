"""Signed notes, checkpoints and proofs as text (C2SP signed-note, tlog-checkpoint, tlog-proof), sealed with Ed25519."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from campaign.merkle.tree import HASH_BYTES

_ED25519 = b"\x01"  # the kind of signature, in C2SP's list
_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
_DASH = "— "
_PROOF_HEAD = "c2sp.org/tlog-proof@v1"


class NoteBrokenError(ValueError):
    """A note, checkpoint, key or proof that is malformed, or not sealed by the key it is held against."""


def encode(raw: bytes) -> str:
    """Base 64 as C2SP has it: RFC 4648, section 4, with padding."""
    return base64.b64encode(raw).decode()


def decode(text: str, length: int | None = None) -> bytes:
    """Undo `encode`. Raises NoteBrokenError for any other text, or another length."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteBrokenError("that is not base 64") from error
    if encode(raw) != text or length not in (None, len(raw)):
        raise NoteBrokenError("that is base 64 of another form or length")
    return raw


# --- Keys ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Verifier:
    """A key's name and public half: what outsiders check notes with."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or self.name.split() != [self.name]:
            raise NoteBrokenError("a key's name has neither blanks nor plus signs")

    @property
    def key_id(self) -> bytes:
        """The four bytes that name the key in a signature."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as outsiders' tools take it: ``name+id+key``."""
        return f"{self.name}+{self.key_id.hex()}+{encode(_ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """The key of a text. Raises NoteBrokenError, also where its id is not its own."""
        name, _, rest = text.strip().partition("+")
        raw = decode(rest.partition("+")[2], len(_ED25519) + _PUBLIC_BYTES)
        verifier = cls(name, raw[len(_ED25519) :])
        if verifier.text != text.strip():
            raise NoteBrokenError("the key's id does not fit it, or it is no Ed25519 key")
        return verifier

    def open(self, note: str) -> str:
        """The text of a note, once it is sure that this key sealed it. Raises NoteBrokenError."""
        text, blank, signatures = note.rpartition("\n\n")
        if not blank or not signatures.endswith("\n"):
            raise NoteBrokenError("a note is a text, an empty line and signatures")
        text += "\n"
        ours = [raw for name, raw in map(_signature, signatures[:-1].split("\n")) if self._is_ours(name, raw)]
        if not ours:
            raise NoteBrokenError(f"the note is not sealed by {self.name}")
        for raw in ours:
            try:
                Ed25519PublicKey.from_public_bytes(self.public).verify(raw[_KEY_ID_BYTES:], text.encode())
            except (InvalidSignature, ValueError) as error:
                raise NoteBrokenError(f"the seal of {self.name} does not fit the note") from error
        return text

    def _is_ours(self, name: str, raw: bytes) -> bool:
        return name == self.name and raw[:_KEY_ID_BYTES] == self.key_id


def _signature(line: str) -> tuple[str, bytes]:
    name, _, raw = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not name:
        raise NoteBrokenError("a signature is a dash, a name and base 64")
    return name, decode(raw)


@dataclass(frozen=True)
class Signer:
    """A key's name and its private half."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> "Signer":
        """The key that 32 secret bytes make (RFC 8032)."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private.public_key().public_bytes_raw())

    def seal(self, text: str) -> str:
        """The text as a note sealed by this key alone. Raises NoteBrokenError."""
        return seal(text, [self])

    def line(self, text: str) -> str:
        """This key's seal of a text, as it stands beneath it."""
        return f"{_DASH}{self.name} {encode(self.verifier.key_id + self.private.sign(text.encode()))}\n"


def seal(text: str, signers: Iterable[Signer]) -> str:
    """The text as a note sealed by each of these keys. Raises NoteBrokenError for a text that may not be one."""
    if not text.endswith("\n") or any(mark < " " and mark != "\n" for mark in text):
        raise NoteBrokenError("a note's text ends with a line's end, and has no control characters")
    return f"{text}\n" + "".join(signer.line(text) for signer in signers)


# --- Checkpoints ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Checkpoint:
    """How large a log is, and the root of its tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """A checkpoint's text, whose further lines bear no meaning here. Raises NoteBrokenError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise NoteBrokenError("a checkpoint is three lines: origin, size, root")
        return cls(lines[0], _number(lines[1]), decode(lines[2], HASH_BYTES))

    @classmethod
    def open(cls, note: str, verifier: Verifier) -> "Checkpoint":
        """The checkpoint in a note that this key sealed for the log it is named after. Raises NoteBrokenError."""
        found = cls.parse(verifier.open(note))
        if found.origin != verifier.name:
            raise NoteBrokenError(f"the checkpoint is one of {found.origin}")
        return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or str(int(text)) != text:
        raise NoteBrokenError(f"{text!r} is not a number without leading zeroes")
    return int(text)


# --- Proofs --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Proof:
    """That an entry is in a log, to be checked offline: its place, its path, a checkpoint, and data of our own."""

    index: int
    path: Sequence[bytes]
    note: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        extra = f"extra {encode(self.extra)}\n" if self.extra else ""
        path = "".join(f"{encode(each)}\n" for each in self.path)
        return f"{_PROOF_HEAD}\n{extra}index {self.index}\n{path}\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Undo `text`. Raises NoteBrokenError."""
        head, blank, note = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != _PROOF_HEAD or not lines:
            raise NoteBrokenError(f"a proof begins with {_PROOF_HEAD}")
        extra = decode(lines.pop(0).removeprefix("extra ")) if lines[0].startswith("extra ") else b""
        if not lines or not lines[0].startswith("index "):
            raise NoteBrokenError("a proof names the index of its entry")
        index = _number(lines.pop(0).removeprefix("index "))
        return cls(index, [decode(line, HASH_BYTES) for line in lines], note, extra)
