"""Which network a request comes from, and that nothing tells it later."""

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import ConnectionError as RedisAwayError

from campaign.actions.admitting import networks

PROXY = "10.0.0.2"
FORGED = ["1.1.1.1", "8.8.8.8"]


@pytest.fixture(autouse=True)
def _limits(settings, limits):
    settings.TRUSTED_PROXIES = 0


def meta(peer="198.51.100.7", forwarded=None):
    return {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {})


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, PROXY),
        (0, "203.0.113.77", PROXY),
        (0, "1.1.1.1, 203.0.113.77", PROXY),
        (1, "203.0.113.77", "203.0.113.77"),
        (1, "1.1.1.1, 203.0.113.77", "203.0.113.77"),
        (1, "1.1.1.1,8.8.8.8,203.0.113.77", "203.0.113.77"),
        (2, "1.1.1.1, 203.0.113.77, 192.0.2.1", "203.0.113.77"),
        (2, "203.0.113.77, 192.0.2.1", "203.0.113.77"),
        # Fewer entries than proxies, or none that can be read: the peer, never what stands first.
        (2, "203.0.113.77", PROXY),
        (1, None, PROXY),
        (1, "", PROXY),
        (1, "203.0.113.77, unknown", PROXY),
        (1, "203.0.113.77,", PROXY),
        (3, "1.1.1.1, 203.0.113.77", PROXY),
    ],
)
def test_the_client_is_counted_from_the_right_and_never_taken_from_the_left(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    assert str(networks.client_address(meta(PROXY, forwarded))) == address


@pytest.mark.parametrize("number", [0, 1, 2])
def test_what_a_client_puts_before_its_own_address_changes_nothing(settings, number):
    settings.TRUSTED_PROXIES = 1
    told = ", ".join([*FORGED[:number], "203.0.113.77"])
    assert networks.tag_of(meta(PROXY, told)) == networks.tag_of(meta(PROXY, "203.0.113.77"))


@pytest.mark.parametrize(
    ("written", "network"),
    [
        ("203.0.113.77", "203.0.113.77/32"),
        (" 203.0.113.77 ", "203.0.113.77/32"),
        ("203.0.113.77:50123", "203.0.113.77/32"),
        ("::ffff:203.0.113.77", "203.0.113.77/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("203.0.113.777", "unknown"),
    ],
)
def test_a_network_is_an_ipv4_address_or_an_ipv6_64(written, network):
    assert networks.network_of(meta(written)) == network


def test_one_network_has_one_tag_and_another_has_another():
    here, neighbour = meta("2001:db8:1:2::1"), meta("2001:db8:1:2:ffff::9")
    assert networks.tag_of(here) == networks.tag_of(neighbour) != networks.tag_of(meta("2001:db8:1:3::1"))
    assert len(networks.tag_of(here)) == 8


def test_the_next_day_has_another_salt_and_nobody_has_the_old_one(time_machine):
    time_machine.move_to("2026-12-24T23:59:58+00:00", tick=False)
    before, salt = networks.tag_of(meta()), networks.memory.salt
    assert cache.get("salt:2026-12-24") == salt
    time_machine.move_to("2026-12-25T00:00:02+00:00", tick=False)
    assert networks.tag_of(meta()) != before
    assert networks.memory.salt != salt
    assert cache.get("salt:2026-12-24") is None


def test_the_salt_is_kept_until_midnight_and_no_longer(time_machine, monkeypatch):
    kept = {}
    monkeypatch.setattr(LocMemCache, "add", lambda self, key, value, timeout, **_: kept.update({key: timeout}))
    time_machine.move_to("2026-12-24T22:59:59+00:00", tick=False)
    networks.tag_of(meta())
    assert kept == {"salt:2026-12-24": 3602}


def test_all_processes_share_a_salt_and_a_restarted_cache_is_given_it_back(monkeypatch):
    monkeypatch.setattr(networks.Memory, "looks_every", 0.0)
    first, second = networks.Memory(), networks.Memory()
    salt = first.salt_of_today()
    assert second.salt_of_today() == salt
    cache.clear()
    assert first.salt_of_today() == salt
    assert networks.Memory().salt_of_today() == salt


def test_counts_are_a_networks_own_and_an_hours(time_machine):
    time_machine.move_to("2026-12-24T10:00:00+00:00", tick=False)
    here, there = networks.tag_of(meta()), networks.tag_of(meta("198.51.100.8"))
    assert [networks.count("forms", here) for _ in range(3)] == [1, 2, 3]
    assert networks.count("forms", there) == networks.count("links", here) == 1
    time_machine.move_to("2026-12-24T11:00:00+00:00", tick=False)
    assert networks.count("forms", here) == 1


def test_no_key_and_no_value_in_the_cache_tells_an_address():
    networks.count("forms", networks.tag_of(meta("198.51.100.7")))
    kept = repr(list(cache._cache.items()))
    assert "198.51.100.7" not in kept
    assert "c6336407" not in kept.lower()
    assert len(cache._cache) == 2


def test_with_limits_off_nobody_is_counted(settings):
    settings.RATE_LIMITS = False
    assert networks.tag_of(meta()) is None
    assert networks.count("forms", None) == 0
    assert not cache._cache


@pytest.mark.parametrize("error", [RedisAwayError("refused"), TimeoutError(), OSError("gone")])
def test_without_the_cache_nobody_is_counted_and_it_is_left_alone_for_a_while(monkeypatch, error):
    asked = []

    def fail(self, key, *args, **_kwargs):
        asked.append(key)
        raise error

    for name in ("get", "add", "incr"):
        monkeypatch.setattr(LocMemCache, name, fail)
    assert [networks.tag_of(meta()) for _ in range(5)] == [None] * 5
    assert networks.count("forms", b"a network") == 0
    assert len(asked) == 1


def test_who_lost_the_cache_keeps_the_salt_of_the_day(monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError

    monkeypatch.setattr(networks.Memory, "looks_every", 0.0)
    tag = networks.tag_of(meta())
    monkeypatch.setattr(LocMemCache, "get", fail)
    assert networks.tag_of(meta()) == tag
