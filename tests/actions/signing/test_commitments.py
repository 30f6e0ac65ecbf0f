"""What the log will say of a signature: the public process commits to it while it holds the words, and again when they
change; nothing of it where no name is kept, and nothing left of it once the person is erased.
"""

import pytest

from campaign.actions.signing import signatories
from campaign.actions.signing.envelopes import open_identity
from campaign.actions.signing.signatories import Choices
from campaign.merkle.entries import commit_all
from campaign.models import Signatory
from tests.factories import make_signatory


def fresh(row):
    return Signatory.objects.select_related("petition", "edition").get(pk=row.pk)


def opened(row):
    """The commitment as who can open the envelope makes it: from the name and the salt within, and the row's words."""
    identity = open_identity(row)
    return commit_all(bytes.fromhex(identity["salt"]), {
        "text": row.edition.digest, "name": identity["name"], "country": row.country,
        "language": row.edition.language, "signed_on": row.signed_at.date().isoformat(),
    })  # fmt: skip


def chosen(**values):
    return Choices(**({"country": "DE", "visibility": "delivered", "wants_updates": False} | values))


@pytest.mark.parametrize("visibility", ["public", "initials", "delivered"])
def test_the_envelope_opens_the_commitment_of_its_row(petition, visibility):
    row = make_signatory(petition, state="pending", name="홍길동", language="ko", visibility=visibility)
    assert row.commitment == opened(row)
    assert (row.entry_index, row.amended_at) == (None, None)


def test_the_same_words_twice_have_commitments_that_do_not_show_it(petition):
    one, other = make_signatory(petition), make_signatory(petition)
    assert len({bytes(one.commitment), bytes(other.commitment)}) == 2
    assert len({bytes(one.stub)[:32], bytes(other.stub)[:32], bytes(one.stub)[32:], bytes(other.stub)[32:]}) == 4


def test_the_salt_lies_in_the_envelope_alone(petition):
    row = make_signatory(petition)
    salt = bytes.fromhex(open_identity(row)["salt"])
    values = Signatory.objects.filter(pk=row.pk).values().get().values()
    assert not [value for value in values if isinstance(value, bytes | memoryview) and salt in bytes(value)]


def test_who_is_only_counted_is_committed_to_by_chance_alone(petition):
    rows = [make_signatory(petition, visibility="counted") for _ in range(2)]
    assert [(row.stub, len(row.commitment)) for row in rows] == [(None, 32), (None, 32)]
    assert rows[0].commitment != rows[1].commitment


@pytest.mark.parametrize("choices", [
    {"country": "KR"}, {"visibility": "public"}, {"name": "Another Name"}, {"name": "Another Name", "country": "KR"},
])  # fmt: skip
def test_confirming_with_other_words_commits_to_them(petition, choices):
    row = make_signatory(petition, state="pending")
    assert signatories.confirm(row, choices=chosen(**choices))
    after = fresh(row)
    assert after.commitment == opened(after)
    assert (after.commitment == row.commitment) is (choices == {"visibility": "public"})
    assert after.amended_at is None


@pytest.mark.parametrize(("choices", "is_amended"), [
    ({}, False),
    ({"visibility": "initials"}, False),
    ({"wants_updates": True, "email": "a@example.org"}, False),
    ({"country": "KR"}, True),
    ({"name": "Another Name"}, True),
    ({"name": "Hong Gildong"}, True),
])  # fmt: skip
def test_a_change_of_what_is_delivered_is_to_be_logged_and_no_other(petition, choices, is_amended):
    row = make_signatory(petition, wants_updates=False)
    assert signatories.change(row, choices=chosen(**choices))
    after = fresh(row)
    assert after.commitment == opened(after)
    assert (after.amended_at is not None) is is_amended


def test_to_and_from_only_counted_is_a_change_and_between_is_none(petition):
    row = make_signatory(petition)
    seen = []
    for visibility, name in (("counted", ""), ("counted", ""), ("delivered", "Hong Gildong")):
        before = bytes(row.commitment)
        assert signatories.change(row, choices=chosen(visibility=visibility, name=name))
        row = fresh(row)
        seen.append((row.commitment != before, row.stub is None))
    assert seen == [(True, True), (False, True), (True, False)]
    assert row.commitment == opened(row)
    assert row.amended_at is not None


def test_of_two_changes_at_once_one_is_made(petition):
    row = make_signatory(petition)
    seen_before = fresh(row)
    assert signatories.change(row, choices=chosen(name="Another Name"))
    assert not signatories.change(seen_before, choices=chosen(country="KR"))
    after = fresh(row)
    assert (after.country, after.commitment) == ("DE", opened(after))


def test_a_change_that_was_noted_stays_noted_when_another_changes_nothing(petition):
    row = make_signatory(petition)
    assert signatories.change(row, choices=chosen(country="KR"))
    assert signatories.change(fresh(row), choices=chosen(country="KR"))
    assert fresh(row).amended_at is not None


def test_erasing_leaves_neither_commitment_nor_what_it_was_made_from(petition):
    row = make_signatory(petition)
    assert signatories.withdraw(row)
    after = fresh(row)
    assert (after.commitment, after.stub, after.identity) == (None, None, None)


def test_after_expiry_the_words_are_committed_to_when_they_come(petition):
    signatories.sign_again(make_signatory(petition, state="expired"), email="again@example.org")
    row = Signatory.objects.pending().select_related("petition", "edition").get()
    assert row.commitment is None
    assert signatories.confirm(row, choices=chosen(name="Hong Gildong"))
    after = fresh(row)
    assert after.commitment == opened(after)
