"""Papers as PDF, set by typst from templates of ours: what goes in is data, and never taken for markup."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

SECONDS_MAX = 60  # a paper takes about one
# Without one of these a name in its script is drawn as boxes, in silence. Debian: fonts-noto-core, fonts-noto-cjk.
FONTS = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Thai", "Noto Sans CJK KR", "Noto Sans CJK SC")
_PROGRAM = Path(__file__).with_name("typeset.py")


class TypesettingError(Exception):
    """typst could not set the paper; the message is its first line, which quotes our template and no data."""


def is_available() -> bool:
    """Whether typst is installed: the project's extra `pdf`."""
    return importlib.util.find_spec("typst") is not None


@cache
def missing_fonts() -> tuple[str, ...]:
    """Which of FONTS this machine lacks, as it was when first asked."""
    done = subprocess.run(  # noqa: S603 # nosec B603 # our own file, by this interpreter
        [sys.executable, "-I", str(_PROGRAM), "fonts"], capture_output=True, timeout=SECONDS_MAX, check=False
    )
    found = json.loads(done.stdout) if done.returncode == 0 else []
    return tuple(font for font in FONTS if font not in found)


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """The paper of a template (`typst/<template>.typ`) with its data. Raises TypesettingError.

    `data` has title, author, footer, language and made_at (seconds since 1970) beside what the template asks for.
    """
    order = json.dumps({"template": template, "data": data}).encode()
    try:
        done = subprocess.run(  # noqa: S603 # nosec B603 # our own file, by this interpreter
            [sys.executable, "-I", str(_PROGRAM)], input=order, capture_output=True, timeout=SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TypesettingError(f"not done after {SECONDS_MAX} seconds") from error
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise TypesettingError((done.stderr.decode(errors="replace").strip().splitlines() or ["no output"])[-1][:150])
    return done.stdout
