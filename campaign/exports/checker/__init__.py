"""The stand-alone verifier. Its modules, joined in this order, are the one file `verify.py` that addressees run."""

import re
from pathlib import Path

MODULES = (
    "ed25519", "notes", "log", "tables", "rows", "workbook", "sheets", "manifest", "files", "bundle", "receipt",
    "program",
)  # fmt: skip
_OURS = re.compile(r"^from campaign\.\S+ import (?:\([^)]*\)|.*)\n", re.MULTILINE)


def source() -> str:
    """`verify.py`: the modules in a row, under the docstring of the last, without what they import from each other."""
    texts = [Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8") for name in MODULES]
    docstring = texts[-1].split('"""')[1]
    bodies = (_OURS.sub("", text.split('"""', 2)[2]) for text in texts)
    head = ["#!/usr/bin/env python3", f'"""{docstring}"""', "", "from __future__ import annotations"]
    return "\n".join([*head, *bodies])
