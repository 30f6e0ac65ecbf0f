"""Storing a signature: one statement looks whether it may, inserts, or notes a further form."""

import pytest

from campaign.actions.pages.petitions import close_petition, pause_petition
from campaign.actions.signing import signatories
from campaign.actions.signing.signatories import Words
from campaign.actions.signing.statements import NotOpenError
from campaign.models import OutgoingMail, Signatory
from tests.factories import make_signatory, send_mails

WORDS = Words(name="Hong Gildong", email="gildong@example.org", country="KR", visibility="delivered")


@pytest.mark.parametrize("end", [pause_petition, close_petition])
def test_what_closed_since_the_page_looked_takes_nothing(petition, end):
    demand = petition.edition_in("en")
    seen_open = type(petition).objects.get(pk=petition.pk)
    end(petition)
    with pytest.raises(NotOpenError):
        signatories.sign(seen_open, demand, words=WORDS)
    assert (Signatory.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_after_expiry_the_same_holds(petition):
    expired = make_signatory(petition, state="expired")
    send_mails()
    pause_petition(petition)
    owed = OutgoingMail.objects.count()
    with pytest.raises(NotOpenError):
        signatories.sign_again(expired, email=WORDS.email)
    assert (Signatory.objects.count(), OutgoingMail.objects.count()) == (1, owed)


def test_words_that_differed_once_differ_for_good(petition):
    demand = petition.edition_in("en")
    for name in ("Hong Gildong", "Somebody Else", "Hong Gildong"):
        signatories.sign(petition, demand, words=Words(**(vars(WORDS) | {"name": name})))
    assert Signatory.objects.get().words_differ is True


def test_the_same_words_again_differ_in_nothing_and_owe_one_more_mail(petition):
    demand = petition.edition_in("en")
    for _ in range(2):
        signatories.sign(petition, demand, words=WORDS)
    row = Signatory.objects.get()
    assert row.words_differ is False
    assert list(OutgoingMail.objects.values_list("signatory_id", flat=True)) == [row.pk, row.pk]
