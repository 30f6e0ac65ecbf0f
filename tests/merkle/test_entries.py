"""Entries to the byte, and commitments that say nothing without their salt and open field by field with it."""

from datetime import date

import pytest

from campaign.merkle import entries
from campaign.merkle.entries import FIELDS, Entry, EntryBrokenError, commit, commit_all, field_keys, join, leaf, stub

DAY = entries.day_number(date(2026, 11, 24))
DIGEST = bytes(range(32))
SALT = bytes(range(16))
VALUES = {"text": "ab" * 32, "name": "홍길동", "country": "KR", "language": "ko", "signed_on": "2026-11-24"}


@pytest.mark.parametrize(("raw", "hexed", "entry"), [
    (entries.text(DAY, DIGEST), "01010000512d" + DIGEST.hex(), Entry(1, date(2026, 11, 24), DIGEST)),
    (entries.added(DAY, DIGEST), "01020000512d" + DIGEST.hex(), Entry(2, date(2026, 11, 24), DIGEST)),
    (
        entries.withdrawn(DAY, 513, entries.CORRECTED),
        "01030000512d" + "0000000000000201" + "02",
        Entry(3, date(2026, 11, 24), ends=513, reason=2),
    ),
    (
        entries.rejected(DAY, 513, 7),
        "01040000512d" + "0000000000000201" + "07",
        Entry(4, date(2026, 11, 24), ends=513, reason=7),
    ),
    (
        entries.delivered(DAY, DIGEST, size=513, rows=258),
        "01050000512d" + "0000000000000201" + "0000000000000102" + DIGEST.hex(),
        Entry(5, date(2026, 11, 24), DIGEST, size=513, rows=258),
    ),
])  # fmt: skip
def test_an_entry_is_these_bytes_and_reads_back(raw, hexed, entry):
    assert raw.hex() == hexed
    assert Entry.parse(raw) == entry


@pytest.mark.parametrize("raw", [
    b"", b"\x01\x02", entries.added(DAY, DIGEST)[:-1], entries.added(DAY, DIGEST) + b"\x00",
    b"\x02" + entries.added(DAY, DIGEST)[1:], b"\x01\x00" + entries.added(DAY, DIGEST)[2:],
    entries.withdrawn(DAY, 1, 1) + b"\x00", entries.delivered(DAY, DIGEST, size=1, rows=1)[:-1],
    b"\x01\x05\x00\x00\x51\x29", b"\x01\x02\xff\xff\xff\xff" + DIGEST,
])  # fmt: skip
def test_other_bytes_are_no_entry(raw):
    with pytest.raises(EntryBrokenError):
        Entry.parse(raw)


def test_a_commitment_is_this_value():
    assert commit_all(SALT, VALUES).hex() == "aa469af96312c7df87bed392f8629354eb62e3565c1c73b8ae99e62867d1646c"


def test_the_site_commits_anew_without_the_name_when_another_word_changes():
    kept = stub(SALT, VALUES["name"])
    clear = {field: VALUES[field] for field in entries.CLEAR_FIELDS}
    assert commit(kept, clear) == commit_all(SALT, VALUES)
    assert commit(kept, clear | {"country": "DE"}) == commit_all(SALT, VALUES | {"country": "DE"})


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_and_the_salt_are_committed_to(field):
    other = VALUES | {field: VALUES[field] + "x"}
    assert len({commit_all(SALT, VALUES), commit_all(SALT, other), commit_all(bytes(16), VALUES)}) == 3


def test_a_field_is_left_out_by_its_leaf_and_the_others_are_proven_all_the_same():
    keys = field_keys(SALT)
    hidden = leaf("country", keys["country"], "KR")
    leaves = [hidden if field == "country" else leaf(field, keys[field], VALUES[field]) for field in FIELDS]
    assert join(leaves) == commit_all(SALT, VALUES)


def test_what_is_kept_beside_the_envelope_tests_no_name():
    kept, keys = stub(SALT, "홍길동"), field_keys(SALT)
    assert keys["name"] not in kept
    assert SALT not in kept
    assert len(kept) == 64
    assert len({*keys.values(), kept[:32], kept[32:]}) == 7
