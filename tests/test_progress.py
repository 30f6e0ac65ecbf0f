"""What a page says of the count and the next goal: to the first, to the early ones, to many, in every language."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from campaign.actions.pages.progress import words_of
from campaign.models import Petition
from tests.factories import make_petition

LANGUAGES = [code for code, _name in settings.LANGUAGES]


def counted(count: int, state: str = "open") -> Petition:
    """One that is in no database, and whose goals stand for nothing."""
    petition = Petition(pk=1, slug="x", signature_count=count, state=state)
    petition._prefetched_objects_cache = {"goal_meanings": []}
    return petition


def said(count: int, *, language: str = "en", state: str = "open", own_page: bool = False) -> list[str]:
    """The words on the page: of the count, and of the goal."""
    return said_of(counted(count, state), language=language, own_page=own_page)


def said_of(petition: Petition, *, language: str = "en", own_page: bool = False) -> list[str]:
    with override(language):
        html = render_to_string("petition/_progress.html", {"petition": petition, "own_page": own_page})
    return [re.sub(r"<[^>]+>", "", words) for words in re.findall(r"<p[^>]*>(.*?)</p>", html)]


@pytest.mark.parametrize(
    ("count", "people", "goal"),
    [
        (0, "Be the first to sign", "The first goal is 100"),
        (1, "1 person has signed", "Be among the first 100"),
        (9, "9 people have signed", "Be among the first 100"),
        (10, "10 people have signed", "90 more to reach 100"),
        (1_284, "1,284 people have signed", "3,716 more to reach 5,000"),
        (200_000, "200,000 people have signed", "The goal of 100,000 is reached"),
    ],
)
def test_the_next_goal_is_named_and_the_first_are_invited(count, people, goal):
    assert said(count) == [people, goal]


def test_who_has_signed_is_not_asked_to_be_the_first():
    assert said(0, own_page=True) == ["The first signatures are being counted", "The first goal is 100"]
    assert said(3, own_page=True) == ["3 people have signed", "97 more to reach 100"]


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("state", ["paused", "closed"])
def test_nobody_is_invited_to_a_petition_that_takes_no_signatures(state, count):
    words = " ".join(said(count, state=state))
    assert (words[:6], "first 100" in words) == ("Nobody" if not count else "3 peop", False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 1_284, 200_000])
def test_the_script_is_told_the_words_that_the_page_says(language, count):
    words = words_of(counted(count))[language]
    assert ["".join(words["count"]), words["goal"]] == said(count, language=language)
    if count:
        assert words["own_goal"] == said(count, language=language, own_page=True)[1]


@pytest.mark.django_db
def test_what_a_goal_stands_for_is_said_beside_it_as_long_as_it_is_the_next(client):
    petition = make_petition(goal_steps=[100, 600], signature_count=40)
    for language, meaning in {"en": "as many as were sent back", "ko": "송환된 사람 수"}.items():
        petition.goal_meanings.create(goal=600, language=language, meaning=meaning)
    assert said_of(petition)[1] == "60 more to reach 100"
    petition.signature_count = 590
    assert said_of(petition)[1] == "10 more to reach 600: as many as were sent back"
    assert said_of(petition, own_page=True)[1] == "10 more to reach 600: as many as were sent back"
    assert said_of(petition, language="ko")[1] == "목표 600명까지 10명 남았습니다(송환된 사람 수)"
    assert said_of(petition, language="zh-hans")[1] == "距离600人的目标还差10人"
    petition.signature_count = 600
    petition.save()
    assert said_of(petition)[1] == "The goal of 600 is reached: as many as were sent back"
    words = client.get(f"/api/petitions/{petition.slug}/").json()["words"]
    assert {language: words[language]["goal"] for language in words} == {
        language: said_of(petition, language=language)[1] for language in LANGUAGES
    }


@pytest.mark.django_db
def test_the_json_has_them(client):
    petition = make_petition()
    answer = client.get(f"/api/petitions/{petition.slug}/").json()
    assert answer["words"]["en"] == {
        "count": ["", "Be the first to sign", ""], "goal": "The first goal is 100", "own_goal": "The first goal is 100",
    }  # fmt: skip
    assert list(answer["words"]) == LANGUAGES
