"""Scripts of letters, and what a name is shortened to in its own script."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.actions.moderating.scripts import initials, is_mixed, script_of, scripts_of
from campaign.actions.signing.names import parse_name

LIVING = frozenset(
    {"Arabic", "Armenian", "Bengali", "Bopomofo", "Cherokee", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek",
     "Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Kannada", "Katakana", "Khmer", "Lao", "Latin",
     "Malayalam", "Mongolian", "Myanmar", "Oriya", "Sinhala", "Syriac", "Tamil", "Telugu", "Thaana", "Thai", "Tibetan",
     "Yi"}
)  # fmt: skip
# Marks of writing that count as letters, and that Unicode gives to no script in particular.
COMMON = {"GREEK NUMERAL SIGN", "ARABIC TATWEEL", "IDEOGRAPHIC CLOSING MARK", "HALFWIDTH KATAKANA VOICED SOUND MARK",
          "HALFWIDTH KATAKANA SEMI-VOICED SOUND MARK"}  # fmt: skip
LETTERS = st.characters(categories=["Lu", "Ll", "Lt", "Lo"])
WORDS = st.builds(str.__add__, LETTERS, st.text(st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Mc"]), max_size=8))


def test_the_script_of_every_letter_is_what_unicode_says_or_none():
    regex = pytest.importorskip("regex")
    patterns = {name.upper(): regex.compile(rf"\p{{Script={name}}}") for name in LIVING}
    letters = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == "L"]
    told = {letter: script_of(letter) for letter in letters}
    wrong = {letter for letter, script in told.items() if script in patterns and not patterns[script].match(letter)}
    assert {unicodedata.name(letter) for letter in wrong} == COMMON
    unknown = {letter for letter, script in told.items() if not script}
    assert len(letters) > 100_000
    assert (
        len([letter for letter in unknown if patterns["LATIN"].match(letter)]) < 200
    )  # forms that no name is written in


@pytest.mark.parametrize(("name", "shown"), [
    ("John Doe", "J. D."), ("john van der doe", "J. D."), ("Sukarno", "S."), ("Anne-Marie O’Brien", "A. O."),
    ("Émile Zola", "É. Z."), ("(Bob) Dylan 3", "B. D."), ("김철수", "김**"), ("남궁 민", "남**"), ("王伟", "王**"),
    ("欧阳修", "欧**"), ("山田 太郎", "山**"), ("やまだ", "や**"), ("محمد علي", "م. ع."), ("राम कुमार", "रा. कु."),
    ("Лев Толстой", "Л. Т."), ("გიორგი მაისურაძე", "გ. მ."), ("เอกชัย แสงจันทร์", "เอ. แส."), ("João", "J."),
    ("Kim 철수", "K. 철."), ("김 John", "김**"),
])  # fmt: skip
def test_a_name_is_shortened_as_its_script_does(name, shown):
    assert initials(parse_name(name)) == shown


@given(st.lists(WORDS, min_size=1, max_size=4).map(" ".join))
def test_initials_give_away_at_most_two_letters_of_any_name(text):
    name = parse_name(text)
    # A Thai or Lao vowel brings its consonant along; some letters are two in capitals (ß).
    assert 1 <= sum(unicodedata.category(mark)[0] == "L" for mark in initials(name)) <= 6


@pytest.mark.parametrize(("name", "mixed"), [
    ("John Doe", False), ("Jоhn Doe", True), ("김철수 (Kim)", False), ("王 Wang", False), ("山田 タロウ やまだ", False),
    ("Γιώργος Papadopoulos", True), ("محمد Mohammed", True), ("ﾀﾛｳ", False), ("Ana ① 2", False), ("김 タロウ", True),
])  # fmt: skip
def test_scripts_that_do_not_belong_together_are_noticed(name, mixed):
    assert is_mixed(name) == mixed


def test_marks_and_digits_are_of_no_script():
    assert scripts_of("J. D. – 3’") == {"LATIN"}
