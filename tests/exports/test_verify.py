"""The verifier, run as an addressee runs it: a true bundle holds, and each tampering is told with its place."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from campaign.actions.delivering.dumps import ROWS_IN_SLICE
from campaign.exports import checker
from campaign.exports.checker.files import PART_ROWS_MAX
from campaign.exports.checker.notes import fingerprint
from campaign.merkle import entries, tiles
from campaign.merkle.notes import Checkpoint
from campaign.merkle.tree import leaf_hashes, root_of
from tests.exports.bundles import CSV, DAY, NAMES, OPENINGS, ORIGIN, Bundle, make_bundle, make_rows, signer
from tests.exports.forged_logs import log_entries
from tests.exports.tamperings import OTHER, OTHER_WORDS, SAID, TAMPERINGS, change_name, forge_all


@pytest.fixture
def bundle(tmp_path) -> Bundle:
    return make_bundle(tmp_path / "bundle")


def test_a_true_bundle_holds(bundle):
    assert bundle.verify("--key", fingerprint(bundle.key)) == (0, [])
    assert bundle.verify("--key", bundle.key) == (0, [])


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_each_tampering_is_told_with_its_place(bundle, tampering):
    tamper, told = TAMPERINGS[tampering]
    tamper(bundle)
    code, wrong = bundle.verify("--key", fingerprint(bundle.key))
    assert (code, sorted(wrong)) == (1, sorted(told))


def test_the_documents_table_of_tamperings_says_what_the_program_says():
    text = Path(settings.BASE_DIR, "docs/delivery.md").read_text(encoding="utf-8").partition("## Tampered with")[2]
    rows = re.findall(r"^\| (.+?) \| `(.+?)` \|$", text, re.MULTILINE)
    assert [name for name, _sentence in rows] == list(TAMPERINGS)
    assert [name for name, sentence in rows if sentence not in TAMPERINGS[name][1]] == []


def test_a_bundle_that_is_forged_whole_holds_by_itself_and_the_program_warns_of_just_that(bundle):
    forge_all(bundle)
    assert bundle.verify() == (0, [])
    command = [sys.executable, str(bundle.folder / "verify.py")]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("WARNING: you gave no fingerprint. What follows shows only that all of it agrees")


@pytest.mark.parametrize("shown", [("name",), ("name", "country"), ("name", "signed_on")])
def test_columns_that_are_left_out_are_proven_by_what_stands_for_them(tmp_path, shown):
    bundle = make_bundle(tmp_path, make_rows(shown))
    assert bundle.verify("--key", fingerprint(bundle.key)) == (0, [])
    assert bundle.read(CSV).splitlines()[0].decode("utf-8-sig") == ",".join(["number", *shown])
    change_name(bundle)
    assert f"Row 2{SAID}5{OTHER_WORDS}" in bundle.verify()[1]


def test_rows_are_drawn_by_chance(bundle):
    code, wrong = bundle.verify("--sample", "4")
    assert (code, wrong) == (0, [])


def test_garbage_is_told_and_never_a_trace(bundle):
    for name in ("manifest.json", "manifest.seal", "log/checkpoint", "log/entries", "demands.json", CSV, OPENINGS):
        raw = bundle.read(name)
        for garbage in (b"", b"\xff\x00", b"{}", b"number,entry\r\nx,y\r\n", b"x" * 200_000, raw[: len(raw) // 2]):
            bundle.write(name, garbage)
            code, wrong = bundle.verify("--key", fingerprint(bundle.key))
            assert (code, len(wrong) > 0) == (1, True), (name, garbage)
        bundle.write(name, raw)
    assert bundle.verify("--key", fingerprint(bundle.key)) == (0, [])


def test_a_signature_that_was_set_aside_and_restored_or_corrected_back_is_no_repetition(bundle):
    again = entries.added(DAY, b"\x03" * 32)
    ended = entries.rejected(DAY, 14, 1), entries.withdrawn(DAY, 16, entries.CORRECTED)
    log_entries(again, ended[0], again, ended[1], again)(bundle)
    assert bundle.verify("--key", fingerprint(bundle.key)) == (0, [])


@pytest.mark.parametrize("size", [1, 2, 7, 13, 14])
def test_the_log_goes_on_from_each_checkpoint_that_was_kept(bundle, size):
    log = tiles.from_bundle(bundle.read("log/entries"))
    assert bundle.verify("--key", bundle.key, "--checkpoint", str(keep(bundle, log[:size]))) == (0, [])


def test_a_checkpoint_that_was_kept_of_another_log_of_a_later_one_or_of_nobody_is_told(bundle):
    log, words = tiles.from_bundle(bundle.read("log/entries")), ("--key", bundle.key, "--checkpoint")
    what = "The checkpoint that was kept (kept.txt) "
    other = keep(bundle, [log[0], log[2], log[1]])
    assert bundle.verify(*words, str(other)) == (
        1, [f"{what}is of another log: its 3 entries are not the first 3 in this bundle."],
    )  # fmt: skip
    later = keep(bundle, [*log, log[1]])
    assert bundle.verify(*words, str(later)) == (
        1, [f"{what}has 15 entries and this bundle 14: only a later delivery can be held against it."],
    )  # fmt: skip
    forged = keep(bundle, log, signer(seed=2))
    assert bundle.verify(*words, str(forged)) == (1, [f"{what[:-1]} {OTHER.partition(') ')[2]}"])
    assert bundle.verify(*words, str(forged.with_name("nothing.txt"))) == (
        1, ["The file nothing.txt is missing, or is no text."],
    )  # fmt: skip


def keep(bundle: Bundle, log: list[bytes], by=None) -> Path:
    """A checkpoint of these entries, in a file beside the bundle."""
    note = Checkpoint(ORIGIN, len(log), root_of(leaf_hashes(log))).text
    path = bundle.folder.with_name("kept.txt")
    path.write_text((by or signer()).seal(note), encoding="utf-8")
    return path


def test_bytes_that_are_no_text_are_told_with_their_row(bundle):
    raw = bundle.read(CSV)
    bundle.write(CSV, raw.replace("Иван".encode(), b"Iv\xffn"))
    assert f"Row 6{SAID}9{OTHER_WORDS}" in bundle.verify()[1]


def test_what_the_addressees_own_computer_lays_beside_it_is_no_fault(bundle):
    left = [".DS_Store", "log/.DS_Store", "Thumbs.db", "paper/desktop.ini", "._letter-en.pdf", "__pycache__/verify.pyc"]
    for name in left:
        bundle.write(name, b"x")
    assert bundle.verify("--key", fingerprint(bundle.key)) == (0, [])
    strange = ["csv.py", "desktop.ini.exe", "log/DS_Store"]
    for name in strange:
        bundle.write(name, b"x = 1")
    told = [f"The file {name} does not belong to the bundle." for name in strange]
    assert bundle.verify("--key", fingerprint(bundle.key)) == (1, told)


def test_a_bundle_without_papers_holds_and_that_is_said(bundle):
    for path in [*bundle.folder.glob("*.pdf"), *bundle.folder.glob("paper/*.pdf")]:
        path.unlink()
    bundle.seal(papers=[], parts=0)
    command = [sys.executable, str(bundle.folder / "verify.py"), "--key", bundle.key]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "HOLDS: No papers belong to this bundle: it was made without letter, statement" in told


def test_a_part_on_paper_has_at_most_the_rows_that_the_verifier_reckons_with():
    assert (settings.BUNDLE_SLICE, ROWS_IN_SLICE) == (PART_ROWS_MAX, PART_ROWS_MAX)


def test_no_module_of_the_verifier_takes_a_name_of_another():
    names = re.findall(r"^(?:def |class )?([A-Za-z_]+)(?: =|: |\(|,.* =)", checker.source(), re.MULTILINE)
    assert sorted(name for name in {*names} if names.count(name) > 1) == []


def test_the_file_is_of_the_standard_library_alone(bundle):
    text = bundle.read("verify.py").decode()
    imports = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
    assert imports == {
        "__future__", "argparse", "array", "base64", "collections", "csv", "hashlib", "io", "json", "pathlib", "re",
        "secrets", "sys", "typing", "xml", "zipfile",
    }  # fmt: skip
    assert len(NAMES) == 10
