"""What the papers of a delivery say, in one language each: the letter, the statement, the statistics, the README."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from campaign.countries import country_name
from campaign.exports.checker.notes import fingerprint
from campaign.exports.checker.workbook import headings_in
from campaign.exports.facts import DAILY, Facts, Tally, merge_small
from campaign.exports.folding import fold
from campaign.models import ReasonClass
from campaign.models.base import language_name

SMALL_CELL = 10  # fewer from one country are told together with others
_DAYS_SHOWN = 366
_DAYS_LISTED = 400
_GAPS = re.compile(r"\n\s*\n")
Block = dict[str, Any]


def default_letter(language: str) -> str:
    """The letter as our template has it, for staff to change; words in brackets are filled in when it is set."""
    with translation.override(language):
        return _as_paragraphs(render_to_string("delivery/letter.txt"))


def papers_in(language: str, facts: Facts, tally: Tally, *, rows: int) -> dict[str, Mapping[str, Any]]:
    """The papers in one language of the delivery: by the name of the file, what the template `document` takes."""
    with translation.override(language):
        statement, statistics = _("Statement of method and quality"), _("Statistics")
        return {
            f"letter-{language}.pdf": _paper(facts, language, "", _letter(facts, tally, rows, language)),
            f"statement-{language}.pdf": _paper(facts, language, statement, _statement(facts, tally, rows)),
            f"statistics-{language}.pdf": _paper(facts, language, statistics, _statistics(tally, language)),
        }


def readme(facts: Facts) -> str:
    """README.txt: the same in each language of the delivery."""
    texts = []
    for language in facts.languages:
        with translation.override(language):
            context = {"facts": facts, "title": facts.title_in(language), "addresses": facts.addresses[language]}
            texts.append(fold(_as_paragraphs(render_to_string("delivery/readme.txt", context))))
    return ("\n\n" + "=" * 72 + "\n\n").join(texts) + "\n"


def headings(columns: Sequence[str], language: str) -> list[str]:
    """The headings of tables that people read, in the delivery's first language: those that the verifier knows."""
    return headings_in(language, columns)


def table_paper(facts: Facts, lines: list[list[Any]], first: int) -> Mapping[str, Any]:
    """What the template `signatures` takes for one part of the rows."""
    language = facts.languages[0]
    with translation.override(language):
        told = {"first": number_format(first), "last": number_format(first + len(lines) - 1)}
        return {
            **_paper(facts, language, "", []),
            "subtitle": _("Signatures %(first)s to %(last)s") % told,
            "headings": headings(facts.columns, language),
            "rows": [_in_words(line, facts.columns, language) for line in lines],
        }


def _in_words(line: list[Any], columns: list[str], language: str) -> list[Any]:
    """A row for paper: country and language by their names."""
    named = {"country": lambda code: country_name(code, language), "language": language_name}
    cells = [
        named[column](cell) if cell and column in named else cell
        for column, cell in zip(columns, line[2:], strict=True)
    ]
    return [*line[:2], *cells]


def _paper(facts: Facts, language: str, headline: str, blocks: list[Block]) -> dict[str, Any]:
    title = _("Delivery No. %(number)s: %(title)s") % {"number": facts.number, "title": facts.title_in(language)}
    return {
        "title": title, "author": facts.organisation, "footer": title, "language": language,
        "made_at": facts.made_at, "headline": headline, "blocks": blocks,
    }  # fmt: skip


# --- The letter ------------------------------------------------------------------------------------------------------
def _letter(facts: Facts, tally: Tally, rows: int, language: str) -> list[Block]:
    made_on = datetime.fromtimestamp(facts.made_at, UTC).date()
    text = fill_in(facts.letters.get(language) or default_letter(language), facts, tally, rows=rows, language=language)
    return [
        {"kind": "right", "lines": [facts.organisation, facts.contact, date_format(made_on)]},
        {"kind": "lines", "lines": [facts.addressee, *facts.address.splitlines()]},
        {"kind": "space"},
        *({"kind": "lines", "lines": part.splitlines()} for part in _GAPS.split(text.strip())),
        {"kind": "table", "rows": _facts_told(facts, tally, rows, language)},
        {"kind": "text", "text": _("Fingerprint of the key that seals the log and this delivery:")},
        {"kind": "mono", "text": fingerprint(facts.log_key)},
        {"kind": "text", "text": _("Your own address, to acknowledge receipt and to see which rows to strike out:")},
        {"kind": "mono", "text": facts.addresses[language]["link"]},
    ]


def fill_in(text: str, facts: Facts, tally: Tally, *, rows: int, language: str) -> str:
    """Put what is known only now into a letter's brackets; other brackets stay as they are."""
    known = {
        "rows": number_format(rows), "count": number_format(tally.count), "title": facts.title_in(language),
        "number": str(facts.number), "organisation": facts.organisation, "addressee": facts.addressee,
        "as_of": _moment(facts.as_of),
    }  # fmt: skip
    return re.sub(r"\[(\w+)\]", lambda found: known.get(found[1], found[0]), text)


