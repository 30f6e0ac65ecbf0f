"""Every sentence of the site stands in every language, whole: with its blanks, its tags and the words it quotes."""

import re
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
BLANK = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
QUOTED = re.compile(r"“([^”]+)”")


def path_of(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / translation.to_locale(language) / "LC_MESSAGES" / "django.po"


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(path_of(language)))


def pairs(language: str) -> list[tuple[str, str]]:
    """Each English sentence with each of its translations; of a plural the form that names the number."""
    found = []
    for entry in catalogue(language):
        translated = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        found += [(entry.msgid_plural or entry.msgid, words) for words in translated]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_none_is_guessed_or_left_over(language):
    words = catalogue(language)
    assert [
        entry.msgid for entry in words.untranslated_entries() + words.fuzzy_entries() + words.obsolete_entries()
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_site_reads_is_what_translators_wrote(language):
    assert path_of(language).with_suffix(".mo").read_bytes() == catalogue(language).to_binary()


def test_all_languages_have_the_same_sentences():
    sentences = {frozenset((entry.msgctxt, entry.msgid) for entry in catalogue(language)) for language in LANGUAGES}
    assert len(sentences) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kept", [BLANK, TAG], ids=["blanks", "tags"])
def test_a_translation_keeps_blanks_and_tags(language, kept):
    wrong = [
        (one, other) for one, other in pairs(language) if Counter(kept.findall(one)) != Counter(kept.findall(other))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_with_the_same_white_space(language):
    def ends(text: str) -> tuple[bool, bool]:
        return text[:1].isspace(), text[-1:].isspace()

    wrong = [one for one, other in pairs(language) if one.strip(" ,") not in ("", "and") and ends(one) != ends(other)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_quotes_a_button_quotes_it_as_it_is_written_there(language):
    labels = dict(pairs(language))
    wrong = [
        (sentence, label)
        for sentence, words in pairs(language)
        for label in QUOTED.findall(sentence)
        if label in labels and labels[label] not in words
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Enter your full name."), ("ko", "성명을 입력해 주십시오."), ("zh-hans", "请输入您的全名。")],
)
def test_django_finds_the_words_of_each_language(language, sentence):
    with translation.override(language):
        assert translation.gettext("Enter your full name.") == sentence
