"""Every field has a rule, and the rules that erase do erase."""

from django.apps import apps

from campaign.actions import retention
from campaign.models import Signatory
from campaign.models.signatory import ERASED
from tests.factories import make_signatory


def fields_of(model):
    return {field.name for field in model._meta.concrete_fields}


def test_no_model_has_a_field_that_no_rule_names():
    models = {model._meta.model_name: model for model in apps.get_app_config("campaign").get_models()}
    assert set(models) == set(retention.FIELDS) | retention.STAY_WHOLE
    for name, rules in retention.FIELDS.items():
        assert set(rules) == fields_of(models[name]), name


def test_what_is_said_to_go_with_the_person_goes_with_her(petition):
    gone = {name for name, rule in retention.FIELDS["signatory"].items() if rule == retention.PERSON}
    row = make_signatory(petition, wants_updates=True, visibility="public", country="KR")
    Signatory.objects.filter(pk=row.pk).update(public_name="Hong Gildong")
    Signatory.objects.filter(pk=row.pk).erase("withdraw")
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in gone} == {name: ERASED[name] for name in gone}
    assert set(ERASED) - gone == {"words_differ"}
