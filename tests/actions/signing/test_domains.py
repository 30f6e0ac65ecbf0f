"""The class of a mail domain: one of three words, whatever the domain."""

import pytest

from campaign.actions.signing.addresses import parse_address
from campaign.actions.signing.domains import domain_class
from campaign.models import Signatory
from tests.factories import make_signatory


@pytest.mark.parametrize(("address", "name"), [
    ("a@gmail.com", "free"), ("a@GoogleMail.com", "free"), ("a@naver.com", "free"), ("a@qq.com", "free"),
    ("a@mailinator.com", "disposable"), ("a@anything.yopmail.com", "disposable"),
    ("a@ministry.example", "other"), ("a@notgmail.com", "other"), ("a@com.example", "other"),
])  # fmt: skip
def test_an_address_has_the_class_of_its_provider(address, name):
    assert domain_class(parse_address(address)) == name


def test_a_signature_keeps_the_class_and_not_the_domain(petition):
    row = make_signatory(petition, email="somebody@mailinator.com")
    assert row.domain_class == "disposable"
    assert b"mailinator" not in repr(list(Signatory.objects.filter(pk=row.pk).values())).encode()
