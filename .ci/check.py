"""Every check, one line each, with its output where it fails: what `start.py check` runs in the environment."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = (
    ("lint", "-m ruff check --quiet"),
    ("format", "-m ruff format --check --quiet"),
    ("security", "-m bandit --quiet --recursive --configfile pyproject.toml ."),
    ("types", "-m mypy"),
    ("import rules", f"{Path(sys.executable).with_name('lint-imports')}"),
    ("settings and models", "manage.py check --fail-level WARNING"),
    ("migrations are complete", "manage.py makemigrations --check --dry-run"),
    ("migrations are safe", ".ci/migrations.py"),
    ("translations", ".ci/translations.py"),
    ("templates", "-m djlint --quiet --lint templates"),
)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the folder goes, too
    with tempfile.TemporaryDirectory() as folder:
        environment = environment_with_keys(folder)
        failed = [title for title, command in STEPS if not passes(title, command, environment)]
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nAll checks passed.")
    return 1 if failed else 0


def environment_with_keys(folder: str) -> dict[str, str]:
    """What settings ask for, made for this run only."""
    environment = {**os.environ, "DEVELOPMENT": "on", "DATA_DIR": folder}
    subprocess.run([sys.executable, "manage.py", "keys", "new", "--directory", f"{folder}/keys"], check=True,  # nosec B603
                   cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)  # fmt: skip
    return environment | {f"{path.name}_FILE": str(path) for path in Path(folder, "keys").iterdir()}


def passes(title: str, command: str, environment: dict[str, str]) -> bool:
    print(f"{title:<26}", end="", flush=True)
    done = subprocess.run([sys.executable, *command.split()], check=False, cwd=ROOT, env=environment, text=True,  # nosec B603
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    skipped = next((line for line in done.stdout.splitlines() if line.startswith("Skipped:")), "ok")
    print(skipped if done.returncode == 0 else f"FAILED\n{done.stdout}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
