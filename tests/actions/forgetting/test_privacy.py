"""Forgetting: what is over goes by itself, and nothing of a person is in clear while she stands."""

import base64
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from campaign.actions.forgetting import privacy
from campaign.models import MailQueue, OutgoingMail, Petition, Signatory
from tests.factories import make_petition, make_signatory, move_signatory, send_mails
from tests.officers import make_high_risk_petition

PERSONAL = ("identity", "mailbox", "email_digest", "gate_link", "words_digest", "nonce", "public_name")


def travel(time_machine, **delta):
    time_machine.move_to(timezone.now() + timedelta(**delta), tick=False)


def test_unconfirmed_signatures_expire_after_seven_days(petition, time_machine):
    make_signatory(petition, state="pending")
    make_signatory(petition, state="confirmed")
    travel(time_machine, days=6, hours=23)
    assert privacy.expire_signatories() == 0
    travel(time_machine, hours=2)
    assert privacy.expire_signatories() == 1
    row = Signatory.objects.values().get(state="expired")
    assert {row[name] for name in PERSONAL} == {None}
    assert Signatory.objects.confirmed().get().identity is not None


def test_the_links_hash_of_an_ended_signature_goes_after_thirty_days(petition, time_machine):
    row = make_signatory(petition, state="pending")
    send_mails()
    Signatory.objects.filter(pk=row.pk).erase("withdraw")
    privacy.forget_what_is_over()
    assert Signatory.objects.get().token_hash is not None
    travel(time_machine, days=31)
    privacy.forget_what_is_over()
    assert Signatory.objects.get().token_hash is None


def test_the_tag_of_a_network_goes_after_seven_days(petition, time_machine):
    row = make_signatory(petition)
    Signatory.objects.filter(pk=row.pk).update(network_tag=b"a network")
    travel(time_machine, days=6, hours=23)
    privacy.forget_what_is_over()
    assert Signatory.objects.get().network_tag is not None
    travel(time_machine, hours=2)
    privacy.forget_what_is_over()
    assert Signatory.objects.get().network_tag is None


def test_a_rejected_ones_link_goes_too_thirty_days_after_she_was_erased(petition, time_machine):
    row = make_signatory(petition, state="pending")
    send_mails()
    move_signatory(row, "rejected")
    travel(time_machine, days=40)
    privacy.forget_what_is_over()
    assert Signatory.objects.get().token_hash is not None  # her petition is open: she may still see why
    Petition.objects.update(state="closed", closed_at=timezone.now())
    privacy.forget_what_is_over()
    travel(time_machine, days=31)
    privacy.forget_what_is_over()
    assert Signatory.objects.get().token_hash is None


@pytest.mark.parametrize("state", ["pending", "confirmed", "rejected"])
def test_a_mail_owed_to_somebody_erased_goes_with_her_and_stops_no_queue(petition, mails, state):
    row = make_signatory(petition, state=state)
    OutgoingMail.objects.update(due_at=timezone.now() + timedelta(hours=4))
    OutgoingMail.objects.create(kind="link", signatory=row, mailbox=OutgoingMail.objects.get().mailbox)
    Petition.objects.update(destroy_on=timezone.now().date())
    privacy.forget_what_is_over()
    assert OutgoingMail.objects.filter(state="skipped", mailbox=None).count() == 2
    send_mails()
    assert (len(mails), MailQueue.is_paused()) == (0, False)


def test_a_mail_that_comes_to_be_owed_to_somebody_erased_is_skipped(petition, mails):
    row = make_signatory(petition)
    Signatory.objects.all().erase_in_place()
    OutgoingMail.objects.update(kind="link", mailbox=bytes(row.identity))
    send_mails()
    assert (len(mails), MailQueue.is_paused(), OutgoingMail.objects.get().state) == (0, False, "skipped")


def test_on_the_public_date_everything_personal_goes_and_the_count_stays(petition, time_machine):
    for state in ("pending", "confirmed", "rejected"):
        make_signatory(petition, state=state)
    Petition.objects.update(signature_count=1, destroy_on=timezone.now().date() + timedelta(days=3))
    other = make_signatory(make_petition("other"))
    privacy.forget_what_is_over()
    assert Signatory.objects.filter(erased_at=None).count() == 4
    travel(time_machine, days=4)
    privacy.forget_what_is_over()
    gone = Signatory.objects.filter(petition=petition)
    assert {value for row in gone.values_list(*PERSONAL, "token_hash") for value in row} == {None}
    assert sorted(gone.values_list("state", flat=True)) == ["confirmed", "expired", "rejected"]
    petition.refresh_from_db()
    assert (petition.digest_salt, petition.state, petition.signature_count) == (None, "closed", 1)
    assert petition.destroyed_at is not None
    other.refresh_from_db()
    assert other.identity is not None


