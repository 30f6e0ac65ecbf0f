"""A receipt is checked by the same program; and the seals by the published vectors."""

import base64
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.exports.checker import ed25519
from campaign.exports.checker.notes import BrokenError, fingerprint
from campaign.exports.checker.receipt import check_receipt, root_by
from campaign.exports.receipt import Place, Signed, UnprovenError, receipt
from campaign.merkle import entries
from campaign.merkle.notes import Checkpoint, Proof
from campaign.merkle.tree import check_inclusion, inclusion_proof, leaf_hash, leaf_hashes, parents, root_of
from tests.exports.bundles import DAY, DEMAND, ORIGIN, Bundle, make_bundle, make_log, make_rows, signer

# RFC 8032, 7.1: secret key, public key, message, seal.
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "seal"), VECTORS)
def test_the_vectors_of_rfc_8032_hold_and_none_with_a_bit_flipped(public, message, seal):
    key, text, raw = (bytes.fromhex(each) for each in (public, message, seal))
    assert ed25519.is_sealed_by(key, text, raw)
    for place in (0, 31, 32, 63):
        flipped = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert not ed25519.is_sealed_by(key, text, flipped)
    assert not ed25519.is_sealed_by(key, text + b"x", raw)


@given(st.binary(max_size=99), st.binary(min_size=32, max_size=32))
def test_what_a_library_seals_holds(message, other):
    sealer = signer()
    raw = sealer.private.sign(message)
    assert ed25519.is_sealed_by(sealer.verifier.public, message, raw)
    assert not ed25519.is_sealed_by(other, message, raw)


def test_a_seal_whose_number_is_beyond_the_order_is_refused():
    """Else one seal could be written in two ways (RFC 8032, 5.1.7)."""
    sealer = signer()
    raw = sealer.private.sign(b"text")
    grown = int.from_bytes(raw[32:], "little") + ed25519.ORDER
    assert not ed25519.is_sealed_by(sealer.verifier.public, b"text", raw[:32] + grown.to_bytes(32, "little"))


def node_of(hashes: list[bytes]):
    levels = [hashes]
    while len(levels[-1]) > 1:
        levels.append(parents(levels[-1]))
    return lambda level, index: levels[level][index]


@pytest.mark.parametrize("size", range(1, 20))
def test_a_path_leads_to_the_root_from_every_entry(size):
    hashes = leaf_hashes(bytes([place]) for place in range(size))
    paths = [inclusion_proof(place, size, node_of(hashes)) for place in range(size)]
    assert {root_by(hashes[place], place, size, path) for place, path in enumerate(paths)} == {root_of(hashes)}


# --- Receipts --------------------------------------------------------------------------------------------------------
ROW = make_rows()[1]
WRONG_PLACE = "This is not entry 5 of the log: the entry, its number or its path was altered."


def make_receipt(folder: Path) -> Bundle:
    """The receipt of the second row of the bundle's log."""
    bundle = make_bundle(folder)
    log = make_log(make_rows())
    hashes = leaf_hashes(log)
    note = signer().seal(Checkpoint(ORIGIN, len(log), root_of(hashes)).text)
    path = inclusion_proof(ROW.entry, len(log), node_of(hashes))
    place = Place(ROW.entry, log[ROW.entry], path, note, bundle.key)
    bundle.write("receipt.txt", receipt(Signed(ROW.values, ROW.salt, DEMAND), place).encode())
    return bundle


def alter(bundle: Bundle, **words) -> None:
    """Put these into the receipt's JSON in place of what is true."""
    proof = Proof.parse(bundle.read("receipt.txt").decode())
    extra = json.dumps(json.loads(proof.extra) | words).encode()
    bundle.write("receipt.txt", Proof(proof.index, proof.path, proof.note, extra).text.encode())


def verify(bundle: Bundle, key: str = "") -> tuple[int, list[str]]:
    return bundle.verify(str(bundle.folder / "receipt.txt"), "--key", key or fingerprint(bundle.key))


