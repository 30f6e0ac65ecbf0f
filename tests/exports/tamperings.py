"""What a forger may do to a bundle: each way, and the very sentences that the verifier is to say."""

import zipfile

from campaign.exports.checker.notes import fingerprint
from campaign.merkle import entries, tiles
from campaign.merkle.notes import Checkpoint
from campaign.merkle.tree import leaf_hashes, root_of
from tests.exports.bundles import COLUMNS, CSV, DAY, NAMES, OPENINGS, ORIGIN, XLSX, Bundle, make_rows, signer
from tests.exports.forged_logs import LOG_FORGERIES
from tests.exports.forged_workbooks import WORKBOOK_FORGERIES
from tests.exports.forgeries import FORGERIES

MANIFEST_ALTERED = "The manifest (manifest.json) is not the one that was sealed: it was altered."


def lines_of(bundle: Bundle) -> list[bytes]:
    return bundle.read(CSV).splitlines(keepends=True)


def change_name(bundle: Bundle) -> None:
    bundle.replace(CSV, "홍길동", "홍길순")


def drop_row(bundle: Bundle) -> None:
    lines = lines_of(bundle)
    bundle.write(CSV, b"".join(lines[:3] + lines[4:]))


def drop_last_row(bundle: Bundle) -> None:
    bundle.write(CSV, b"".join(lines_of(bundle)[:-1]))


def double_row(bundle: Bundle) -> None:
    lines = lines_of(bundle)
    bundle.write(CSV, b"".join([*lines[:3], *lines[2:]]))


def invent_row(bundle: Bundle) -> None:
    bundle.write(CSV, bundle.read(CSV) + b"11,Nobody,KR,ko,2026-11-24\r\n")


def reuse_entry(bundle: Bundle) -> None:
    """The same signature once more under a number of its own, with an opening copied from it, all sealed anew."""
    bundle.write(CSV, bundle.read(CSV) + b"11,Hong Gildong,KR,ko,2026-11-24\r\n")
    first = bundle.read(OPENINGS).splitlines()[1]
    bundle.write(OPENINGS, bundle.read(OPENINGS) + b"11" + first[1:] + b"\r\n")


def swap_names(bundle: Bundle) -> None:
    raw = bundle.read(CSV).decode()
    bundle.write(CSV, raw.replace("홍길동", "*").replace("Иван", "홍길동").replace("*", "Иван").encode())


def cut_log(bundle: Bundle) -> None:
    bundle.write("log/entries", tiles.to_bundle(tiles.from_bundle(bundle.read("log/entries"))[:-1]))


def grow_log(bundle: Bundle) -> None:
    more = entries.added(DAY, bytes(32))
    bundle.write("log/entries", bundle.read("log/entries") + tiles.to_bundle([more]))


def flip_bit_of_entry(bundle: Bundle) -> None:
    log = tiles.from_bundle(bundle.read("log/entries"))
    log[1] = log[1][:-1] + bytes([log[1][-1] ^ 1])
    bundle.write("log/entries", tiles.to_bundle(log))


def name_withdrawn_entry(bundle: Bundle) -> None:
    bundle.replace(OPENINGS, "1,4,", "1,2,")


def raise_size_of_checkpoint(bundle: Bundle) -> None:
    bundle.replace("log/checkpoint", "\n14\n", "\n15\n")


def change_demand(bundle: Bundle) -> None:
    bundle.replace("demands.json", "Act.", "Act now.")


def lay_file(bundle: Bundle) -> None:
    bundle.write("note.pdf", b"another")


def lower_rows(bundle: Bundle) -> None:
    bundle.replace("manifest.json", '"rows": 10', '"rows": 12')


def change_salt(bundle: Bundle) -> None:
    lines = bundle.read(OPENINGS).splitlines(keepends=True)
    bundle.write(OPENINGS, b"".join([*lines[:2], lines[2].replace(b"01", b"10", 1), *lines[3:]]))


def swap_openings(bundle: Bundle) -> None:
    """Two rows trade their entries, salts and all."""
    lines = bundle.read(OPENINGS).splitlines(keepends=True)
    lines[2:4] = [b"2" + lines[3][1:], b"3" + lines[2][1:]]
    bundle.write(OPENINGS, b"".join(lines))


def remove_file(bundle: Bundle) -> None:
    (bundle.folder / "log/hashes").unlink()


def change_workbook(bundle: Bundle) -> None:
    """The workbook says another name than the table, and the holder of the key has sealed it all the same."""
    rows = make_rows(names=[name.replace("홍길동", "홍길순") for name in NAMES])
    bundle.write_workbook(rows, list(COLUMNS))
    bundle.seal()


def cut_workbook(bundle: Bundle) -> None:
    bundle.write_workbook(make_rows()[:-1], list(COLUMNS))
    bundle.seal()


def grow_workbook(bundle: Bundle) -> None:
    bundle.write_workbook(make_rows(names=[*NAMES, "Nobody"]), list(COLUMNS))
    bundle.seal()


