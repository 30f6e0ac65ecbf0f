"""Names: whatever a person is called is taken as she writes it; what nobody is called is told for what it is."""

import pytest

from campaign.actions.signing.names import INVISIBLE, MARKS, START, URL, NameUnusableError, parse_name
from campaign.exports.csv import escape_cell, unescape_cell

GOOD = [
    "བསྟན་འཛིན་རྒྱ་མཚོ",  # the tsheg stands between the syllables
    "哈勇‧諾幹",
    "李〇",
    "John Smith Ⅲ",
    "王（小明）",
    "አበበ፡ቢቂላ",
    "O＇Brien",
    "葛\U000e0100城",  # a variant that Japanese registers tell apart
    "می‌خواهم",
    "김.민",
    "J.R.R. Tolkien",
    "A.Io",
    "J.Ru",
    "J.Com",
    "Dr.Kim",
    "dr.li",
    "Dr.Link",
    "Ma.de los Ángeles",
    "St.John",
    "j.smith",
    "Kim s/o Raj",
    "Anna Com",
]
ADDRESSES = [
    "evil.de/phish",
    "t.me/x",
    "Evil.De/phish",
    "example.co.uk",
    "see evil.de",
    "(evil.de)",
    "evil.com",
    "EVIL.COM",
    "Evil.ru",
    "x.com",
    "악마.com",
    "m.evil.link",
    "www.evil",
    "https://evil.example",
]


def refusal_of(text):
    with pytest.raises(NameUnusableError) as told:
        parse_name(text)
    return told.value.code


@pytest.mark.parametrize("name", GOOD)
def test_a_name_is_taken_as_it_is_written_and_comes_back_out_of_a_cell(name):
    assert parse_name(name) == name
    assert unescape_cell(escape_cell(name)) == name


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_web_address_is_no_name(text):
    assert refusal_of(text) == URL


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c"])
def test_marks_of_direction_around_a_name_are_left_off_and_within_it_refused(mark):
    assert parse_name(f"{mark} محمد علي {mark}") == "محمد علي"
    assert refusal_of(f"محمد{mark} علي") == INVISIBLE
    assert refusal_of(mark) == INVISIBLE


@pytest.mark.parametrize("filler", ["\u3164", "\u115f", "\u1160", "\uffa0", "\u17b4", "\u17b5"])
def test_letters_that_show_nothing_are_no_name_and_hide_in_none(filler):
    assert refusal_of(filler * 3) == INVISIBLE
    assert refusal_of(f"김{filler}민") == INVISIBLE


@pytest.mark.parametrize("text", ["Ⅲ", "〇", "་", "（）", "12"])
def test_a_name_has_a_letter(text):
    assert refusal_of(text) == MARKS


@pytest.mark.parametrize("text", ["་བསྟན", "‧諾幹", "）王", "፡ቢቂላ", "-Kim"])
def test_a_name_begins_with_no_mark_that_stands_between(text):
    assert refusal_of(text) == START
