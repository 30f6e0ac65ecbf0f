"""How far a petition has come, in the words of the active language: for its pages, and for the script on them."""

from django.conf import settings
from django.utils.formats import localize
from django.utils.translation import get_language, gettext, ngettext, override

from campaign.models import Petition

FEW = 10  # signatures: below that the page invites to be among the first


def count_said(petition: Petition, *, is_own_page: bool = False) -> tuple[str, str, str]:
    """What stands before the number, the number, and what comes after it; at nought the sentence takes its place."""
    count = petition.signature_count
    if count:
        number = localize(count)
        sentence = ngettext("%(number)s person has signed", "%(number)s people have signed", count)
        before, _, after = sentence.partition("%(number)s")
        return before, number, after
    if is_own_page:  # she has just signed herself
        return gettext("The first signatures are being counted"), "", ""
    return "", gettext("Be the first to sign") if petition.is_open else gettext("Nobody has signed"), ""


def meanings_of(petition: Petition) -> dict[str, str]:
    """What the next goal stands for, by language; nothing where the editors said nothing."""
    return {said.language: said.meaning for said in petition.goal_meanings.all() if said.goal == petition.goal}


def goal_said(petition: Petition, *, is_own_page: bool = False) -> str:
    """What the next goal still wants and what it stands for; who could be among the first is invited to."""
    said, meaning = _goal_said(petition, is_own_page=is_own_page), meanings_of(petition).get(get_language() or "")
    return gettext("%(goal)s: %(meaning)s") % {"goal": said, "meaning": meaning} if meaning else said


def _goal_said(petition: Petition, *, is_own_page: bool) -> str:
    count, goal = petition.signature_count, localize(petition.goal)
    missing = petition.goal - count
    if missing <= 0:
        return gettext("The goal of %(goal)s is reached") % {"goal": goal}
    if not count:
        return gettext("The first goal is %(goal)s") % {"goal": goal}
    if count < FEW and petition.is_open and not is_own_page:
        return gettext("Be among the first %(goal)s") % {"goal": goal}
    wanted = ngettext("%(number)s more to reach %(goal)s", "%(number)s more to reach %(goal)s", missing)
    return wanted % {"number": localize(missing), "goal": goal}


def words_of(petition: Petition) -> dict[str, dict[str, object]]:
    """The same by language; `own_goal` is for the page of who has signed already."""
    said: dict[str, dict[str, object]] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            goals = {"goal": goal_said(petition), "own_goal": goal_said(petition, is_own_page=True)}
            said[language] = {"count": count_said(petition), **goals}
    return said
