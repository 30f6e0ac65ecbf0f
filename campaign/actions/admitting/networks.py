"""Networks: where requests come from, as far as anybody here may know. No address leaves this file, and none is kept.

A network is an IPv4 address or an IPv6 /64. It stands as a tag: an HMAC under a random salt that lives for a day, in
the memory of the web processes and of the cache they share, which writes nothing down (docs/security.md).
"""

import hmac
import logging
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
PREFIX_BITS = {4: 32, 6: 64}
TAG_BYTES = 8
SALT_BYTES = 32
HOUR_SECONDS = 3_600
Answer = TypeVar("Answer")


# --- Who asks ------------------------------------------------------------------------------------------------------
def client_address(meta: Mapping[str, Any]) -> IPv4Address | IPv6Address | None:
    """Whose request it is: the peer, or with TRUSTED_PROXIES what the outermost of them wrote into X-Forwarded-For.

    Each proxy appends whom it sees, so that one is counted from the right; what stands further left came from the
    client and may be anything. None where no address can be read.
    """
    entries = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    trusted, forwarded = settings.TRUSTED_PROXIES, None
    if 0 < trusted <= len(entries):
        forwarded = _read_address(entries[-trusted])
    return forwarded or _read_address(str(meta.get("REMOTE_ADDR", "")))


def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: plain, with a port, in brackets, or an IPv4 one in IPv6's form."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(meta: Mapping[str, Any]) -> str:
    """The network a request comes from. All whose address cannot be read are one."""
    address = client_address(meta)
    return str(ip_network((address, PREFIX_BITS[address.version]), strict=False)) if address else "unknown"


# --- What is remembered --------------------------------------------------------------------------------------------
class Memory:
    """The cache, and this process's copy of the salt. While the cache is away nobody is counted, and nobody waits."""

    looks_every = 60.0  # seconds between two looks at the salt that all processes share
    rests_for = 10.0  # seconds that a cache which failed is left alone

    def __init__(self) -> None:
        self.day, self.salt = "", b""
        self.looked_at = self.rests_until = float("-inf")

    def salt_of_today(self) -> bytes | None:
        """The same in all processes; another one after midnight (UTC)."""
        now = timezone.now()
        if self.day != now.date().isoformat():
            self.day, self.salt, self.looked_at = now.date().isoformat(), b"", float("-inf")
        if monotonic() - self.looked_at > self.looks_every:
            mine = self.salt or os.urandom(SALT_BYTES)  # a cache that was restarted is given ours back
            midnight = now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            seconds = int((midnight - now).total_seconds()) + 1
            self.salt = self.ask(lambda: _share(f"salt:{self.day}", mine, seconds)) or self.salt
            self.looked_at = monotonic()
        return self.salt or None

    def ask(self, question: Callable[[], Answer]) -> Answer | None:
        """What the cache answers, or None."""
        if monotonic() < self.rests_until:
            return None
        try:
            return question()
        except (RedisError, OSError) as error:  # limits are worth less than the signature that would be lost
            self.rests_until = monotonic() + self.rests_for
            logger.warning("The cache is away (%s): nobody is counted meanwhile.", type(error).__name__)
            return None


memory = Memory()


def tag_of(meta: Mapping[str, Any]) -> bytes | None:
    """Eight bytes that stand for a request's network today. None with RATE_LIMITS off, and while the cache is away."""
    salt = memory.salt_of_today() if settings.RATE_LIMITS else None
    return hmac.digest(salt, network_of(meta).encode(), "sha256")[:TAG_BYTES] if salt else None


def count(what: str, tag: bytes | None) -> int:
    """How often a network did something in this hour, this time included; 0 where nobody counts."""
    if tag is None:
        return 0
    hour = int(timezone.now().timestamp()) // HOUR_SECONDS
    return memory.ask(lambda: _increment(f"{what}:{hour}:{tag.hex()}")) or 0


def _share(key: str, mine: bytes, seconds: int) -> bytes:
    """What the cache has under a key, or mine, which it has from now on."""
    return cache.get_or_set(key, mine, seconds) or mine


def _increment(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # not there yet; should two come at once, one of them is the first
        return 1 if cache.add(key, 1, HOUR_SECONDS) else cache.incr(key)
