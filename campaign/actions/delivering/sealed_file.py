"""A file at rest as sealed chunks: ``length (4 bytes) | nonce | AES-256-GCM``, each bound to its delivery and place.

No plaintext touches the disk. A chunk counts once the delivery's row says so; what stands behind that was half
written by a worker that was killed, and the next one cuts it off.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from campaign import crypto

_KEY_BYTES = 32
FRAME_BYTES = 4 + 12 + 16  # length, nonce, tag: what a chunk takes more than its text
_LENGTH_BYTES = 4


class FileGoneError(Exception):
    """The file is missing, or shorter than its delivery knows."""


def path_of(delivery_id: int) -> Path:
    return settings.EXPORT_DIR / f"{delivery_id}.sealed"


def kept_ids() -> list[int]:
    """The deliveries that a file lies there for."""
    return [int(path.stem) for path in settings.EXPORT_DIR.glob("*.sealed") if path.stem.isdecimal()]


def remove(delivery_id: int) -> None:
    path_of(delivery_id).unlink(missing_ok=True)


@contextmanager
def held(delivery_id: int) -> Iterator[BinaryIO | None]:
    """The file, open for writing and locked, made where there is none; None while another process holds it.

    The lock is the second guard behind the claim: a worker that was silent for a minute and wakes up cannot write
    beside the one that took over. It goes with the process, however that ends.
    """
    settings.EXPORT_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path_of(delivery_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file


def append(file: BinaryIO, sealed: bytes, *, at: int) -> int:
    """Write a sealed chunk behind the first `at` bytes, to the disk itself; the length then. Raises FileGoneError."""
    if os.fstat(file.fileno()).st_size < at:
        raise FileGoneError
    file.truncate(at)
    file.seek(at)
    file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
    file.flush()
    os.fsync(file.fileno())
    return file.tell()


def seal_new_key(delivery_id: int) -> bytes:
    """A random key for a delivery's file, sealed to the service's delivery key."""
    return crypto.seal(settings.DELIVERY_PUBLIC_KEY, os.urandom(_KEY_BYTES), _key_info(delivery_id))


def open_key(delivery_id: int, sealed_key: bytes | memoryview | None) -> bytes:
    """The key of a delivery's file. Raises crypto.SealBrokenError."""
    return crypto.open_sealed(settings.DELIVERY_PRIVATE_KEY, bytes(sealed_key or b""), _key_info(delivery_id))


def _key_info(delivery_id: int) -> bytes:
    return crypto.context("export key", delivery_id.to_bytes(8, "big"))


def seal_chunk(key: bytes, text: bytes, *, delivery_id: int, index: int) -> bytes:
    return crypto.wrap(key, text, _chunk_info(delivery_id, index))


def read(key: bytes, *, delivery_id: int, chunk_count: int) -> Iterator[bytes]:
    """The text, chunk by chunk. Raises crypto.SealBrokenError when bytes were altered, moved or are missing."""
    with path_of(delivery_id).open("rb") as file:
        for index in range(chunk_count):
            length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
            yield crypto.unwrap(key, file.read(length), _chunk_info(delivery_id, index))


def _chunk_info(delivery_id: int, index: int) -> bytes:
    return crypto.context("export chunk", delivery_id.to_bytes(8, "big"), index.to_bytes(8, "big"))
