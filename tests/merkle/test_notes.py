"""Notes, checkpoints and proofs: the published ones come out to the byte, and anything altered is refused."""

import pytest

from campaign.merkle.notes import Checkpoint, NoteBrokenError, Proof, Signer, Verifier, decode

# The example of C2SP's signed-note.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The example of the reference implementation (golang.org/x/mod/sumdb/note), whose private key is published too.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_SEAL = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
ENOCH_SEAL = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# The example of C2SP's tlog-checkpoint.
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
LOG = Signer.from_seed("petition.example.org/log/let-them-choose", bytes(range(32)))


def test_the_published_note_opens_with_its_published_key():
    verifier = Verifier.parse(FOO)
    assert (verifier.name, verifier.key_id.hex(), verifier.text) == ("example.com/foo", "530d903a", FOO)
    assert verifier.open(FOO_NOTE) == "This is an example message.\n"


def test_the_published_private_key_makes_the_published_seal():
    signer = Signer.from_seed("PeterNeumann", decode(PETER_SECRET, 33)[1:])
    assert signer.verifier.text == PETER
    assert signer.seal(PETER_TEXT) == f"{PETER_TEXT}\n{PETER_SEAL}"


def test_seals_of_others_are_no_matter():
    note = f"{PETER_TEXT}\n{PETER_SEAL}{ENOCH_SEAL}"
    assert Verifier.parse(PETER).open(note) == Verifier.parse(ENOCH).open(note) == PETER_TEXT
    altered = note.replace("— EnochRoot rwz+eB", "— EnochRoot rwz+eC")
    assert Verifier.parse(PETER).open(altered) == PETER_TEXT
    with pytest.raises(NoteBrokenError, match="is not sealed by LiseMeitner"):
        Verifier("LiseMeitner", Verifier.parse(PETER).public).open(note)


@pytest.mark.parametrize(("was", "now"), [
    ("cryptography", "kryptography"),
    ("problem is.\n", "problem is.\n\n"),
    ("x08go/ZJ", "x08go/ZK"),
    ("x08go/ZJ", "x08go/ZJ==="),
    ("— PeterNeumann", "- PeterNeumann"),
    ("is.\n\n—", "is.\n—"),
    ("JnAM=\n", "JnAM="),
])  # fmt: skip
def test_an_altered_note_does_not_open(was, now):
    note = f"{PETER_TEXT}\n{PETER_SEAL}"
    assert note.count(was) == 1
    with pytest.raises(NoteBrokenError):
        Verifier.parse(PETER).open(note.replace(was, now))


@pytest.mark.parametrize("key", [
    PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("Peter", "Petra"), PETER + "AAA", PETER[:-1], "", "Peter",
    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
])  # fmt: skip
def test_a_key_that_does_not_fit_its_own_id_is_refused(key):
    with pytest.raises(NoteBrokenError):
        Verifier.parse(key)


@pytest.mark.parametrize("text", ["no line's end", "a tab\t\n", "a bell\a\n", ""])
def test_what_may_not_be_a_note_is_not_sealed(text):
    with pytest.raises(NoteBrokenError):
        LOG.seal(text)


def test_the_published_checkpoint_is_read_and_written():
    checkpoint = Checkpoint.parse(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert checkpoint.text == SOFA
    assert Checkpoint.parse(SOFA + "an extension\n") == checkpoint


@pytest.mark.parametrize("text", [
    "o\n07\n" + "A" * 43 + "=\n", "o\n-7\n" + "A" * 43 + "=\n", "o\n7\n" + "A" * 43 + "=", "o\n7\n", "o\n7\nAAAA\n",
    "\n7\n" + "A" * 43 + "=\n", "o\n7\n" + "A" * 43 + "=\n\nextension\n", "o\n٣\n" + "A" * 43 + "=\n", "",
])  # fmt: skip
def test_a_malformed_checkpoint_is_refused(text):
    with pytest.raises(NoteBrokenError):
        Checkpoint.parse(text)


def test_a_checkpoint_counts_for_the_log_it_is_named_after_only():
    ours = Checkpoint(LOG.name, 7, bytes(32))
    assert Checkpoint.open(LOG.seal(ours.text), LOG.verifier) == ours
    other = Checkpoint("petition.example.org/log/another", 7, bytes(32))
    with pytest.raises(NoteBrokenError, match="the checkpoint is one of"):
        Checkpoint.open(LOG.seal(other.text), LOG.verifier)


@pytest.mark.parametrize("extra", [b"", b"\x00 what it takes to hash the entry again"])
@pytest.mark.parametrize("path", [[], [bytes(32), b"\xff" * 32]])
def test_a_proof_is_text_that_reads_back(path, extra):
    proof = Proof(73_894, path, LOG.seal(Checkpoint(LOG.name, 109_482, bytes(32)).text), extra)
    assert Proof.parse(proof.text) == proof


def test_a_proof_has_the_form_that_the_standard_shows():
    note = LOG.seal(Checkpoint(LOG.name, 2, bytes(32)).text)
    assert Proof(0, [bytes(32)], note, b"data").text == (
        f"c2sp.org/tlog-proof@v1\nextra ZGF0YQ==\nindex 0\n{'A' * 43}=\n\n{note}"
    )


@pytest.mark.parametrize("text", [
    "", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n\nnote", "c2sp.org/tlog-proof@v2\nindex 0\n\nnote",
    "c2sp.org/tlog-proof@v1\nindex 01\n\nnote", "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote",
    "c2sp.org/tlog-proof@v1\nextra !!\nindex 0\n\nnote", "c2sp.org/tlog-proof@v1\nextra AAAA\n\nnote",
])  # fmt: skip
def test_a_malformed_proof_is_refused(text):
    with pytest.raises(NoteBrokenError):
        Proof.parse(text)
