"""Of an uploaded picture only the picture stays."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from campaign.actions.pages import images
from campaign.actions.pages.images import redraw

GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def make_upload(
    kind: str = "JPEG", size: tuple[int, int] = (40, 20), name: str = "min-kim.jpg", **saved
) -> ContentFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, kind, **saved)
    return ContentFile(out.getvalue(), name=name)


def make_exif(**tags: int) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE] = "Camera of Kim"
    exif[ORIENTATION] = tags.get("orientation", 1)
    exif.get_ifd(GPS)[1] = "N"
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_camera_and_comments_do_not_stay(kind):
    comment = {"comment": b"Camera of Kim"} if kind == "JPEG" else {}
    upload = make_upload(kind, exif=make_exif(), icc_profile=b"Camera of Kim", **comment)
    assert b"Camera of Kim" in upload.read()
    kept = redraw(upload).read()
    assert b"Camera of Kim" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == (kind, (40, 20), {})


def test_a_picture_taken_on_its_side_stands_upright():
    with Image.open(redraw(make_upload(exif=make_exif(orientation=6)))) as picture:
        assert picture.size == (20, 40)


def test_the_file_name_does_not_stay():
    kept = redraw(make_upload())
    assert ("kim" in kept.name, kept.name.endswith(".jpg")) == (False, True)


def test_a_picture_wider_than_any_page_is_made_smaller(monkeypatch):
    monkeypatch.setattr(images, "SIDE_MAX", 20)
    with Image.open(redraw(make_upload())) as picture:
        assert picture.size == (20, 10)


def test_transparency_stays():
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 100)).save(out, "PNG")
    with Image.open(redraw(ContentFile(out.getvalue(), name="x.png"))) as picture:
        assert picture.getpixel((0, 0)) == (255, 0, 0, 100)


@pytest.mark.parametrize(
    "upload",
    [
        ContentFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>", name="x.svg"),
        ContentFile(b"", name="x.jpg"),
        ContentFile(make_upload().read()[:100], name="cut.jpg"),
        make_upload("GIF", name="x.gif"),
    ],
)
def test_what_is_no_picture_of_three_kinds_is_refused(upload):
    with pytest.raises(ValidationError, match="JPEG, PNG or WebP"):
        redraw(upload)


@pytest.mark.parametrize("limit", ["PIXELS_MAX", "BYTES_MAX"])
def test_an_absurd_size_is_refused(monkeypatch, limit):
    monkeypatch.setattr(images, limit, 10)
    with pytest.raises(ValidationError, match="too"):
        redraw(make_upload())