def lay_part_in_workbook(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.folder / XLSX, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    bundle.seal()


def forge_checkpoint(bundle: Bundle) -> None:
    """An older state of the log, without its last entry, sealed by a key that calls itself the same."""
    log = tiles.from_bundle(bundle.read("log/entries"))[:-1]
    bundle.write("log/entries", tiles.to_bundle(log))
    note = Checkpoint(ORIGIN, len(log), root_of(leaf_hashes(log))).text
    bundle.write("log/checkpoint", signer(seed=2).seal(note).encode())


def seal_anew(bundle: Bundle) -> None:
    """A name is changed, and the manifest made anew and sealed, with a key of the forger's own."""
    change_name(bundle)
    bundle.seal(signer(seed=2))


def forge_all(bundle: Bundle) -> None:
    """Log, checkpoint, manifest and key are all of the forger's own making: the bundle agrees with itself."""
    forged = signer(seed=2)
    bundle.write("log/key", (forged.verifier.text + "\n").encode())
    note = bundle.read("log/checkpoint").decode().partition("\n\n")[0] + "\n"
    bundle.write("log/checkpoint", forged.seal(note).encode())
    bundle.seal(forged)


OTHER = "log/checkpoint) is not sealed by the key of petition.example.org/log/let-them-choose: it was altered, or comes from somebody else."  # noqa: E501
SAID = " of signatures.csv does not say what was signed: entry "
ALTERED = f"The file {CSV} was altered."
OTHER_WORDS = " of the log was made of other words."
TAMPERINGS = {
    "a name is changed": (change_name, [ALTERED, f"Row 2{SAID}5{OTHER_WORDS}"]),
    "a row is dropped": (drop_row, [ALTERED, "Row 3 is missing from signatures.csv."]),
    "the last row is dropped": (drop_last_row, [ALTERED, "Row 10 is missing from signatures.csv."]),
    "a row is doubled": (
        double_row, [ALTERED, "Row 2 of signatures.csv stands there twice, or in the wrong place."],
    ),
    "a row is invented": (
        invent_row, [ALTERED, "Row 11 of signatures.csv was invented: openings.csv has no line for it."],
    ),
    "a signature is told twice": (
        reuse_entry,
        [f"The file {OPENINGS} was altered.", ALTERED,
         "Row 11 of signatures.csv tells the same signature as row 1."],
    ),
    "two names are swapped": (
        swap_names, [ALTERED, f"Row 2{SAID}5{OTHER_WORDS}", f"Row 6{SAID}9{OTHER_WORDS}"],
    ),
    "the log is cut": (
        cut_log,
        ["The file log/entries was altered.",
         "The log (log/entries) was cut: the checkpoint has 14 entries, here are 13.",
         "Row 10 of signatures.csv names entry 13, where the log has no signature."],
    ),
    "the log is grown": (
        grow_log,
        ["The file log/entries was altered.",
         "The log (log/entries) has entries that the checkpoint does not know, from entry 14 on."],
    ),
    "a bit of an entry is flipped": (
        flip_bit_of_entry, ["The file log/entries was altered.", "Entry 1 of the log (log/entries) was altered."],
    ),
    "a row is put on a withdrawn entry": (
        name_withdrawn_entry,
        [f"The file {OPENINGS} was altered.",
         "Row 1 of signatures.csv is of a signature that entry 3 of the log ended."],
    ),
    "the checkpoint is changed": (
        raise_size_of_checkpoint, ["The file log/checkpoint was altered.", f"The checkpoint ({OTHER}"],
    ),
    "the manifest is changed": (
        lower_rows,
        [MANIFEST_ALTERED, "Row 11 is missing from signatures.csv.", "Row 12 is missing from signatures.csv."],
    ),
    "the demand is changed": (
        change_demand,
        ["The file demands.json was altered.",
         "The demand en 1 in demands.json is not one that the log has: it was altered."],
    ),
    "a file is laid beside": (lay_file, ["The file note.pdf does not belong to the bundle."]),
    "a file is taken away": (remove_file, ["The file log/hashes is missing."]),
    "a salt is changed": (change_salt, [f"The file {OPENINGS} was altered.", f"Row 2{SAID}5{OTHER_WORDS}"]),
    "two rows trade their entries": (
        swap_openings,
        [f"The file {OPENINGS} was altered.", f"Row 2{SAID}6{OTHER_WORDS}", f"Row 3{SAID}5{OTHER_WORDS}"],
    ),
    "the workbook says another name, and is sealed": (
        change_workbook, ["Row 2 of signatures.xlsx does not say what row 2 of signatures.csv says."],
    ),
    "the workbook lacks a row, and is sealed": (cut_workbook, ["Row 10 is missing from signatures.xlsx."]),
    "the workbook has a row more, and is sealed": (
        grow_workbook, ["signatures.xlsx has rows that signatures.csv does not have."],
    ),
    "the workbook holds a program, and is sealed": (
        lay_part_in_workbook, ["signatures.xlsx has a part that does not belong to it: xl/vbaProject.bin."],
    ),
    "an older checkpoint is forged": (
        forge_checkpoint,
        ["The file log/entries was altered.", "The file log/checkpoint was altered.", f"The checkpoint ({OTHER}"],
    ),
    "a name is changed, and sealed with another key": (
        seal_anew, [f"The manifest (manifest.seal{OTHER[14:]}", f"Row 2{SAID}5{OTHER_WORDS}"],
    ),
    "all of it is made up, with a key of its own": (
        forge_all, [f"The key is another one: its fingerprint is {fingerprint(signer(seed=2).verifier.text)}."],
    ),
    **FORGERIES,
    **LOG_FORGERIES,
    **WORKBOOK_FORGERIES,
}  # fmt: skip
