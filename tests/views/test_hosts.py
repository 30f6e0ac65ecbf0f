"""What a public page says of the site's address comes from SITE_URL: a Host header alters no byte of it."""

import pytest
from django.urls import URLPattern, get_resolver

from campaign.middleware import KeptPagesMiddleware
from tests.factories import make_article, make_signatory, show_name

FOREIGN = {"Host": "testserver:61987"}  # a host that is allowed, with a port that nobody serves
SLUGS = {"article": "sent-back", "petition": "let-them-choose"}
NOT_PUBLIC = ("/admin/", "/mailbox/", "/media/", "/^log/", "/healthz", "/readyz", "/s/", "/u/", "/d/", "/challenge/")


def addresses(patterns, prefix=""):
    """The path of every public page, from the patterns themselves: one that is added later is asked too."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern.url_patterns, path)
        elif not any(part in f"/{path}" for part in NOT_PUBLIC):
            slug = SLUGS["article" if "articles/" in path else "petition"]
            yield "/" + path.replace("<slug:slug>", slug)


PATHS = sorted(addresses(get_resolver().url_patterns))


def all_of(response):
    return response.status_code, dict(response.items()), response.content


@pytest.fixture
def site(petition):
    make_article(petition)
    petition.updates.create(language="en", title="News", body="News.", body_html="<p>News.</p>")
    show_name(make_signatory(petition, visibility="public"))


@pytest.mark.parametrize("path", PATHS)
def test_no_public_page_differs_by_the_port_in_the_host_header(client, site, path):
    own = client.get(path)
    foreign = client.get(path, headers=FOREIGN)
    assert own.status_code in (200, 302, 303)
    assert b"61987" not in foreign.content + str(foreign.items()).encode()
    assert all_of(foreign) == all_of(own)


def test_the_public_pages_that_are_asked_are_those_that_there_are():
    assert len(PATHS) >= 20
    assert {"/", "/en/feed.atom", "/sitemap.xml", "/verify.py", "/en/articles/sent-back/qr.svg"} <= set(PATHS)


def test_who_asks_for_the_feed_first_does_not_choose_where_the_next_reader_is_led(client, site, monkeypatch):
    monkeypatch.setattr(KeptPagesMiddleware, "seconds", 60.0)
    client.get("/en/feed.atom", headers=FOREIGN)
    feed = client.get("/en/feed.atom").content.decode()
    assert "61987" not in feed
    assert 'href="http://testserver/en/articles/sent-back/"' in feed
    assert 'rel="self"' in feed
