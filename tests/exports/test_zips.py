"""Archives that are written front to back, and the encryption around them, open in other programs."""

import io
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.exports import age, pieces, zips

CHUNK = age.CHUNK_BYTES


def read(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@given(st.dictionaries(st.text("abc/é홍.", min_size=1, max_size=9), st.binary(max_size=99), max_size=5))
def test_an_archive_gives_its_files_back_and_has_the_size_that_was_told(files):
    entries = [zips.entry_of(name, content) for name, content in files.items()]
    raw = b"".join(zips.archive(entries))
    assert (read(raw), len(raw)) == (files, zips.archive_size(entries))


@given(st.lists(st.binary(max_size=999), max_size=5))
def test_deflated_fragments_are_one_file(parts):
    fragments = [zips.deflate(part) for part in parts]
    entry = zips.deflated_entry("a.xml", lambda: fragments)
    assert read(b"".join(zips.archive([entry]))) == {"a.xml": b"".join(parts)}


def test_files_beyond_four_gigabytes_get_wide_fields(monkeypatch):
    monkeypatch.setattr(zips, "_LIMIT", 1_000)  # what stands for "look into the wide field" stays as it is
    entries = [zips.entry_of("a", bytes(2_000)), zips.entry_of("b", b"small")]
    raw = b"".join(zips.archive(entries))
    assert len(raw) == zips.archive_size(entries)
    assert raw.count(b"PK\x06\x06") == 1


def test_more_files_than_the_short_count_holds():
    entries = [replace(zips.entry_of("", b""), name=f"{number}") for number in range(70_000)]
    raw = b"".join(zips.archive(entries))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert len(archive.namelist()) == 70_000


@given(st.dictionaries(st.text(min_size=1), st.binary(), max_size=4))
def test_pieces_come_back_from_a_chunk(made):
    assert pieces.unpack(pieces.pack(made)) == made


# --- age -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_another_library_opens_what_was_encrypted_to_a_key_or_a_passphrase(size):
    plain, identity, passphrase = os.urandom(size), pyrage.x25519.Identity.generate(), age.new_passphrase()
    parts = [plain[:100], plain[100:CHUNK], plain[CHUNK:]]
    to_key, to_passphrase = age.for_key(str(identity.to_public())), age.for_passphrase(passphrase)
    raw, other = b"".join(to_key.encrypt(parts)), b"".join(to_passphrase.encrypt(parts))
    assert (len(raw), len(other)) == (to_key.size(size), to_passphrase.size(size))
    assert (pyrage.decrypt(raw, [identity]), pyrage.passphrase.decrypt(other, passphrase)) == (plain, plain)


def test_another_key_opens_nothing_and_no_file_is_encrypted_twice_alike():
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    files = [b"".join(age.for_key(str(identity.to_public())).encrypt([b"names"])) for _ in range(2)]
    assert files[0] != files[1]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(files[0], [other])


KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"  # from the description of the format


@pytest.mark.parametrize(
    "text", ["", "age1", KEY[:-1], KEY[:-1] + "q", KEY.replace("age1", "aga1"), "age1é", "ssh-ed25519 AAAA", KEY + KEY]
)
def test_a_text_that_is_no_key_is_refused(text):
    with pytest.raises(age.KeyUnusableError):
        age.decode_recipient(text)


def test_a_key_that_opens_for_anybody_is_refused():
    zero = "age1" + "q" * 52
    with pytest.raises(age.KeyUnusableError, match="anybody"):
        age.for_key(zero + bech32_end(zero))


def bech32_end(word: str) -> str:
    """The checksum that makes a word a key (BIP 173)."""
    values = [3, 3, 3, 0, 1, 7, 5, *map(age._ALPHABET.index, word[4:]), 0, 0, 0, 0, 0, 0]
    total = age._checksum(values) ^ 1
    return "".join(age._ALPHABET[total >> 5 * (5 - place) & 31] for place in range(6))


def test_the_key_of_the_formats_description_is_read():
    assert str(pyrage.x25519.Recipient.from_str(KEY)) == KEY
    assert len(age.decode_recipient(f"  {KEY.upper()}\n")) == 32


def test_passphrases_have_120_bits_of_letters_that_are_not_mixed_up():
    made = {age.new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert {len(each) for each in made} == {29}
    assert set("".join(made)) - set("abcdefghijkmnpqrstuvwxyz23456789-") == set()
    assert len(age._LETTERS) == 32


@pytest.mark.skipif(not shutil.which("age"), reason="needs age (Debian: apt install age)")
def test_the_age_program_opens_it(tmp_path):
    subprocess.run(["age-keygen", "-o", str(tmp_path / "key")], check=True, capture_output=True)
    public = next(
        line.split()[-1] for line in (tmp_path / "key").read_text().splitlines() if line.startswith("# public key")
    )
    (tmp_path / "a.age").write_bytes(b"".join(age.for_key(public).encrypt([b"names"])))
    command = ["age", "--decrypt", "--identity", str(tmp_path / "key"), str(tmp_path / "a.age")]
    assert subprocess.run(command, check=True, capture_output=True).stdout == b"names"
