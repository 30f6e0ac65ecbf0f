"""The bundle as a whole: its manifest and each of its files, the log, the rows, the texts, the workbook."""

import csv
from collections.abc import Iterator
from pathlib import Path

from campaign.exports.checker.files import file_faults, list_faults
from campaign.exports.checker.log import count_of, ends_in, kept_faults, read_log, sense_faults, shape_faults
from campaign.exports.checker.manifest import Manifest, fact_faults, read_manifest, sealing_faults
from campaign.exports.checker.notes import BrokenError
from campaign.exports.checker.rows import Log, check_rows
from campaign.exports.checker.sheets import sheet_faults


def check_bundle(folder: Path, key: str, kept: "Path | None" = None) -> tuple[list[str], list[str]]:
    """What holds and what is wrong with an unpacked bundle, each as sentences. `key` is the log's, as text.

    `kept` is a file with an earlier checkpoint of the log.
    """
    held: list[str] = []
    wrong: list[str] = []
    try:
        manifest = read_manifest(folder)
        wrong += sealing_faults(folder, manifest, key)
        wrong += list_faults(manifest)
        wrong += file_faults(folder, manifest["files"])
        entries, altered = read_log(folder, key)
        wrong += altered
        wrong += content_faults(folder, manifest, entries, "" if altered else key)
        wrong += kept_faults(kept, key, entries) if kept else ()
        held += sums_of(manifest, entries, kept) if not wrong else []
    except BrokenError as error:
        wrong.append(str(error))
    except (ValueError, LookupError, TypeError, OSError, RecursionError, csv.Error) as error:
        wrong.append(f"The bundle is not of the form that this program knows ({type(error).__name__}: {error}).")
    return held, wrong


def content_faults(folder: Path, manifest: Manifest, entries: list[bytes], key: str) -> Iterator[str]:
    """What is wrong with log, rows and workbook, which follow from each other; without a key the log was altered.

    Raises BrokenError.
    """
    if unread := list(shape_faults(entries)):
        yield from unread
        return
    log = Log(entries, ends_in(entries))
    if key:
        yield from sense_faults(entries, log.ends)
        yield from fact_faults(manifest, key, entries)
    is_told = True
    for fault in check_rows(folder, log, manifest["columns"], manifest["rows"]):
        is_told = False
        yield fault
    if is_told and (folder / "signatures.xlsx").is_file():  # that it is missing was said
        yield from sheet_faults(folder, manifest["columns"], manifest["rows"])


def sums_of(manifest: Manifest, entries: list[bytes], kept: "Path | None") -> Iterator[str]:
    """What to say of a bundle in which all holds."""
    yield f"The log has {len(entries)} entries; its count at this checkpoint is {count_of(entries)}."
    yield f"{manifest['rows']} rows: each is in the log, says just what was signed, and is there once."
    if kept:
        yield f"The log only grew since the checkpoint that was kept ({kept.name})."
    if manifest["papers"]:
        papers = ", ".join(manifest["papers"])
        yield f"The papers ({papers}) are as they were sealed; this program does not read them."
    else:
        yield "No papers belong to this bundle: it was made without letter, statement and signatures for paper."
