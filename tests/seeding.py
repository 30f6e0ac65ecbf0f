"""The first campaign as a folder that a test may change."""

import shutil
from pathlib import Path

from django.conf import settings
from PIL import Image

from tests.officers import PUBLIC

SEEDS = Path(settings.BASE_DIR) / "seeds"


def copy_seeds(target: Path) -> Path:
    """The folder with small pictures, for those take a while to draw."""
    folder = Path(shutil.copytree(SEEDS, target))
    for number, path in enumerate([folder / "hero.webp", *folder.glob("*/card.jpg")]):
        Image.new("RGB", (32, 18 + number)).save(path)
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def make_high_risk(folder: Path) -> None:
    """Let the folder's petition be a high-risk one, sealed to the officers of the tests."""
    change(folder / "campaign.toml", 'mode = "standard"', f'mode = "high_risk"\ndelivery_public_key = "{PUBLIC}"')
