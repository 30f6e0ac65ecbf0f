"""What the papers of a delivery say: in each language, from the log and from what became of the forms."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from campaign.actions.delivering import papers
from campaign.actions.delivering.makings import making_of
from campaign.actions.delivering.papers import default_letter, papers_in, readme
from campaign.actions.signing.signatories import withdraw
from campaign.exports import pdf
from campaign.exports.facts import Tally
from campaign.merkle import entries
from tests.actions.delivering.asking import deliver
from tests.factories import make_signatory, make_staff

LANGUAGES = ["en", "ko", "zh-hans"]


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def making(petition):
    """Of three rows; before it one person withdrew, one is only counted, one waits and two are rejected."""
    people = [make_signatory(petition, name=f"Person {number}", country="KR") for number in range(4)]
    make_signatory(petition, visibility="counted")
    for state in ("pending", "rejected", "rejected"):
        make_signatory(petition, state=state)
    withdraw(people[3])
    officers = [make_staff("Delivery officer", name=name) for name in ("first", "second")]
    letters = {"en": "To [addressee]: [rows] of [count] in [unknown].", "ko": "", "zh-hans": ""}
    delivery = deliver(petition, *officers, languages=LANGUAGES, letters=letters)
    assert (delivery.state, delivery.row_count) == ("built", 3)
    return making_of(delivery, list)


def written(making, language: str) -> dict[str, list[str]]:
    """The words of each paper, block by block."""
    made = papers_in(language, making.facts, making.tally, rows=making.rows)
    return {name.partition("-")[0]: [words_of(block) for block in data["blocks"]] for name, data in made.items()}


def words_of(block: dict[str, object]) -> str:
    parts = [block.get(key, "") for key in ("text", "lines", "head", "rows")]
    return " ".join(map(str, parts))


def test_there_is_a_letter_a_statement_and_statistics_in_each_language(making):
    for language in LANGUAGES:
        made = papers_in(language, making.facts, making.tally, rows=making.rows)
        assert sorted(made) == [f"{name}-{language}.pdf" for name in ("letter", "statement", "statistics")]
        assert {data["language"] for data in made.values()} == {language}


def test_a_letter_says_what_staff_wrote_and_else_what_the_template_of_its_language_says(making):
    assert any("To The Ministry: 3 of 4 in [unknown]." in words for words in written(making, "en")["letter"])
    for language in ("ko", "zh-hans"):
        letter = " ".join(written(making, language)["letter"])
        assert default_letter(language).splitlines()[0] in letter
        assert ("Dear Sir" in letter, "[rows]" in letter) == (False, False)


def test_the_statement_tells_the_confirmed_share_each_reason_and_each_day(making):
    statement = " ".join(written(making, "en")["statement"])
    today = papers.date_format(date.today())  # noqa: DTZ011
    told = [
        "Of 8 forms that came in, 50.0 % stand confirmed",
        "['rows in this delivery', '3']",
        "['public count in the log', '4']",
        "['set aside: another reason', '2']",
        f"['{today}', '4', '0', '0']",
    ]
    assert [words for words in told if words not in statement] == []


def test_each_day_of_the_log_is_told_with_what_came_and_what_ended(making):
    day = entries.day_number(date(2026, 5, 3))
    tally = Tally({})
    tally.add_entries([entries.text(day, bytes(32)), entries.added(day, bytes(32)), entries.added(day + 1, bytes(32)),
                       entries.withdrawn(day + 1, 1, 1), entries.rejected(day + 2, 2, 3)])  # fmt: skip
    with translation.override("en"):
        (_heading, table) = papers._by_day(tally)
        days = [papers.date_format(date(2026, 5, 3) + timedelta(days=place)) for place in (2, 1, 0)]
    assert table["rows"] == [[days[0], "0", "0", "1"], [days[1], "1", "1", "0"], [days[2], "1", "0", "0"]]


def test_the_statistics_draw_languages_countries_and_days(making):
    told = papers_in("en", making.facts, making.tally, rows=making.rows)["statistics-en.pdf"]["blocks"]
    kinds = [block["kind"] for block in told]
    assert kinds == ["heading", "bars"] * 2 + ["heading", "days"] * 2
    assert told[1]["rows"] == [["other or not told", 3, "3"]]  # too few to be told by country


def test_the_readme_says_how_to_check_in_each_language_and_where_the_key_stands(making):
    text = readme(making.facts)
    assert text.count("python3 verify.py --key") == 3
    assert text.count("http://testserver/log/let-them-choose/key") == 3
