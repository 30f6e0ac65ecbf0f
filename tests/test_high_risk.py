"""The first campaign in both modes, from the form to the withdrawal; and what a taken server could read of it."""

import json
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from campaign import crypto
from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering.canary import make_canary, open_canary, prove_key
from campaign.actions.pages.petitions import open_petition
from campaign.actions.pages.seeds import load_seeds
from campaign.environment import SECRETS
from campaign.models import OutgoingMail, Petition, Signatory
from tests.factories import make_staff, send_mails
from tests.officers import PRIVATE
from tests.seeding import copy_seeds, make_high_risk
from tests.traces import forms_of

SLUG = "stop-forced-repatriation"
NAME, EMAIL = "남궁슬기로운", "namgung-unusual@mail-of-nowhere.example"
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(params=["standard", "high_risk"])
def petition(request, tmp_path, settings) -> Petition:
    """The seeded petition, opened: in high-risk mode by officers who prove their key first."""
    folder = copy_seeds(tmp_path / "seeds")
    if request.param == "high_risk":
        make_high_risk(folder)
        settings.CAMPAIGN_ROLE = "admin"
    load_seeds(folder)
    petition = Petition.objects.get(slug=SLUG)
    if petition.is_high_risk:
        officer = make_staff("Delivery officer")
        assert prove_key(petition, open_canary(make_canary(petition), PRIVATE), by=officer)
        petition.refresh_from_db()
        assert open_petition(petition)
    return petition


def shown_count(client: Client) -> int:
    return int(client.get(f"/api/petitions/{SLUG}/").json()["signature_count"])


def sign(client: Client, language: str, **words: str) -> None:
    form = {"name": NAME, "email": EMAIL, "country": "KR", "visibility": "delivered", "consent": "on"} | words
    assert client.post(f"/{language}/petitions/{SLUG}/sign/", form).status_code == 303
    send_mails()


def link_in(mail, language: str) -> str:
    (link,) = re.findall(rf"http://testserver(/{language}/s/\S+)", mail.body)
    return link


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_a_signature_is_confirmed_by_mail_counted_and_withdrawn(client, petition, mails, time_machine, language):
    time_machine.move_to("2026-12-01T14:10Z", tick=False)
    sign(client, language)
    link = link_in(mails[0], language)
    cause = petition.edition_in(language).title
    assert (cause in mails[0].subject + mails[0].body) is not petition.is_high_risk
    assert cause in client.get(link).content.decode()
    assert client.post(link, {"action": "confirm"}).status_code == 303
    counts = []
    for moment in ("14:10:10", "15:00:00"):
        time_machine.move_to(f"2026-12-01T{moment}Z", tick=False)
        tend_logs()
        counts.append(shown_count(client))
    assert counts == ([0, 1] if petition.is_high_risk else [1, 1])

    assert client.post(link, {"action": "withdraw"}).status_code == 303
    row = Signatory.objects.get()
    assert (row.state, row.identity, row.mailbox, row.email_digest) == ("withdrawn", None, None, None)
    time_machine.move_to("2026-12-01T16:00:00Z", tick=False)
    tend_logs()
    assert (shown_count(client), len(mails)) == (0, 1)


# --- A taken server --------------------------------------------------------------------------------------------------
def envelopes_of(row: Signatory) -> list[bytes]:
    mails = OutgoingMail.objects.filter(signatory=row).values_list("mailbox", flat=True)
    return [bytes(each) for each in (row.identity, row.mailbox, *mails) if each is not None]


def opened_by(keys: list[str], row: Signatory) -> list[bytes]:
    """What any of these keys opens of a row, in any of the contexts that rows are sealed in."""
    found = []
    for key in keys:
        for envelope in envelopes_of(row):
            for purpose in ("identity", "mailbox"):
                try:
                    found.append(crypto.open_sealed(key, envelope, row.context(purpose)))
                except (crypto.SealBrokenError, crypto.KeyUnreadableError):
                    continue
    return found


def test_what_all_keys_of_the_server_open_of_a_confirmed_signature(client, petition, mails):
    """Each role's secrets together: the name of a standard petition, and nothing at all of a high-risk one."""
    sign(client, "ko")
    client.post(link_in(mails[0], "ko"), {"action": "confirm"})
    row = Signatory.objects.get()
    everything = [str(getattr(settings, name)) for name in SECRETS]
    opened = opened_by(everything, row)
    assert [json.loads(each)["name"] for each in opened] == ([] if petition.is_high_risk else [NAME])
    assert [json.loads(each)["name"] for each in opened_by([PRIVATE], row)] == ([NAME] if petition.is_high_risk else [])


def test_a_pending_signature_gives_away_its_name_to_no_key_and_to_no_guess(client, petition):
    """A keyed digest of the name would: names are few enough to try them all."""
    sign(client, "ko")
    row = Signatory.objects.get()
    assert (row.words_digest is None) is petition.is_high_risk
    names = [each for each in opened_by([str(getattr(settings, name)) for name in SECRETS], row) if b"name" in each]
    assert len(names) == (0 if petition.is_high_risk else 1)


def test_a_dump_holds_no_name_or_address_in_any_form(client, petition, mails):
    """Every column of every table of a site on which she signed twice, asked for her link, and confirmed."""
    sign(client, "ko")
    sign(client, "ko")
    client.post(f"/ko/petitions/{SLUG}/check-your-email/", {"email": EMAIL})
    client.post(link_in(mails[0], "ko"), {"action": "confirm", "name": NAME})
    assert Signatory.objects.get().state == "confirmed"
    rows = [value for model in apps.get_models() for row in model.objects.values_list() for value in row]
    raw = b"\n".join(bytes(each) for each in rows if isinstance(each, bytes | memoryview))
    stored = repr(rows).encode() + raw + raw.hex().encode()
    found = [word for word in (NAME, EMAIL, EMAIL.partition("@")[2]) for form in forms_of(word) if form in stored]
    assert found == []
    if petition.is_high_risk:
        assert PRIVATE.partition(".")[2].encode() not in stored
        assert set(OutgoingMail.objects.values_list("mailbox", flat=True)) == {None}
