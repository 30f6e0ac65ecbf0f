"""Public pages go out compressed where no proxy does it; what holds a secret never does."""

import gzip

import pytest

from campaign.middleware import KeptPagesMiddleware
from tests.factories import make_article

PACKED = {"Accept-Encoding": "gzip, deflate, br"}
PAGE = "/en/articles/sent-back/"


@pytest.fixture
def article(petition):
    return make_article(petition)


@pytest.mark.parametrize("seconds", [0.0, 60.0], ids=["made anew", "kept"])
def test_a_public_page_is_the_same_compressed(client, article, monkeypatch, seconds):
    monkeypatch.setattr(KeptPagesMiddleware, "seconds", seconds)
    for _ in range(2):
        plain, packed = client.get(PAGE), client.get(PAGE, headers=PACKED)
        assert (plain.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
        assert gzip.decompress(packed.content) == plain.content
        for answer in (plain, packed):
            assert (answer["Content-Length"], answer["Vary"]) == (str(len(answer.content)), "Accept-Encoding")


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "x-gzipped"])
def test_who_takes_no_gzip_gets_none(client, article, accepted):
    assert "Content-Encoding" not in client.get(PAGE, headers={"Accept-Encoding": accepted})


@pytest.mark.parametrize("path", ["/en/petitions/let-them-choose/check-your-email/", f"/en/s/{'A' * 43}/", "/healthz"])
def test_what_no_cache_may_hold_is_not_compressed(client, article, path):
    assert "Content-Encoding" not in client.get(path, headers=PACKED)
