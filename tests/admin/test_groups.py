"""Three groups, each with just what it needs; and which pages each of them is let into."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from campaign.admin.site import admin_site
from campaign.models import Signatory
from tests.factories import make_article, make_signatory, make_staff

PERMISSIONS = {
    "Editor": {
        "view_article", "add_article", "change_article", "delete_article", "publish_article",
        "view_articleedition", "add_articleedition", "change_articleedition", "delete_articleedition",
        "view_petition", "add_petition", "change_petition", "publish_petition",
        "view_petitionedition", "add_petitionedition", "change_petitionedition", "delete_petitionedition",
        "view_goalmeaning", "add_goalmeaning", "change_goalmeaning", "delete_goalmeaning",
        "view_update", "add_update", "change_update", "delete_update", "mail_update",
        "view_mailing", "view_notice",
        "view_riskyprovider", "add_riskyprovider", "change_riskyprovider", "delete_riskyprovider",
    },
    "Moderator": {
        "view_petition", "view_signatory", "moderate_signatory", "open_signatory", "view_decision",
        "view_bulkdecision", "view_outgoingmail", "retry_outgoingmail", "view_notice", "change_notice",
        "view_listedword", "add_listedword", "change_listedword", "delete_listedword",
    },
    "Delivery officer": {
        "view_petition", "view_delivery", "request_delivery", "download_delivery", "view_accessrecord",
        "view_notice", "change_notice", "approve_delivery", "view_addressee", "add_addressee", "change_addressee",
    },
}  # fmt: skip
LISTS = {
    "Editor": {"article", "petition", "update", "mailing", "riskyprovider", "notice"},
    "Moderator": {"petition", "signatory", "decision", "bulkdecision", "outgoingmail", "notice"},
    "Delivery officer": {"petition", "addressee", "delivery", "accessrecord", "notice"},
}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_each_group_has_just_what_it_needs(db, name):
    assert set(Group.objects.get(name=name).permissions.values_list("codename", flat=True)) == PERMISSIONS[name]


def test_the_migration_and_django_make_each_permission_once(db):
    """Django makes permissions after the migrations; those made by the migration are the same rows."""
    ours = Permission.objects.filter(content_type__app_label="campaign")
    assert ours.count() == len(set(ours.values_list("content_type", "codename")))
    assert Permission.objects.get(codename="open_signatory").name == "Can see who a signatory is"


@pytest.mark.parametrize("name", LISTS)
def test_each_group_is_let_into_its_own_lists_only(logged_in, petition, name):
    make_article(petition)
    make_signatory(petition)
    client = logged_in(name)
    models = [model._meta for model in admin_site._registry]
    addresses = {
        model.model_name: reverse(f"admin:{model.app_label}_{model.model_name}_changelist") for model in models
    }
    seen = {model for model, address in addresses.items() if client.get(address).status_code == 200}
    assert seen == LISTS[name]
    assert client.get("/admin/").status_code == 200


def test_who_is_not_logged_in_is_sent_to_the_login(client, petition):
    row = make_signatory(petition)
    for address in ("", "campaign/signatory/", f"campaign/signatory/{row.pk}/act/who/", "campaign/signatory/find/"):
        answer = client.get(f"/admin/{address}")
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next=/admin/{address}")


def test_nothing_is_done_without_the_token_of_the_form(client, petition):
    """The client of the tests sends no CSRF token unless it is given one."""
    row = make_signatory(petition)
    client.force_login(make_staff())
    for address in (
        f"campaign/signatory/{row.pk}/act/reject/",
        "campaign/signatory/decide/",
        "campaign/signatory/find/",
        "notices/seen/",
        "queue/try/",
    ):
        assert client.post(f"/admin/{address}", {"reason": "None."}).status_code == 403
    assert Signatory.objects.get().state == "confirmed"
