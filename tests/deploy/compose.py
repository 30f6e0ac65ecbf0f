"""docker-compose.yml as the tests read it: each service with what it is told, holds and runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "undersigned:local"]
_VARIABLE = re.compile(r"\$\{(\w+)(?::?([-?])([^}]*))?\}")


def variables_of(text: str) -> set[str]:
    """The variables that compose fills in from .env."""
    return {match[1] for match in _VARIABLE.finditer(text)}


def filled_in(text: str, values: dict[str, str]) -> str:
    """`text` as compose would give it on: variables filled in, `$$` a dollar. KeyError where one must be set."""

    def value_of(match: re.Match[str]) -> str:
        name, sign, default = match.groups()
        return values.get(name) or (default if sign == "-" else values[name])

    return _VARIABLE.sub(value_of, text).replace("$$", "$")


def environment_of(name: str, values: dict[str, str]) -> dict[str, str]:
    """What a service is told."""
    return {key: filled_in(str(word), values) for key, word in SERVICES[name].get("environment", {}).items()}


def command_of(name: str, values: dict[str, str]) -> list[str]:
    service = SERVICES[name]
    return [filled_in(word, values) for word in [*service.get("entrypoint", []), *service.get("command", [])]]


def networks_of(name: str) -> set[str]:
    return set(SERVICES[name].get("networks", []))


def reaches(one: str, other: str) -> bool:
    """Whether two services share a network."""
    return bool(networks_of(one) & networks_of(other))


def make_secrets(folder: Path) -> Path:
    """What deploy/new-secrets.sh makes of a fresh clone in `folder`; the folder with the secrets."""
    (folder / "deploy" / "secrets").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "new-secrets.sh", folder / "deploy")
    for name in ("manage.py", "campaign"):
        (folder / name).symlink_to(ROOT / name)
    run_new_secrets(folder)
    return folder / "deploy" / "secrets"


def run_new_secrets(folder: Path) -> str:
    told = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "DATA_DIR": str(folder)}
    script = folder / "deploy" / "new-secrets.sh"
    done = subprocess.run([str(script)], env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
