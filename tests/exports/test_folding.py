"""Plain text is folded to a width, and loses nothing by it."""

from hypothesis import example, given
from hypothesis import strategies as st

from campaign.exports.folding import WIDTH, columns_of, fold

words = st.text(st.sampled_from("ab 가나한字，。 "), max_size=300)


@given(words)
@example("가" * 30 + " " + "나" * 30)
@example("字" * 100)
def test_no_line_is_wider_than_the_width_unless_it_is_one_word_and_nothing_is_lost(text):
    lines = fold(text).split("\n")
    assert "".join(fold(text).split()) == "".join(text.split())
    if not text.startswith(" "):
        assert [line for line in lines if columns_of(line) > WIDTH and len(line.split()) > 1 and "字" not in line] == []


def test_chinese_is_folded_between_its_characters_and_never_before_a_full_stop():
    lines = fold("字" * 38 + "字。" + "字" * 20).split("\n")
    assert lines == ["字" * 38, "字。" + "字" * 20]


def test_what_is_indented_stays_and_what_follows_a_name_is_folded_beneath_itself():
    text = "    python3 " + "x" * 90 + "\nverify.py    " + "the program that checks it " * 4
    assert fold(text).split("\n") == [
        "    python3 " + "x" * 90,
        "verify.py    the program that checks it the program that checks it the program",
        "             that checks it the program that checks it",
    ]
