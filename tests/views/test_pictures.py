"""What readers see and point phones at: heroes in the width that fits, QR codes."""

import io
import re
from html import unescape

import pytest
import segno
from django.core.files.base import ContentFile
from PIL import Image

from campaign.actions.pages.images import draw_widths
from campaign.middleware import KeptPagesMiddleware
from campaign.models import Article
from tests.factories import make_article, make_petition


def hero_of(width: int) -> ContentFile:
    out = io.BytesIO()
    Image.new("RGB", (width, width // 2), "navy").save(out, "WEBP")
    return ContentFile(out.getvalue(), name="hero.webp")


def drawn(article: Article, width: int) -> Article:
    article.hero.save("hero.webp", hero_of(width), save=False)
    article.hero_widths = draw_widths(article.hero)
    article.save()
    return article


@pytest.mark.parametrize("page", ["/en/", "/en/articles/sent-back/"])
def test_browsers_choose_a_hero_that_fits_and_know_its_shape_beforehand(client, petition, page):
    hero = drawn(make_article(petition), 1100).hero.url
    stem = hero.removesuffix(".webp")
    picture = re.findall(r"<picture>.+?</picture>", client.get(page).content.decode())[0]
    assert re.findall(r'<source type="image/avif" srcset="([^"]+)"', picture) == [
        f"{stem}-720.avif 720w, {stem}-1080.avif 1080w"
    ]
    assert re.findall(r'src="([^"]+)" alt="" width="(\d+)" height="(\d+)" fetchpriority="high"', picture) == [
        (hero, "1100", "550")
    ]
    for width in (720, 1080):
        answer = client.get(f"{stem}-{width}.avif")
        assert answer["Content-Type"] == "image/avif"
        with Image.open(io.BytesIO(answer.getvalue())) as image:
            assert (image.format, image.size) == ("AVIF", (width, width // 2))


def test_a_hero_narrower_than_any_width_is_shown_as_it_is(client, petition):
    drawn(make_article(petition), 400)
    page = client.get("/en/articles/sent-back/").content.decode()
    assert ("<source" in page, page.count("<img")) == (False, 2)  # the other one is the QR code


def test_pictures_further_down_wait_until_they_are_near(client, petition):
    for slug in ("first", "second"):
        drawn(make_article(slug=slug), 400)
    page = client.get("/en/").content.decode()
    assert re.findall(r'<img[^>]+ (fetchpriority|loading)="', page) == ["fetchpriority", "loading"]


@pytest.mark.parametrize("page", ["/ko/articles/sent-back/", "/zh-hans/petitions/let-them-choose/"])
def test_a_qr_code_leads_to_the_page_it_stands_on(client, petition, page):
    make_article(petition)
    address = re.findall(r'<img class="qr" src="([^"]+)"[^>]+loading="lazy"', client.get(page).content.decode())
    answer = client.get(unescape(address[0]))
    code = io.BytesIO()
    segno.make(f"http://testserver{page}", error="m", micro=False).save(
        code, kind="svg", border=2, light="#fff", omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    assert (answer["Content-Type"], answer.content) == ("image/svg+xml", code.getvalue())
    assert answer["Cache-Control"] == "public, max-age=86400"


def code_of(client, kind, slug, language="en"):
    return client.get(f"/{language}/{kind}/{slug}/qr.svg").status_code


def test_only_a_page_that_can_be_read_has_a_code(client, db):
    petition = make_petition(languages=("en",))
    make_article(petition)
    make_petition("not-yet", state="draft")
    for kind, slug in (("articles", "sent-back"), ("petitions", "let-them-choose")):
        assert [code_of(client, kind, each) for each in (slug, "made-up", "not-yet", "a" * 81)] == [200, 404, 404, 404]
    assert code_of(client, "petitions", "let-them-choose", "ko") == 404
    Article.objects.update(published_at=None)
    assert code_of(client, "articles", "sent-back") == 404


def test_made_up_codes_push_out_no_page_that_is_kept(client, petition, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(KeptPagesMiddleware, "seconds", 60.0)
    monkeypatch.setattr(KeptPagesMiddleware, "at_most", 2)
    make_article(petition)
    client.get("/en/articles/sent-back/")
    for number in range(3):
        code_of(client, "articles", f"made-up-{number}")
    with django_assert_num_queries(1):  # whether anything public has changed
        client.get("/en/articles/sent-back/")
