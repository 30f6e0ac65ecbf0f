"""Articles in the admin: editions beside each other, pictures without their past, publishing by a button."""

import io

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from campaign.models import Article, ArticleEdition
from tests.admin.filling import filled_in
from tests.factories import make_article

LIST = "/admin/campaign/article/"


@pytest.fixture
def editor(logged_in) -> Client:
    return logged_in("Editor")


def change(article: Article) -> str:
    return f"{LIST}{article.pk}/change/"


def make_picture(width: int = 30) -> SimpleUploadedFile:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Camera of Kim"
    Image.new("RGB", (width, 20), "red").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("min-kim.jpg", out.getvalue(), "image/jpeg")


def test_an_article_is_written_with_an_edition_and_its_picture_drawn_anew(editor):
    words = filled_in(editor, f"{LIST}add/") | {
        "slug": "rivers", "hero": make_picture(), "editions-0-language": "en", "editions-0-translation": "ready",
        "editions-0-title": "Rivers", "editions-0-standfirst": "S", "editions-0-body": "One *two*.",
        "editions-0-card": make_picture(),
    }  # fmt: skip
    answer = editor.post(f"{LIST}add/", words)
    assert answer.status_code == 302, answer.context["errors"]
    article = Article.objects.get()
    edition = article.editions.get()
    assert (article.published_at, edition.body_html) == (None, "<p>One <em>two</em>.</p>")
    assert (article.hero_width, article.hero_height) == (30, 20)
    for picture in (article.hero, edition.card):
        with picture.open() as file:
            assert ("kim" in picture.name, b"Camera" in file.read()) == (False, False)


def test_a_standfirst_is_written_in_several_lines_and_kept_as_one(editor):
    article = make_article()
    words = filled_in(editor, change(article)) | {"editions-0-standfirst": "What happens\r\n at the border. "}
    editor.post(change(article), words)
    assert article.editions.get(language="en").standfirst == "What happens at the border."


def test_a_hero_is_drawn_in_the_widths_of_screens_when_it_comes_and_when_it_changes(editor):
    article = make_article(hero=make_picture())
    for width, widths in ((800, [720]), (1100, [720, 1080]), (30, [])):
        editor.post(change(article), filled_in(editor, change(article)) | {"hero": make_picture(width)})
        article.refresh_from_db()
        assert (article.hero_width, article.hero_widths) == (width, widths)


def test_a_picture_that_is_none_is_refused_with_a_sentence(editor, db):
    words = filled_in(editor, f"{LIST}add/") | {"slug": "rivers", "hero": SimpleUploadedFile("x.jpg", b"<svg/>")}
    assert list(editor.post(f"{LIST}add/", words).context["adminform"].form.errors) == ["hero"]


def test_saving_without_a_change_keeps_picture_and_words(editor):
    article = make_article(hero=make_picture())
    answer = editor.post(change(article), filled_in(editor, change(article)))
    assert answer.status_code == 302, answer.context["errors"]
    assert Article.objects.get().hero.name == article.hero.name
    assert list(ArticleEdition.objects.order_by("pk").values_list("title", flat=True)) == [
        "Sent back (en)", "Sent back (ko)", "Sent back (zh-hans)",
    ]  # fmt: skip


def test_an_empty_edition_is_offered_while_a_language_is_missing(editor):
    article = make_article()
    numbers = []
    for _ in range(2):
        formset = editor.get(change(article)).context["inline_admin_formsets"][0].formset
        numbers.append((formset.initial_form_count(), formset.total_form_count()))
        ArticleEdition.objects.filter(language="ko").delete()
    assert numbers == [(3, 3), (2, 3)]


def test_an_article_is_published_and_unpublished_by_buttons(editor):
    article = make_article()
    for name, is_public in (("unpublish", False), ("publish", True)):
        editor.post(f"{LIST}{article.pk}/act/{name}/")
        assert Article.objects.published().exists() is is_public
    assert list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True)) == ["Unpublish", "Publish"]


def test_publishing_what_is_not_ready_says_what_to_do(editor):
    article = make_article()
    Article.objects.update(published_at=None)
    ArticleEdition.objects.update(translation="draft")
    answer = editor.post(f"{LIST}{article.pk}/act/publish/", follow=True)
    assert "No edition is ready" in answer.content.decode()
    assert not Article.objects.published().exists()


def test_who_is_no_editor_publishes_nothing(logged_in):
    article = make_article()
    for group in ("Moderator", "Delivery officer"):
        assert logged_in(group).post(f"{LIST}{article.pk}/act/unpublish/").status_code == 403
    assert Article.objects.published().exists()


def test_the_preview_shows_a_draft_as_its_readers_will_see_it(editor, petition):
    article = make_article(petition, hero=make_picture())
    Article.objects.update(published_at=None)
    ArticleEdition.objects.update(translation="draft")
    answer = editor.get(f"{LIST}{article.pk}/preview/ko/")
    text = answer.content.decode()
    assert ("Sent back (ko)" in text, "Let them choose (ko)" in text, article.hero.url in text) == (True, True, True)
    assert ("/ko/articles/sent-back/" in text, "/preview/ko/" in answer.context["canonical_url"]) == (True, False)
    assert "qr.svg" not in text  # which a draft has not
    assert editor.get(f"{LIST}{article.pk}/preview/fr/").status_code == 404


def test_who_may_not_see_articles_gets_no_preview(logged_in):
    article = make_article()
    assert logged_in("Moderator").get(f"{LIST}{article.pk}/preview/ko/").status_code == 403
