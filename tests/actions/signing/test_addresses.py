"""Addresses: read once from the form, and again from the envelope without a second check."""

import pytest

from campaign.actions.signing.addresses import parse_address, read_mailed


@pytest.mark.parametrize("typed", ["Kim.Min+1@googlemail.com", "user@bücher.example", "Somebody@Example.ORG"])
def test_what_was_sealed_names_the_same_mailbox_when_it_is_read_back(typed):
    address = parse_address(typed)
    assert read_mailed(address.mailed) == address
