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
    assert feed.findtext("a:author/a:name", namespaces=ATOM) == "Test Organisation"
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


# --- security.txt (RFC 9116) -----------------------------------------------------------------------------------------
ONCE = {"Expires", "Preferred-Languages"}
KNOWN = ONCE | {"Contact", "Canonical", "Encryption", "Acknowledgments", "Policy", "Hiring"}


def fields_of(client):
    """The fields of security.txt, each of which may come more than once."""
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    return [tuple(line.split(": ", 1)) for line in response.content.decode().splitlines()]


def test_security_txt_has_the_fields_it_must_have_and_none_that_is_unknown(client, db, settings):
    settings.SITE_URL = "https://petition.example.org"
    names = [name for name, _value in fields_of(client)]
    assert {"Contact", "Expires", "Canonical"} <= set(names) <= KNOWN
    assert [name for name in ONCE if names.count(name) > 1] == []
    fields = dict(fields_of(client))
    assert fields["Contact"] == "mailto:contact@example.org"
    assert fields["Canonical"] == "https://petition.example.org/.well-known/security.txt"
    assert fields["Preferred-Languages"] == "en, ko, zh-hans"


def test_security_txt_runs_out_within_a_year_and_not_soon(client, db):
    expires = datetime.fromisoformat(dict(fields_of(client))["Expires"])
    assert timezone.now() + timedelta(days=30) < expires < timezone.now() + timedelta(days=365)


@pytest.mark.parametrize(
    "contact", ["12 Some Street\nSeoul", "Write to us: a@example.org", "a@example.org, b@example.org"]
)
def test_a_contact_that_is_no_single_address_is_found_in_the_imprint(client, db, settings, contact):
    settings.SITE_URL, settings.ORGANISATION_CONTACT = "https://petition.example.org", contact
    fields = fields_of(client)
    assert fields[0] == ("Contact", "https://petition.example.org/en/imprint/")
    assert len(fields) == 4
