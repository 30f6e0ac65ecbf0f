"""What changed between two versions of a demand is told word by word."""

import pytest

from campaign.actions.pages.versions import compare, versions_of
from campaign.models import PetitionEdition
from tests.factories import make_demand

MARKS = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}


def told(old: str, new: str) -> str:
    return "".join(MARKS[piece.kind].format(piece.text) for piece in compare(old, new))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Say it.", "Say it.", "Say it."),
        ("", "Say it.", "[+Say it.+]"),
        ("1. ask China to stop;", "1. ask Beijing to stop;", "1. ask [-China-][+Beijing+] to stop;"),
        ("a b, then", "c d, then", "[-a b-][+c d+], then"),
        ("중국에 요청하십시오.", "중국 정부에 요청하십시오.", "[-중국에-][+중국 정부에+] 요청하십시오."),
        ("三方会谈中提出此事；", "三方会谈中公开提出此事；", "三方会谈中[+公开+]提出此事；"),
    ],
)
def test_changes_are_told_in_words_of_each_script(old, new, words):
    assert told(old, new) == words


def test_each_version_is_held_against_the_one_before_it(petition):
    make_demand(petition, version=2, demand="We ask the Ministry to **speak**.")
    make_demand(petition, version=3, demand="We ask the Ministry to speak.", addressee="The Government",
                delivered_columns=["name"])  # fmt: skip
    editions = list(PetitionEdition.objects.filter(petition=petition, language="en").order_by("-version"))
    third, second, first = versions_of(editions)
    changed = [[part.name for part in version.parts if part.is_changed] for version in (third, second, first)]
    assert changed == [["To", "What the addressee gets of each signature"], ["Text"], []]
    assert [version.has_changes for version in (third, second, first)] == [True, True, False]


def test_bold_alone_is_no_change_of_words(petition):
    make_demand(petition, version=2, demand="We ask the **Ministry** to act.")
    editions = list(PetitionEdition.objects.filter(petition=petition, language="en").order_by("-version"))
    assert [version.has_changes for version in versions_of(editions)] == [False, False]