def test_a_rejection_is_forgotten_when_its_petition_closes(petition):
    row = make_signatory(petition, state="rejected")
    privacy.forget_what_is_over()
    row.refresh_from_db()
    assert row.email_digest is not None
    Petition.objects.update(state="closed", closed_at=timezone.now())
    privacy.forget_what_is_over()
    row.refresh_from_db()
    assert (row.state, row.email_digest, row.identity) == ("rejected", None, None)


def test_a_slice_at_a_time_until_nothing_is_left(petition, time_machine, monkeypatch):
    monkeypatch.setattr(privacy, "SLICE", 2)
    for _ in range(5):
        make_signatory(petition, state="pending")
    travel(time_machine, days=8)
    assert privacy.expire_signatories() == 5


def test_the_command_tells_first_and_erases_then(petition, time_machine):
    make_signatory(petition, state="pending")
    travel(time_machine, days=8)
    told = StringIO()
    call_command("erase_expired", "--dry-run", stdout=told)
    assert "1  unconfirmed for too long" in told.getvalue()
    assert Signatory.objects.pending().count() == 1
    done = StringIO()
    call_command("erase_expired", stdout=done)
    assert "1  unconfirmed for too long" in done.getvalue()
    assert Signatory.objects.pending().count() == 0


# --- Nothing stands in clear -------------------------------------------------------------------------------------
SECRETS = {
    "name": "Zebulon Quixote-Brandybuck",
    "address": "zebulon.quixote@mail-of-nowhere.example",
    "domain": "mail-of-nowhere.example",
    "ip": "203.0.113.77",
}


def disguises(text):
    """A text in clear and in the encodings a dump could hide it in; base64 at each of its three alignments."""
    raw = text.encode()
    yield raw.lower()
    yield raw.hex().encode()
    yield text.encode("utf-16-le").hex().encode()
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw)
        # the ends mix with their neighbours; the middle is what would be seen
        yield encoded[4:-4].lower()


def everything_stored():
    """All the database holds, as bytes in lower case: rows of every table, and on SQLite the files themselves."""
    stored = b""
    for model in apps.get_models():
        for row in model.objects.values_list():
            stored += repr([bytes(v) if isinstance(v, memoryview) else v for v in row]).encode()
            stored += b"".join(bytes(v).hex().encode() for v in row if isinstance(v, memoryview | bytes))
    return stored.lower()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("make", [make_petition, make_high_risk_petition])
def test_no_name_address_domain_or_ip_is_stored_in_clear(client, caplog, make):
    petition = make()
    post = {"REMOTE_ADDR": SECRETS["ip"], "HTTP_USER_AGENT": "Mozilla"}
    form = {"name": SECRETS["name"], "email": SECRETS["address"], "visibility": "delivered", "consent": "on"}
    for more in (
        {},
        {"wants_updates": "on"},
        {"name": "Other " + SECRETS["name"]},
        {"email": "bad@" + SECRETS["domain"] + ",x"},
    ):
        client.post("/en/petitions/let-them-choose/sign/", form | more, **post)
    client.post("/en/petitions/let-them-choose/check-your-email/", {"email": SECRETS["address"]}, **post)
    look_for_secrets(everything_stored())
    send_mails()
    client.get(f"/en/s/{'x' * 43}/?email={SECRETS['address']}", **post)
    look_for_secrets(everything_stored())
    look_for_secrets(caplog.text.encode().lower())
    if connection.vendor == "sqlite":
        look_for_secrets(database_files())
    Signatory.objects.all().erase("withdraw")
    privacy.scrub_journal()
    if connection.vendor == "sqlite":
        look_for_secrets(database_files())
    assert petition.pk


def look_for_secrets(haystack):
    found = [kind for kind, text in SECRETS.items() for disguise in disguises(text) if disguise in haystack]
    assert found == []


def database_files():
    path = connection.settings_dict["NAME"]
    files = b""
    for suffix in ("", "-wal", "-journal"):
        try:
            with open(f"{path}{suffix}", "rb") as file:
                files += file.read()
        except FileNotFoundError:
            continue
    assert files
    return files.lower()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite leaves freed pages in a file of ours")
def test_an_erased_envelope_leaves_the_file_and_its_journal():
    row = make_signatory(make_petition())
    envelope = bytes(row.identity)
    assert envelope.lower() in database_files()
    Signatory.objects.all().erase("withdraw")
    OutgoingMail.objects.all().delete()
    privacy.scrub_journal()
    assert envelope.lower() not in database_files()
