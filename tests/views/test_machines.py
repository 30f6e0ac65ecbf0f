"""Feed, sitemap, robots.txt and security.txt: as their standards say."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from campaign.models import ArticleEdition
from tests.factories import make_article

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_the_feed_has_the_articles_of_its_language(client, petition, language):
    make_article(petition)
    response = client.get(f"/{language}/feed.atom")
    feed = ElementTree.fromstring(response.content)
    (entry,) = feed.findall("a:entry", ATOM)
    assert response["Content-Type"].startswith("application/atom+xml")
    assert "public" in response["Cache-Control"]
    assert entry.findtext("a:title", namespaces=ATOM) == f"Sent back ({language})"
    assert entry.find("a:link", ATOM).get("href").endswith(f"/{language}/articles/sent-back/")


def test_the_sitemap_has_each_page_in_each_language_that_has_it(client, petition):
    make_article(petition)
    ArticleEdition.objects.filter(language="ko").update(translation="draft")
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    places = [place.text for place in tree.findall("m:url/m:loc", MAP)]
    assert "http://testserver/en/articles/sent-back/" in places
    assert "http://testserver/ko/articles/sent-back/" not in places
    assert "http://testserver/ko/petitions/let-them-choose/" in places
    assert len(places) == len(set(places)) == 5 * 3 + 2 + 3
    languages = {link.get("hreflang") for link in tree.iter("{http://www.w3.org/1999/xhtml}link")}
    assert languages == {"en", "ko", "zh-Hans"}


def test_robots_are_kept_from_private_pages_and_shown_the_map(client, db):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /*/s/" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


def test_security_txt_names_a_contact_and_has_not_run_out(client, db):
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").content.decode().splitlines())
    assert lines["Contact"] == "mailto:contact@example.org"
    expires = datetime.fromisoformat(lines["Expires"])
    assert timezone.now() + timedelta(days=30) < expires < timezone.now() + timedelta(days=365)
    assert lines["Canonical"] == "http://testserver/.well-known/security.txt"