def test_a_receipt_says_in_one_sentence_what_is_in_the_log(tmp_path):
    bundle = make_receipt(tmp_path)
    command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(tmp_path / "receipt.txt"), "--key"]
    done = [subprocess.run([*command, key], capture_output=True, encoding="utf-8", env={}, check=True)
            for key in (fingerprint(bundle.key), bundle.key)]  # fmt: skip
    sentence = (
        f"HOLDS: 홍길동 signed “Let them choose” on 2026-11-24: that is entry 5 of the log {ORIGIN}, which then had 14."
    )
    assert [each.stdout for each in done] == [f"{sentence}\n\nAll holds.\n"] * 2


def test_a_receipt_is_a_proof_in_the_published_form(tmp_path):
    """Which other programs read: index, path and a note that opens with the log's key."""
    bundle = make_receipt(tmp_path)
    proof = Proof.parse(bundle.read("receipt.txt").decode())
    checkpoint = Checkpoint.open(proof.note, signer().verifier)
    entry = bytes.fromhex(json.loads(proof.extra)["entry"])
    check_inclusion(leaf_hash(entry), proof.index, checkpoint.size, path=proof.path, root=checkpoint.root)


def test_without_a_fingerprint_it_warns_that_a_receipt_cannot_vouch_for_its_key(tmp_path):
    bundle = make_receipt(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(tmp_path / "receipt.txt")],
        capture_output=True, encoding="utf-8", env={}, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("WARNING: you gave no fingerprint.")
    assert fingerprint(bundle.key) in done.stdout


@pytest.mark.parametrize(("words", "told"), [
    ({"name": "홍길순"}, ["The name in the receipt is not the one that was signed."]),
    ({"country": "US"}, ["The country in the receipt is not the one that was signed."]),
    ({"language": "en"}, ["The language in the receipt is not the one that was signed."]),
    ({"signed_on": "2026-11-23"}, ["The day of signing in the receipt is not the one that was signed."]),
    ({"name": "홍길순", "country": "US"}, ["The name in the receipt is not the one that was signed.",
                                         "The country in the receipt is not the one that was signed."]),
    ({"text": "00" * 32}, ["The demand in the receipt is not the text that was signed.",
                           "The text in the receipt is not the one that was signed."]),
    ({"demand": DEMAND | {"demand": "Act at once."}}, ["The demand in the receipt is not the text that was signed."]),
    ({"salt": "00" * 16}, ["The salt in the receipt is not the one that was used: it was altered."]),
    ({"entry": "01020000512d" + "00" * 32},
     ["The entry in the receipt is not made of these words: it was altered.", WRONG_PLACE]),
    ({"entry": "01050000512d" + ROW.commitment.hex()},
     ["The entry in the receipt is not made of these words: it was altered.", WRONG_PLACE]),
])  # fmt: skip
def test_what_was_altered_in_a_receipt_is_named(tmp_path, words, told):
    bundle = make_receipt(tmp_path)
    alter(bundle, **words)
    assert verify(bundle) == (1, told)


def test_words_altered_with_their_leaf_do_not_fit_the_entry(tmp_path):
    bundle = make_receipt(tmp_path)
    keys = entries.field_keys(ROW.salt)
    other = ROW.values | {"name": "홍길순"}
    alter(
        bundle, name="홍길순", leaves=[entries.leaf(field, keys[field], other[field]).hex() for field in entries.FIELDS]
    )
    assert verify(bundle) == (1, ["The entry in the receipt is not made of these words: it was altered."])


def test_words_altered_with_leaf_and_entry_do_not_fit_the_log(tmp_path):
    bundle = make_receipt(tmp_path)
    entry = entries.added(DAY, entries.commit_all(ROW.salt, ROW.values | {"name": "홍길순"}))
    alter(bundle, name="홍길순", entry=entry.hex())
    assert verify(bundle) == (1, [WRONG_PLACE])


