"""Uploaded pictures: drawn anew, so that nothing but the picture stays. No EXIF, no place, no camera, no file name."""

import io
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db.models.fields.files import ImageFieldFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from campaign.models.article import narrower

BYTES_MAX = 12 * 1024 * 1024
PIXELS_MAX = 24_000_000  # drawing anew takes up to 20 bytes a pixel, and the admin has 512 MB
SIDE_MAX = 2_400  # wider than any page shows it
WIDTHS = (720, 1080, 1600)  # pixels: phones of two and of three dots a point, and a desk
AVIF_QUALITY = 55
_SAVED_AS: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": ("jpg", {"quality": 85, "optimize": True, "progressive": True}),
    "PNG": ("png", {"optimize": True}),
    "WEBP": ("webp", {"quality": 85, "method": 6}),
}


def redraw(upload: File) -> ContentFile:
    """The picture alone, upright, at most SIDE_MAX wide or high, under a random name. Raises ValidationError."""
    if upload.size > BYTES_MAX:
        raise ValidationError(_("The picture is too large: at most 12 MB."))
    upload.seek(0)
    try:
        with Image.open(upload, formats=tuple(_SAVED_AS)) as image:
            image.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a JPEG is decoded no larger than it is needed
            return _drawn(image)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise ValidationError(_("This is no picture in JPEG, PNG or WebP that can be read.")) from error


def _drawn(image: Image.Image) -> ContentFile:
    if image.width * image.height > PIXELS_MAX:
        raise ValidationError(_("The picture has too many pixels: at most 24 million."))
    kind = image.format or "PNG"
    suffix, options = _SAVED_AS[kind]
    picture = ImageOps.exif_transpose(image)
    picture = picture.convert("RGBA" if picture.has_transparency_data and kind != "JPEG" else "RGB")
    picture.thumbnail((SIDE_MAX, SIDE_MAX))
    picture.info.clear()  # colour profile, comments, XMP: some writers would take them over
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return ContentFile(out.getvalue(), name=f"{secrets.token_hex(8)}.{suffix}")


def draw_widths(hero: ImageFieldFile) -> list[int]:
    """Draw a picture again as AVIF, beside it, in each of WIDTHS that it fills; which ones, in pixels."""
    if not hero:
        return []
    with hero.open() as file, Image.open(file) as image:
        picture = image.convert("RGBA" if image.has_transparency_data else "RGB")
    widths = [width for width in WIDTHS if width <= picture.width]
    for width in widths:
        name = narrower(str(hero.name), width)
        if not hero.storage.exists(name):
            hero.storage.save(name, _as_avif(picture, width))
    return widths


def _as_avif(picture: Image.Image, width: int) -> ContentFile:
    smaller = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    smaller.save(out, "AVIF", quality=AVIF_QUALITY)
    return ContentFile(out.getvalue())