def _facts_told(facts: Facts, tally: Tally, rows: int, language: str) -> list[list[str]]:
    approval = [[_("Approved"), _("by the officer who asked for it: there was no second one")]]
    return [
        [_("Petition"), f"{facts.title_in(language)}\n{facts.addresses[language]['petition']}"],
        [_("Delivery"), _("No. %(number)s") % {"number": facts.number}],
        [_("Rows in this delivery"), number_format(rows)],
        [_("Public count in the log"), number_format(tally.count)],
        [_("Confirmed until"), _moment(facts.as_of)],
        *(approval if facts.is_self_approved else []),
        [_("Public record"), facts.addresses[language]["record"]],
    ]


def _moment(iso: str) -> str:
    return date_format(datetime.fromisoformat(iso), "DATETIME_FORMAT") + " UTC"


# --- The statement ---------------------------------------------------------------------------------------------------
def _statement(facts: Facts, tally: Tally, rows: int) -> list[Block]:
    return [
        *_blocks(render_to_string("delivery/statement.txt")),
        {"kind": "heading", "text": _("In numbers")},
        {"kind": "table", "rows": [[name, number_format(count)] for name, count in _numbers(facts, tally, rows)]},
        *_share(facts),
        *_by_day(tally),
    ]


def _blocks(text: str) -> Iterator[Block]:
    for part in _GAPS.split(_as_paragraphs(text)):
        kind = "heading" if part.startswith("# ") else "text"
        yield {"kind": kind, "text": part.removeprefix("# ")}


def _numbers(facts: Facts, tally: Tally, rows: int) -> Iterator[tuple[str, int]]:
    counts = tally["entries"]
    yield _("rows in this delivery"), rows
    yield _("public count in the log"), tally.count
    yield _("signatures that ever came to count, corrected ones each time"), counts["2"]
    yield _("ended by their owners, or corrected"), counts["3"]
    yield _("set aside by a moderator"), counts["4"]
    for reason in ReasonClass:
        if facts.states.get(reason.value):
            yield _("set aside: %(reason)s") % {"reason": reason.label}, facts.states[reason.value]


def _share(facts: Facts) -> list[Block]:
    """How many of the forms that came in were confirmed, where the site has counted it."""
    confirmed, forms = facts.states.get("confirmed", 0), facts.states.get("forms", 0)
    if not forms:
        return []
    told = {"share": f"{100 * confirmed / forms:.1f}", "forms": number_format(forms)}
    sentence = _("Of %(forms)s forms that came in, %(share)s %% stand confirmed; the rest expired, wait, or ended.")
    return [{"kind": "text", "text": sentence % told}]


def _by_day(tally: Tally) -> list[Block]:
    """The newest days on which the log changed, with how many came to count, ended, and were set aside."""
    counters = [tally[name] for name in DAILY.values()]
    days = sorted({day for counter in counters for day in counter}, reverse=True)[:_DAYS_LISTED]
    if not days:
        return []
    head = [_("Day"), _("came to count"), _("ended by their owners, or corrected"), _("set aside")]
    rows = [
        [date_format(date.fromisoformat(day)), *(number_format(counter.get(day, 0)) for counter in counters)]
        for day in days
    ]
    told = _("By day, in the log") if len(days) < _DAYS_LISTED else _("By day, in the log: the newest days")
    return [{"kind": "heading", "text": told}, {"kind": "numbers", "head": head, "rows": rows}]


# --- The statistics --------------------------------------------------------------------------------------------------
def _statistics(tally: Tally, language: str) -> list[Block]:
    countries = [
        (country_name(code, language) if code else _("other or not told"), count)
        for code, count in merge_small(tally["country"], SMALL_CELL)
    ]
    languages = [(language_name(code), count) for code, count in merge_small(tally["language"], 1)]
    return [
        *_bars(_("By country"), countries),
        *_bars(_("By language of the text that was signed"), languages),
        *_days(_("By day of signing, in this delivery"), tally["signed_on"]),
        *_days(_("By day on which a signature came to count, in the log"), tally["added_on"]),
    ]


def _bars(title: str, counts: list[tuple[str, int]]) -> list[Block]:
    rows = [[name, count, number_format(count)] for name, count in counts]
    return [{"kind": "heading", "text": title}, {"kind": "bars", "rows": rows}] if rows else []


def _days(title: str, counts: Mapping[str, int]) -> list[Block]:
    if not counts:
        return []
    last, most = date.fromisoformat(max(counts)), max(counts, key=lambda day: counts[day])
    first = max(date.fromisoformat(min(counts)), last - timedelta(days=_DAYS_SHOWN))
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    top = {"number": number_format(counts[most]), "day": date_format(date.fromisoformat(most))}
    return [
        {"kind": "heading", "text": title},
        {
            "kind": "days", "values": [counts.get(day.isoformat(), 0) for day in days],
            "top": _("At most %(number)s on one day, %(day)s.") % top,
            "first": date_format(first), "last": date_format(last),
        },
    ]  # fmt: skip


def _as_paragraphs(text: str) -> str:
    """A rendered template without the blank lines that its tags leave."""
    return re.sub(r"\n\s*\n", "\n\n", text).strip()
