"""Sentences one after the other, as each language sets them."""

from collections.abc import Iterable
from functools import reduce

from django.utils.translation import pgettext


def run_on(sentences: Iterable[str]) -> str:
    """With a blank between them, or with none as in Chinese."""
    return reduce(_follow, sentences)


def _follow(first: str, second: str) -> str:
    return pgettext("two sentences, one after the other", "%(first)s %(second)s") % {"first": first, "second": second}
