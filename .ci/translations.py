"""Is every sentence translated, and is what was compiled up to date? `write` brings the files up to date instead.

Finding new sentences takes GNU gettext; without it that half is skipped and said so. The rest takes polib only.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ |= {"DJANGO_SETTINGS_MODULE": "campaign.settings", "CAMPAIGN_ROLE": "offline"}  # which needs no secret

from django.conf import settings  # noqa: E402 - the path comes first
from django.utils.translation import to_locale  # noqa: E402

LOCALE = Path("campaign/locale")
TRANSLATED = ("campaign", "templates", "manage.py")  # where sentences stand


def main(command: str = "check") -> int:
    problems = problems_in(ROOT)
    if not shutil.which("xgettext"):
        print("Skipped: the search for sentences no catalogue has, as GNU gettext is not installed; the rest is ok")
    else:
        with tempfile.TemporaryDirectory() as folder:
            extract(Path(folder))
            problems = problems_in(Path(folder)) or problems
            if command == "write":
                shutil.copytree(Path(folder) / LOCALE, ROOT / LOCALE, dirs_exist_ok=True)
    if command == "write":
        for path in catalogues(ROOT):
            compiled_path(path).write_bytes(compiled(path))
    else:
        problems += [f"{compiled_path(path)}: not up to date, run .ci/translations.py write"
                     for path in catalogues(ROOT) if not is_compiled(path)]  # fmt: skip
    print("\n".join(problems))
    return 1 if problems else 0


def catalogues(root: Path) -> list[Path]:
    return sorted((root / LOCALE).glob("*/LC_MESSAGES/*.po"))


def problems_in(root: Path) -> list[str]:
    """What is wrong with the catalogues, and which is not there at all; English is the language of the source."""
    wanted = {to_locale(code) for code, _name in settings.LANGUAGES} - {to_locale(settings.LANGUAGE_CODE)}
    missing = wanted - {path.parent.parent.name for path in catalogues(root)}
    return [f"{locale}: has no catalogue" for locale in sorted(missing)] + [
        problem for path in catalogues(root) for problem in problems_of(path)
    ]


def problems_of(path: Path) -> list[str]:
    """What is untranslated, guessed or left over, a line each."""
    catalogue = polib.pofile(str(path))
    states = (
        ("untranslated", catalogue.untranslated_entries()),
        ("fuzzy", catalogue.fuzzy_entries()),
        ("obsolete", catalogue.obsolete_entries()),
    )
    language = path.parent.parent.name
    return [f"{language}: {state}: {entry.msgid!r}" for state, entries in states for entry in entries]


def extract(folder: Path) -> None:
    """Let Django's makemessages bring a copy of the catalogues up to date, so that the tree is left alone."""
    for name in TRANSLATED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    for domain in {path.stem for path in catalogues(folder)}:
        subprocess.run(  # nosec B603
            [sys.executable, "manage.py", "makemessages", "--all", "--domain", domain, "--add-location", "file"],
            cwd=folder, env={**os.environ, "DATA_DIR": str(folder)}, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip


def compiled_path(path: Path) -> Path:
    return path.with_suffix(".mo")


def compiled(path: Path) -> bytes:
    return polib.pofile(str(path)).to_binary()


def is_compiled(path: Path) -> bool:
    return compiled_path(path).exists() and compiled_path(path).read_bytes() == compiled(path)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
