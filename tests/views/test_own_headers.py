"""Whatever is answered to somebody's own link, no cache and no index keeps: not where it leads, nor that it failed."""

import pytest

from tests.factories import make_petition

TOKEN = "A" * 43
KEPT_BY_NOBODY = ("no-store, private", "noindex, nofollow")
CROSS = {"Sec-Fetch-Site": "cross-site"}


def kept_by(response):
    return response["Cache-Control"], response["X-Robots-Tag"]


@pytest.mark.parametrize("area", ["s", "d", "u"])
@pytest.mark.parametrize(("method", "path", "status"), [
    ("get", "/en/{area}/{token}/", 404), ("get", "/en/{area}/{token}", 301), ("get", "/{area}/{token}/", 302),
    ("put", "/en/{area}/{token}/", (403, 405)), ("delete", "/en/{area}/{token}/", (403, 405)),
    ("post", "/en/{area}/{token}/", (403, 404)), ("get", "/en/{area}/a/b/", 404), ("get", "/en/{area}/", 404),
    ("get", "/en/{area}", 404), ("get", "/en//{area}/{token}/", 404), ("get", "/xx/{area}/{token}/", 404),
])  # fmt: skip
def test_no_answer_to_an_own_link_is_kept(client, db, area, method, path, status):
    response = getattr(client, method)(path.format(area=area, token=TOKEN), headers=CROSS)
    assert response.status_code in (status if isinstance(status, tuple) else (status,))
    assert kept_by(response) == KEPT_BY_NOBODY


@pytest.mark.parametrize("method", ["put", "options"])
def test_a_method_that_an_own_page_does_not_know_is_not_kept_either(client, db, method):
    response = getattr(client, method)(f"/en/s/{TOKEN}/")
    assert (response.status_code, kept_by(response)) == (405, KEPT_BY_NOBODY)


def test_the_way_to_https_is_kept_by_nobody(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(f"/en/s/{TOKEN}/")
    assert (response.status_code, kept_by(response)) == (301, KEPT_BY_NOBODY)


@pytest.mark.parametrize("slug", ["s", "d", "u"])
def test_a_petition_of_one_letter_is_a_public_page_like_any(client, db, slug):
    make_petition(slug)
    response = client.get(f"/en/petitions/{slug}/")
    assert ("X-Robots-Tag" in response, "public" in response["Cache-Control"]) == (False, True)
