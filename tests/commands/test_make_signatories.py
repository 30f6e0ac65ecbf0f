"""Synthetic signatories: as the site would have made them, and never where they could be taken for people."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from campaign import crypto
from campaign.actions import synthetic
from campaign.actions.counting.log import tend_logs
from campaign.actions.counting.reconciling import reconcile_counts
from campaign.actions.signing.envelopes import email_digest, open_identity
from campaign.models import Petition, Signatory
from campaign.models.signatory import CONFIRMED, PENDING
from tests.factories import make_petition
from tests.officers import make_high_risk_petition


def make(count: int, *arguments: str, petition: Petition) -> None:
    call_command("make_signatories", str(count), "--petition", petition.slug, *arguments)


def milliseconds_of(key: UUID) -> int:
    return key.int >> 80


def test_confirmed_rows_are_counted_and_the_count_agrees(petition):
    make(30, "--confirmed", petition=petition)
    make(12, "--confirmed", petition=petition)
    assert tend_logs() == 3 + 42  # the demand in three languages
    petition.refresh_from_db()
    assert (petition.signature_count, Signatory.objects.filter(state=CONFIRMED).count()) == (42, 42)
    assert (tend_logs(), reconcile_counts()) == (0, 0)


def test_rows_spread_over_languages_countries_visibilities_and_weeks(petition):
    make(300, "--confirmed", petition=petition)
    rows = list(Signatory.objects.select_related("edition").order_by("pk"))
    assert {row.language for row in rows} == {"en", "ko", "zh-hans"}
    assert {row.visibility for row in rows} == set(Signatory.Visibility.values)
    assert {row.country for row in rows} == set(synthetic.COUNTRIES)
    assert rows[-1].signed_at - rows[0].signed_at > timedelta(weeks=3)
    assert all(row.signed_at <= row.confirmed_at <= timezone.now() for row in rows)


def test_the_key_of_a_row_tells_when_it_was_signed(petition):
    make(20, petition=petition)
    rows = list(Signatory.objects.order_by("pk"))
    assert [milliseconds_of(row.pk) for row in rows] == [int(row.signed_at.timestamp() * 1000) for row in rows]
    assert [row.pk.version for row in rows] == [7] * 20


def test_an_envelope_opens_and_says_that_nobody_stands_behind_it(petition):
    make(50, "--confirmed", petition=petition)
    rows = list(Signatory.objects.exclude(visibility="counted").select_related("edition"))
    names = [open_identity(row)["name"] for row in rows]
    assert [name.rpartition(" ")[0] for name in names] == [synthetic.NAMES[row.language] for row in rows]
    assert Signatory.objects.filter(visibility="counted", identity__isnull=False).count() == 0


def test_a_pending_row_can_be_confirmed_by_its_link(petition, client, settings):
    make(1, petition=petition)
    row = Signatory.objects.get()
    link = reverse("own-page", args=[crypto.link_token(settings.LINK_KEY, bytes(row.nonce))])
    assert client.get(link).status_code == 200
    form = {"action": "confirm", "country": "DE", "visibility": row.visibility}
    assert client.post(link, form).status_code == 303
    row.refresh_from_db()
    assert row.state == CONFIRMED


def test_pending_rows_are_younger_than_their_lifetime(petition, settings):
    make(40, petition=petition)
    too_old = timezone.now() - settings.PENDING_LIFETIME
    assert Signatory.objects.pending().count() == 40
    assert Signatory.objects.pending().made_before(too_old).count() == 0


def test_the_digest_is_that_of_the_address(petition, monkeypatch):
    monkeypatch.setattr(synthetic.secrets, "token_hex", lambda _size: "abcd")
    make(1, petition=petition)
    assert bytes(Signatory.objects.get().email_digest) == email_digest(petition, "synthetic-abcd-0@example.org")


def test_signed_editions_are_marked_so_that_their_words_stand(petition):
    make(5, petition=petition)
    assert [edition.is_signed for edition in petition.editions.all()] == [True, True, True]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_several_processes_share_the_work(monkeypatch):
    monkeypatch.setattr(synthetic, "BATCH", 10)
    petition = make_petition(languages=("en",))
    make(35, "--confirmed", "--processes", "2", petition=petition)
    assert Signatory.objects.confirmed().count() == 35
    assert tend_logs() == 1 + 35


def test_refuses_a_high_risk_petition(db):
    petition = make_high_risk_petition()
    with pytest.raises(CommandError, match="high-risk"):
        make(1, "--yes-really", petition=petition)
    assert Signatory.objects.count() == 0


def test_refuses_a_site_that_is_not_for_development_unless_told_twice(petition, settings):
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match="--yes-really"):
        make(1, petition=petition)
    make(1, "--yes-really", petition=petition)
    assert Signatory.objects.filter(state=PENDING).count() == 1


def test_refuses_without_the_link_key_or_an_edition_or_a_number(petition, settings):
    with pytest.raises(CommandError, match="1 or more"):
        make(0, petition=petition)
    with pytest.raises(CommandError, match="no published edition"):
        make(1, petition=make_petition("untranslated", state="draft", languages=()))
    settings.LINK_KEY = ""
    with pytest.raises(CommandError, match="LINK_KEY"):
        make(1, petition=petition)
    with pytest.raises(CommandError, match="no petition"):
        call_command("make_signatories", "1", "--petition", "unheard-of")
