"""Sentences one after the other."""

import pytest
from django.utils.translation import override

from campaign.actions.signing.ages import age_line
from campaign.actions.signing.sentences import run_on


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "One. Two. Three."), ("ko", "One. Two. Three."), ("zh-hans", "One.Two.Three.")],
)
def test_sentences_follow_each_other_as_the_language_sets_them(language, text):
    with override(language):
        assert run_on(["One.", "Two.", "Three."]) == text


def test_the_ages_stand_without_blanks_in_chinese():
    with override("zh-hans"):
        assert "。 " not in age_line()
