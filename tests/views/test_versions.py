"""The history of a demand: every version, what changed, and why."""

import re

from django.utils.html import strip_tags

from campaign.actions.pages.editing import save_petition_edition
from campaign.actions.pages.publishing import make_next_version, publish_demands
from tests.factories import make_demand, make_petition

PAGE = "/en/petitions/let-them-choose/versions/"


def page_of(client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def test_each_version_says_what_changed_and_why_and_gives_its_text(client, petition):
    second = make_next_version(petition, language="en", reason="Clearer.")
    second.demand = "We ask the Government to act <now>."
    save_petition_edition(second)
    publish_demands([second])
    page = page_of(client)
    assert re.findall(r'<li id="version-(\d)">', page) == ["2", "1"]
    assert re.findall(r"<b>Why:</b> ([^<]+)<", page) == ["Clearer."]
    assert [strip_tags(words) for words in re.findall(r"<(?:del|ins)>(.+?)</(?:del|ins)>", page)] == [
        "removed: Ministry", "added: Government", "added:  &lt;now&gt;",
    ]  # fmt: skip
    assert re.findall(r'<div class="demand-text"><p>(.+?)</p>', page) == [
        "We ask the Government to act &lt;now&gt;.",
        "We ask the Ministry to act.",
    ]


def test_a_version_that_is_not_published_is_not_told(client, petition):
    make_demand(petition, version=2, published_at=None, reason="Secret.")
    assert re.findall(r'<li id="version-(\d)">', page_of(client)) == ["1"]


def test_the_demand_leads_to_its_history_once_there_is_one(client, petition):
    pages = [page_of(client, "/en/petitions/let-them-choose/")]
    make_demand(petition, version=2)
    pages.append(page_of(client, "/en/petitions/let-them-choose/"))
    assert [f'href="{PAGE}"' in page for page in pages] == [False, True]


def test_the_history_is_there_in_the_languages_of_the_demand_only(client, db):
    make_petition("english-only", languages=("en",))
    paths = [f"/{language}/petitions/english-only/versions/" for language in ("en", "ko")]
    assert [client.get(path).status_code for path in paths] == [200, 404]
    assert re.findall(r'hreflang="(.+?)"', page_of(client, paths[0])) == ["en"]
