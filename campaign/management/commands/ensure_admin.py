"""`manage.py ensure_admin`: the first user of a fresh site, for start.py."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

USERNAME = "admin"


class Command(BaseCommand):
    help = "Make the first user of a fresh site, with a password made at random, and say how to log in."

    def handle(self, **options: object) -> None:
        path = Path(settings.DATA_DIR) / "admin-password"
        users = get_user_model()
        if not users.objects.exists():
            users.objects.create_superuser(USERNAME, password=write_password(path))
        self.stdout.write(describe_login(path))


def write_password(path: Path) -> str:
    """Make a password and keep it in a file that only its owner reads; one kept from before is taken again."""
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    password = secrets.token_urlsafe(15)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password + "\n")
    return password


def describe_login(path: Path) -> str:
    """How to log in: with the password for as long as the kept one fits."""
    user = get_user_model().objects.filter(username=USERNAME, is_active=True).first()
    if user is None:
        return "log in with your own name"
    password = path.read_text(encoding="ascii").strip() if path.exists() else ""
    if password and user.check_password(password):
        return f"name {USERNAME}, password {password}"
    return f"name {USERNAME}, with the password you chose"
