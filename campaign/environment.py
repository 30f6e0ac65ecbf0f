"""Reads the environment for `settings`: secrets from variables or files, and which role needs which."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ROLES = ("all", "public", "admin", "worker", "beat", "offline")

# Who holds what. docs/security.md says why. Two roles hold nothing: beat, which only says "look", and offline, for what
# needs no envelope opened: making keys on an officer's machine, collecting static files, migrating.
SECRETS = {
    "SECRET_KEY": ("all", "public", "admin", "worker"),
    "CAMPAIGN_KEY": ("all", "public", "admin", "worker"),
    "LINK_KEY": ("all", "worker"),
    "LOG_KEY": ("all", "worker"),
    "POST_PUBLIC_KEY": ("all", "public", "admin", "worker"),
    "POST_PRIVATE_KEY": ("all", "admin", "worker"),
    "DELIVERY_PUBLIC_KEY": ("all", "public", "admin", "worker"),
    "DELIVERY_PRIVATE_KEY": ("all", "admin", "worker"),
}


def flag(name: str, *, default: bool) -> bool:
    """An on/off variable. Raises ImproperlyConfigured for any other word, so that a typo is not an 'off'."""
    words = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False, "": default}
    word = os.environ.get(name, "").strip().lower()
    if word not in words:
        raise ImproperlyConfigured(f"{name} is on or off, not {word!r}.")
    return words[word]


def read_secret(name: str) -> str:
    """The value of NAME, or the content of the file that NAME_FILE names; empty when neither is set."""
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        return os.environ.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error


def role() -> str:
    """Which part of the house this process is. Raises ImproperlyConfigured for an unknown word."""
    word = os.environ.get("CAMPAIGN_ROLE", "") or "all"
    if word not in ROLES:
        raise ImproperlyConfigured(f"CAMPAIGN_ROLE is one of {', '.join(ROLES)}; not {word!r}.")
    return word


def secrets_of(role: str) -> dict[str, str]:
    """The secrets this role holds; the others come back empty even where the environment has them."""
    found = {name: read_secret(name) if role in holders else "" for name, holders in SECRETS.items()}
    missing = [name for name, holders in SECRETS.items() if role in holders and not found[name]]
    if missing:
        raise ImproperlyConfigured(
            f"Role {role!r} needs {', '.join(missing)}: set each, or NAME_FILE with the path of a file that holds"
            " it. `manage.py keys new --directory FOLDER` makes them all."
        )
    return found