def test_another_place_path_or_checkpoint_is_named(tmp_path):
    bundle = make_receipt(tmp_path)
    raw = bundle.read("receipt.txt").decode()
    sibling = raw.split("\n")[3]
    forged = signer(seed=2).seal(raw.partition("\n\n")[2].partition("\n\n")[0] + "\n")
    changed = {
        "index": raw.replace("\nindex 5\n", "\nindex 4\n"),
        "path": raw.replace(sibling, base64.b64encode(bytes(32)).decode()),
        "cut path": raw.replace(sibling + "\n", "", 1),
        "size": raw.replace("\n14\n", "\n15\n"),
        "forged": raw.partition("\n\n")[0] + "\n\n" + forged,
        "cut": raw[:400],
        "none": "hello",
    }
    told = {}
    for name, text in changed.items():
        bundle.write("receipt.txt", text.encode())
        told[name] = verify(bundle)
    by = f"is not sealed by the key of {ORIGIN}: it was altered, or comes from somebody else."
    unsealed = f"The checkpoint in the receipt {by}"
    assert told == {
        "index": (1, [WRONG_PLACE.replace("5", "4")]),
        "path": (1, [WRONG_PLACE]),
        "cut path": (1, ["The path in the receipt is not one to that entry: it was cut or altered."]),
        "size": (1, [unsealed]),
        "forged": (1, [unsealed]),
        "cut": (1, ["The receipt cannot be read: it was cut or altered."]),
        "none": (1, ["This is no receipt: it does not begin with c2sp.org/tlog-proof@v1."]),
    }


def test_a_receipt_that_was_forged_whole_is_told_by_its_key(tmp_path):
    bundle = make_receipt(tmp_path)
    proof, forger = Proof.parse(bundle.read("receipt.txt").decode()), signer(seed=2)
    extra = json.dumps(json.loads(proof.extra) | {"key": forger.verifier.text}).encode()
    note = forger.seal(proof.note.partition("\n\n")[0] + "\n")
    bundle.write("receipt.txt", Proof(proof.index, proof.path, note, extra).text.encode())
    assert verify(bundle, fingerprint(forger.verifier.text)) == (0, [])
    other = f"The key is another one: its fingerprint is {fingerprint(forger.verifier.text)}."
    assert verify(bundle) == (1, [other])


@given(st.binary(max_size=300), st.integers(0, 2_000))
def test_garbage_is_told_and_never_a_trace(garbage, place):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "receipt.txt"
        whole = GARBLED.encode()
        path.write_bytes(whole[:place] + garbage + whole[place + len(garbage) :])
        with suppress(BrokenError):
            check_receipt(path, signer().verifier.text)


GARBLED = receipt(
    Signed(ROW.values, ROW.salt, DEMAND),
    Place(
        0, entries.added(DAY, ROW.commitment), [],
        signer().seal(Checkpoint(ORIGIN, 1, leaf_hash(entries.added(DAY, ROW.commitment))).text),
        signer().verifier.text,
    ),
)  # fmt: skip


@pytest.mark.parametrize("wrong", [{"salt": bytes(16)}, {"values": ROW.values | {"name": "홍길순"}}])
def test_nobody_is_given_a_proof_that_proves_nothing(wrong):
    raw = entries.added(DAY, ROW.commitment)
    note = signer().seal(Checkpoint(ORIGIN, 1, leaf_hash(raw)).text)
    with pytest.raises(UnprovenError, match="other words"):
        receipt(Signed(ROW.values, ROW.salt, DEMAND)._replace(**wrong), Place(0, raw, [], note, "key"))
    other = signer().seal(Checkpoint(ORIGIN, 1, bytes(32)).text)
    with pytest.raises(UnprovenError, match="does not lead"):
        receipt(Signed(ROW.values, ROW.salt, DEMAND), Place(0, raw, [], other, "key"))
