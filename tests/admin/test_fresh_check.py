"""What asks once more who is there: all that the admin adds to Django's, but for what stands here by name."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from campaign.admin.sessions import CHECKED
from campaign.admin.site import admin_site
from tests.factories import make_petition

# Neither shows nor orders personal data, nor changes an account.
ACTS_WITHOUT = {
    "article": {"publish", "unpublish"},
    "petition": {"publish", "open", "pause", "resume", "close", "new-version", "names", "canary", "prove-key"},
    "signatory": {"reject", "restore", "refuse-name", "review-name"},
    "bulkdecision": {"cancel"},
    "delivery": {"cancel", "retry", "manifest", "hand-over", "correct-handover", "reply", "pass-on", "delete-file"},
    "outgoingmail": {"retry"},
    "update": {"mail"},
    "mailing": {"cancel"},
    "user": set(),
}
VIEWS_WITHOUT = {
    "notices-seen", "queue-try", "campaign_article_preview", "campaign_petition_preview", "campaign_signatory_decide",
    "campaign_accessrecord_review", "campaign_accessrecord_month", "auth_user_changelist", "auth_user_history",
    "auth_group_changelist", "auth_group_history",
}  # fmt: skip
KEEPS_WHAT_WAS_TYPED = {"campaign_petition_deliver"}  # asks on GET; too late a POST is drawn again, and orders nothing
DJANGOS = ("_changelist", "_add", "_history", "_delete", "_change")
DJANGOS_OWN = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n",
               "view_on_site", "app_list"}  # fmt: skip


@pytest.fixture
def stale(boss) -> Client:
    """A superuser who showed long ago who she is."""
    session = boss.session
    session[CHECKED] = 0.0
    session.save()
    return boss


def names_in(patterns) -> Iterator[tuple[str, list[str]]]:
    """The names of addresses, and what each has to be filled with."""
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names_in(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name, list(pattern.pattern.converters)


def is_looked_at(name: str) -> bool:
    """Whether it is ours, or of an account; acts are looked at one by one."""
    is_djangos = name in DJANGOS_OWN or (name.endswith(DJANGOS) and not name.startswith("auth_"))
    return not is_djangos and not name.endswith("_act")


def test_an_act_without_a_fresh_check_stands_here_by_name():
    acts = {model._meta.model_name: getattr(each, "acts", None) for model, each in admin_site._registry.items()}
    without = {name: {act.name for act in some if not act.needs_fresh_check} for name, some in acts.items() if some}
    assert without == ACTS_WITHOUT


def test_a_view_without_a_fresh_check_stands_here_by_name(stale):
    pk = make_petition().pk
    filling = {"object_id": pk, "petition_id": pk, "id": pk, "language": "en", "year": 2020, "month": 1}
    let_in = set()
    for name, gaps in names_in(admin_site.urls[0]):
        if not is_looked_at(name):
            continue
        address = reverse(f"admin:{name}", kwargs={gap: filling[gap] for gap in gaps})
        answers = [answer for answer in (stale.get(address), stale.post(address)) if answer.status_code != 405]
        if {urlsplit(answer.get("Location", "")).path for answer in answers} != {"/admin/check/"}:
            let_in.add(name)
    assert let_in == VIEWS_WITHOUT | KEEPS_WHAT_WAS_TYPED
