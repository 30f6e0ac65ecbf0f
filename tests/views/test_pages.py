"""The public pages: what caches may hold, and that every door which takes a form is guarded."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from campaign.middleware import KeptPagesMiddleware
from campaign.models import Article, Petition, PublicVersion
from tests.factories import make_article, make_petition, make_signatory

PUBLIC = [
    "/{language}/",
    "/{language}/articles/sent-back/",
    "/{language}/petitions/let-them-choose/",
    "/{language}/petitions/let-them-choose/embed/",
    "/{language}/privacy/",
    "/{language}/safety/",
    "/{language}/imprint/",
    "/{language}/how-we-count/",
]


@pytest.fixture
def article(petition):
    return make_article(petition)


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
@pytest.mark.parametrize("path", [*PUBLIC, "/api/petitions/let-them-choose/"])
def test_any_cache_may_hold_a_public_page(client, article, path, language):
    response = client.get(path.format(language=language))
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "public" in response["Cache-Control"]
    assert "max-age=5" in response["Cache-Control"]
    page = response.content.decode()
    assert "csrf" not in page.lower()
    assert "sessionid" not in page


@pytest.mark.parametrize(
    ("state", "told"), [("paused", "Signing is paused"), ("closed", "his petition"), ("open", "Read and sign")]
)
def test_a_petition_that_takes_no_signatures_says_so_before_anything_else(client, article, state, told):
    Petition.objects.update(state=state, closed_at=timezone.now() if state == "closed" else None)
    frame = client.get("/en/petitions/let-them-choose/embed/").content.decode()
    page = client.get("/en/petitions/let-them-choose/").content.decode()
    front = client.get("/en/").content.decode()
    assert told in frame
    assert (told in page.partition('id="demand"')[0]) is (state != "open")
    assert ("Read and sign" in front) is (state == "open")


def test_the_imprint_leads_to_the_source_where_the_operator_says_so(client, db, settings):
    assert "Its source" not in client.get("/en/imprint/").content.decode()
    settings.SOURCE_URL = "https://code.example.org/ours"
    page = client.get("/en/imprint/").content.decode()
    assert '<a href="https://code.example.org/ours" rel="external noopener">Its source</a>' in page


def test_a_reader_with_cookies_gets_the_same_page_and_no_cookie(article):
    client = Client()
    plain = client.get("/en/articles/sent-back/")
    client.cookies["sessionid"] = "abc"
    client.cookies["csrftoken"] = "def"
    with_cookies = client.get("/en/articles/sent-back/")
    assert with_cookies.content == plain.content
    assert dict(with_cookies.items()) == dict(plain.items())


def walk(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.callback
        else:
            yield from walk(pattern.url_patterns, path)


def test_every_view_that_needs_no_csrf_token_stands_behind_the_origin_guard():
    views = dict(walk(get_resolver().url_patterns))
    exempt = {path for path, view in views.items() if getattr(view, "csrf_exempt", False)}
    guarded = {path for path, view in views.items() if getattr(view, "is_guarded", False)}
    open_by_name = {path for path, view in views.items() if getattr(view, "is_from_anywhere", False)}
    assert exempt == guarded | open_by_name
    assert {path.split("/", 1)[1] for path in open_by_name} == {"u/<str:token>/"}  # RFC 8058; see test_unsubscribe.py
    assert {path.split("/", 1)[1] for path in guarded} == {
        "petitions/<slug:slug>/sign/",
        "petitions/<slug:slug>/check-your-email/",
        "s/<str:token>/",
        "d/<str:token>/",
    }


def test_a_view_that_is_not_guarded_takes_no_post(client, article):
    for path in [*PUBLIC, "/api/petitions/let-them-choose/", "/healthz", "/readyz", "/mailbox/", "/"]:
        status = client.post(path.format(language="en"), {"name": "x"}).status_code
        assert status in (403, 405), path


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.5", "/ko/"),
        ("zh-CN,zh;q=0.9", "/zh-hans/"),
        ("de-DE", "/en/"),
        ("", "/en/"),
        ("*", "/en/"),
    ],
)
def test_the_root_sends_to_the_readers_language(client, db, header, path):
    response = client.get("/", headers={"Accept-Language": header})
    assert (response.status_code, response["Location"]) == (302, path)
    assert "Accept-Language" in response["Vary"]
    assert response["Cache-Control"] == "private, no-cache"


def test_unpublished_things_are_not_there(client, article):
    Article.objects.update(published_at=None)
    assert client.get("/en/articles/sent-back/").status_code == 404
    assert "Sent back" not in client.get("/en/").content.decode()
    make_petition("not-yet", state="draft")
    for path in ("/en/petitions/not-yet/", "/api/petitions/not-yet/"):
        assert client.get(path).status_code == 404


def test_an_article_without_its_petition_can_still_be_read(client, article):
    Article.objects.update(petition=make_petition("not-yet", state="draft"))
    response = client.get("/en/articles/sent-back/")
    assert response.status_code == 200
    assert "<form" not in response.content.decode()


def test_the_api_tells_the_petitions_numbers(client, petition):
    Petition.objects.update(signature_count=7)
    answer = client.get("/api/petitions/let-them-choose/")
    body = answer.json()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert {key: body[key] for key in ("slug", "state", "signature_count", "goal", "counted_until")} == {
        "slug": "let-them-choose",
        "state": "open",
        "signature_count": 7,
        "goal": 100,
        "counted_until": None,
    }
    assert [edition["language"] for edition in body["editions"]] == ["en", "ko", "zh-hans"]


def test_a_kept_page_is_dropped_when_something_public_changes(client, article, monkeypatch):
    monkeypatch.setattr(KeptPagesMiddleware, "seconds", 60.0)
    client.get("/en/articles/sent-back/")
    Petition.objects.update(signature_count=4321)
    assert "4,321" not in client.get("/en/articles/sent-back/").content.decode()
    PublicVersion.bump()
    assert "4,321" in client.get("/en/articles/sent-back/").content.decode()


def test_an_article_page_asks_as_little_with_three_signatures_as_with_none(client, article, django_assert_num_queries):
    # the public version; article and petition; its languages; the demand's versions; the latest news
    with django_assert_num_queries(8):  # two of them whether the site is open
        client.get("/en/articles/sent-back/")
    for _ in range(3):
        make_signatory(Petition.objects.get())
    with django_assert_num_queries(8):  # two of them whether the site is open
        client.get("/en/articles/sent-back/")


def test_pages_are_not_kept_for_those_who_ask_with_a_query_or_post(client, article, monkeypatch):
    monkeypatch.setattr(KeptPagesMiddleware, "seconds", 60.0)
    client.get("/en/petitions/let-them-choose/?q=1")
    client.post("/en/petitions/let-them-choose/sign/", {})
    assert "error-summary" not in client.get("/en/petitions/let-them-choose/").content.decode()


def test_every_answer_carries_the_policy(client, article):
    for path in [*PUBLIC[:3], "/en/nowhere/", "/api/petitions/let-them-choose/"]:
        headers = client.get(path.format(language="en")).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_the_frame_for_partners_may_be_framed_and_nothing_else(client, article):
    framed = client.get("/en/petitions/let-them-choose/embed/").headers
    assert "frame-ancestors *" in framed["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed
    assert client.get("/en/petitions/let-them-choose/").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("headers", "extra"),
    [
        ({"X-Forwarded-For": "127.0.0.1"}, {}),
        ({"Forwarded": "for=127.0.0.1"}, {}),
        ({"Host": "testserver"}, {}),
        ({}, {"REMOTE_ADDR": "192.0.2.7"}),
    ],
)
def test_the_mailbox_opens_only_to_this_machine(client, db, headers, extra):
    assert client.get("/mailbox/", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/mailbox/", headers={"Host": "127.0.0.1:8000"} | headers, **extra).status_code == 404


def test_there_is_no_mailbox_outside_development(client, db, settings):
    settings.HAS_MAILBOX = False
    assert client.get("/mailbox/", headers={"Host": "localhost"}).status_code == 404


def test_health_is_asked_without_the_database(client):
    assert client.get("/healthz").content == b"ok\n"


def test_pages_are_found_in_each_language_only_where_there_is_an_edition(client, db):
    make_petition("english-only", languages=("en",))
    assert client.get("/en/petitions/english-only/").status_code == 200
    assert client.get("/ko/petitions/english-only/").status_code == 404
