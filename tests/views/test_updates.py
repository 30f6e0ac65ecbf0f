"""News about a petition."""

import re
from datetime import timedelta

from django.utils import timezone

from campaign.actions.pages.editing import save_update
from campaign.models import Update
from tests.factories import make_article, make_staff


def make_update(petition, title="It was handed over", *, language="en", published_in=timedelta(0)):
    update = Update(petition=petition, language=language, title=title, body="They **listened**.")
    update.published_at = timezone.now() + published_in if published_in is not None else None
    save_update(update)
    return update


def test_news_stand_on_their_page_and_under_the_article_newest_first(client, petition):
    make_article(petition)
    for days, title in ((-3, "Third last"), (-2, "Second last"), (-1, "Last"), (-9, "Oldest")):
        make_update(petition, title, published_in=timedelta(days=days))
    page = client.get("/en/petitions/let-them-choose/updates/").content.decode()
    places = [page.index(title) for title in ("Last", "Second last", "Third last", "Oldest")]
    assert places == sorted(places)
    assert "<strong>listened</strong>" in page
    article = client.get("/en/articles/sent-back/").content.decode()
    assert "Third last" in article
    assert "listened" not in article  # the titles alone: news may be of any length
    links = re.findall(r"/en/petitions/let-them-choose/updates/#(update-\d+)", article)
    assert links == re.findall(r' id="(update-\d+)"', page)[:3]
    assert "Oldest" not in article


def test_drafts_news_to_come_and_other_languages_are_not_shown(client, petition):
    make_update(petition, "A draft", published_in=None)
    make_update(petition, "Tomorrow", published_in=timedelta(days=1))
    make_update(petition, "Auf Koreanisch", language="ko")
    page = client.get("/en/petitions/let-them-choose/updates/").content.decode()
    for title in ("A draft", "Tomorrow", "Auf Koreanisch"):
        assert title not in page
    assert "There are no updates yet." in page


def test_an_editor_writes_news_and_a_moderator_does_not(client, petition):
    client.force_login(make_staff("Editor", name="editor"))
    assert client.get("/admin/campaign/update/add/").status_code == 200
    client.force_login(make_staff("Moderator", name="moderator"))
    assert client.get("/admin/campaign/update/add/").status_code == 403
