"""What the wizard refuses, and what it asks for twice."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaign.exports import pdf
from campaign.models import Addressee, Delivery, Petition
from tests.actions.delivering.asking import make_addressee
from tests.factories import make_petition, make_signatory
from tests.officers import make_high_risk_petition


@pytest.fixture(autouse=True)
def _no_papers(monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda: False)


@pytest.fixture
def officer(logged_in) -> Client:
    return logged_in("Delivery officer")


def wizard(petition: Petition) -> str:
    return f"/admin/campaign/petition/{petition.pk}/deliver/"


def fill_in(**values) -> dict[str, object]:
    moment = values.pop("as_of", timezone.localtime() + timedelta(minutes=1))
    return {
        "addressee": make_addressee().pk, "purpose": "For the hearing.", "as_of_0": f"{moment:%Y-%m-%d}",
        "as_of_1": f"{moment:%H:%M:%S}", "columns": ["country"], "languages": ["en"], "letter_en": "Dear [addressee].",
    } | values  # fmt: skip


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("make", [make_petition, make_high_risk_petition])
def test_neither_a_bundle_nor_what_a_dump_becomes_comes_from_nobody(officer, settings, make):
    settings.ORGANISATION_NAME = " "
    petition = make()
    make_signatory(petition)
    assert "set ORGANISATION_NAME on this server" in text(officer.get(wizard(petition)))
    answer = officer.post(wizard(petition), fill_in() | {"order": "1"})
    assert ["set ORGANISATION_NAME on this server" in each for each in answer.context["form"].non_field_errors()] == [
        True
    ]
    assert not Delivery.objects.exists()


def test_what_would_be_empty_is_said_so_and_not_asked_for(officer, petition):
    make_signatory(petition)
    words = fill_in(as_of=timezone.localtime() - timedelta(days=1))
    shown = text(officer.post(wizard(petition), words | {"preview": "1"}))
    sentence = "Nobody who can be delivered was confirmed by then: it would be empty."
    assert (sentence in shown, 'name="order"' in shown) == (True, False)
    answer = officer.post(wizard(petition), words | {"order": "1"})
    assert answer.context["form"].non_field_errors() == [sentence]
    assert not Delivery.objects.exists()


def test_a_new_addressee_is_added_in_a_popup_that_leaves_the_wizard_as_it_is(officer, petition):
    shown = text(officer.get(wizard(petition)))
    link = 'id="add_id_addressee" data-popup="yes" target="_blank" href="/admin/campaign/addressee/add/'
    assert (link in shown, "RelatedObjectLookups.js" in shown) == (True, True)
    address = "/admin/campaign/addressee/add/?_to_field=id&_popup=1"
    answer = officer.post(address, {"name": "The Ministry", "address": "", "age_key": "", "_popup": "1"})
    addressee = Addressee.objects.get()
    assert json.loads(answer.context["popup_response_data"]) == {"value": f"{addressee.pk}", "obj": "The Ministry"}
