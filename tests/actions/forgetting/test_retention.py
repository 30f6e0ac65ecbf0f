"""Every field has a rule, and the rules that erase do erase."""

from django.apps import apps

from campaign.actions.forgetting import retention
from campaign.models import Signatory
from campaign.models.signatory import ERASED
from tests.factories import make_signatory, show_name


def fields_of(model):
    return {field.name for field in model._meta.concrete_fields}


def models_of(app):
    return {model._meta.model_name: model for model in apps.get_app_config(app).get_models()}


def test_no_model_has_a_field_that_no_rule_names():
    told = {model: set(rules) for model, rules in retention.FIELDS.items()}
    assert told == {name: fields_of(model) for name, model in models_of("campaign").items()}


def test_no_library_keeps_what_no_rule_names():
    others = {model._meta.label_lower for model in apps.get_models() if model._meta.app_label != "campaign"}
    assert set(retention.OTHERS) == others


def test_what_is_said_to_go_with_the_person_goes_with_her(petition):
    gone = {name for name, rule in retention.FIELDS["signatory"].items() if rule == retention.PERSON}
    row = make_signatory(petition, wants_updates=True, visibility="public", country="KR")
    show_name(row)
    Signatory.objects.filter(pk=row.pk).erase("withdraw")
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in gone} == {name: ERASED[name] for name in gone}
    assert set(ERASED) - gone == {"words_differ", "network_tag"}
