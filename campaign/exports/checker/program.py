"""Check a delivery of signatures, offline, with nothing but Python 3.9 or newer.

python3 verify.py [FOLDER] [--key FINGERPRINT]     an unpacked bundle; FOLDER is where this file lies by default
python3 verify.py RECEIPT [--key FINGERPRINT]      a signatory's own proof
python3 verify.py [FOLDER] --checkpoint FILE       whether the log only grew since a checkpoint that was kept earlier
python3 verify.py [FOLDER] --sample 20             numbers of rows, drawn by chance, to ask about

Take the fingerprint from the printed letter, or the key from the petition's own site; a file cannot vouch for itself.
A log's newest checkpoint stands behind its name: https://…/log/…/checkpoint. Keep it for the next delivery.
What this shows, and what it cannot show, stands in README.txt. Exit code: 0 when all holds, 1 when something is wrong.
"""

import argparse
import secrets
import sys
from pathlib import Path

from campaign.exports.checker.bundle import check_bundle
from campaign.exports.checker.manifest import read_manifest
from campaign.exports.checker.notes import BrokenError, fingerprint, is_fingerprint_of, read_text
from campaign.exports.checker.receipt import check_receipt, key_in

SHOWN_MAX = 50  # sentences about what is wrong
UNKNOWN_KEY = """WARNING: you gave no fingerprint. What follows shows only that all of it agrees with itself.
Whoever makes all of it up makes up its key, too. Compare with the printed letter or the petition's own site:
  {fingerprint}"""


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="verify.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", default="", help="the fingerprint, or the key itself, from the letter or the site")
    parser.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="an earlier checkpoint of the log, from anybody"
    )
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="draw N rows to ask about")
    options = parser.parse_args(words)
    try:
        if options.sample:
            return draw(options.path, options.sample)
        return check(options.path, options.key, options.checkpoint)
    except BrokenError as error:
        print(f"WRONG: {error}")
        return 1


def check(path: Path, words: str, kept: "Path | None" = None) -> int:
    """Check a bundle or a receipt, and say what was found. Raises BrokenError where there is nothing to check."""
    if kept and not path.is_dir():
        raise BrokenError("A checkpoint that was kept is held against a bundle, not against a receipt.")
    key = read_text(path / "log/key").strip() if path.is_dir() else key_in(path)
    if words and not is_fingerprint_of(words, key):
        print(f"WRONG: The key is another one: its fingerprint is {fingerprint(key)}.")
        print("Nothing here was made with the key that you were given. All else is worth nothing.")
        return 1
    if not words:
        print(UNKNOWN_KEY.format(fingerprint=fingerprint(key)))
    held, wrong = check_bundle(path, key, kept) if path.is_dir() else check_receipt(path, key)
    for sentence in held:
        print(f"HOLDS: {sentence}")
    for sentence in wrong[:SHOWN_MAX]:
        print(f"WRONG: {sentence}")
    if len(wrong) > SHOWN_MAX:
        print(f"WRONG: and {len(wrong) - SHOWN_MAX} more of the kind.")
    print(f"\n{len(wrong)} {'fault' if len(wrong) == 1 else 'faults'} found." if wrong else "\nAll holds.")
    return 1 if wrong else 0


def draw(folder: Path, number: int) -> int:
    """Print numbers of rows, drawn by this computer's chance: whoever made the bundle cannot foresee them."""
    rows = read_manifest(folder)["rows"]
    drawn = sorted(secrets.SystemRandom().sample(range(1, rows + 1), min(number, rows)))
    print("\n".join(map(str, drawn)))
    return 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # a console that lacks a letter is no reason to stop
        sys.stdout.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
