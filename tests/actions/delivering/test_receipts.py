"""Receipts: only on request, only for her who holds the link, for an hour; and gone with the words that they prove."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from campaign import crypto
from campaign.actions.counting import log
from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering import receipt_making, receipts
from campaign.actions.delivering.receipt_making import make_receipts
from campaign.actions.delivering.receipts import Stage, ask_for_receipt, open_receipt, stage_of
from campaign.actions.forgetting import privacy
from campaign.actions.signing import signatories
from campaign.actions.signing.signatories import Choices
from campaign.exports import checker
from campaign.exports.checker.notes import fingerprint
from campaign.merkle.notes import Proof
from campaign.models import LogEntry, Notice, PetitionLog, Receipt, Signatory
from tests.factories import make_petition, make_signatory
from tests.officers import make_high_risk_petition
from tests.outsider import checkpoint_of, folder_of
from tests.parallel import in_parallel
from tests.restoring import changing_what_is_guarded
from tests.traces import forms_of

NAME = "Ri Unusualname"
CHANGED = Choices(country="KR", visibility="delivered", wants_updates=False)


@pytest.fixture
def row(petition):
    """A signature among others in the published log."""
    for _ in range(5):
        make_signatory(petition)
    row = make_signatory(petition, name=NAME, language="ko", country="KR")
    tend_logs()
    return fresh(row)


def fresh(row) -> Signatory:
    return Signatory.objects.select_related("petition", "edition").get(pk=row.pk)


def token_of(row) -> str:
    return crypto.link_token(settings.LINK_KEY, bytes(row.nonce))


def made(row) -> bytes | None:
    ask_for_receipt(row)
    assert make_receipts() == 1
    return open_receipt(row, token_of(row))


def verify(tmp_path, text: bytes, key: str) -> tuple[int, str]:
    """What the stand-alone program says, run as she runs it."""
    (tmp_path / "verify.py").write_text(checker.source())
    (tmp_path / "receipt.txt").write_bytes(text)
    command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(tmp_path / "receipt.txt"), "--key", key]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env={}, check=False)
    return done.returncode, done.stdout.splitlines()[0] + done.stderr


# --- What it is -----------------------------------------------------------------------------------------------------
def test_what_she_is_given_shows_that_her_words_are_in_the_log(row, petition, tmp_path):
    text = made(row)
    key = (folder_of(petition) / "key").read_text().splitlines()[0]
    sentence = (
        f"HOLDS: {NAME} signed “Let them choose (ko)” on {row.signed_at:%Y-%m-%d}: that is entry {row.entry_index} of"
        " the log testserver/log/let-them-choose, which then had 8."
    )
    assert verify(tmp_path, text, fingerprint(key)) == (0, sentence)
    assert verify(tmp_path, text, key) == (0, sentence)


def test_it_holds_the_words_the_salt_the_entry_the_demand_and_the_checkpoint(row, petition):
    proof = Proof.parse(made(row).decode())
    told = json.loads(proof.extra)
    assert (told["name"], told["country"], told["language"]) == (NAME, "KR", "ko")
    assert (told["text"], told["demand"]["demand"]) == (row.edition.digest, row.edition.demand)
    assert told["entry"] == bytes(LogEntry.objects.get(index=row.entry_index).raw).hex()
    assert (proof.index, proof.note) == (row.entry_index, (folder_of(petition) / "checkpoint").read_text())
    assert len(bytes.fromhex(told["salt"])) == 16


def test_it_goes_on_holding_when_the_log_has_grown(row, petition, tmp_path):
    text = made(row)
    for _ in range(300):
        make_signatory(petition)
    tend_logs()
    assert verify(tmp_path, text, (folder_of(petition) / "key").read_text().strip())[0] == 0


def test_one_from_a_log_with_full_tiles_holds(petition, tmp_path):
    rows = [make_signatory(petition) for _ in range(600)]
    tend_logs()
    text = made(fresh(rows[17]))
    assert verify(tmp_path, text, (folder_of(petition) / "key").read_text().strip())[0] == 0


# --- Who can read it ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", [{"nonce": None}, {"token_hash": b"1" * 32}])
def test_none_is_sealed_for_a_link_that_was_never_mailed_to_her(row, change):
    """Who took the public process empties the nonce, and has the link of an empty one from a row of her own."""
    Signatory.objects.filter(pk=row.pk).update(**change)
    ask_for_receipt(row)
    assert make_receipts() == 0
    assert Receipt.objects.get().sealed is None


def test_nothing_in_the_database_opens_it_and_her_link_alone_does(row):
    text = made(row).decode()
    kept = Receipt.objects.get()
    salt = json.loads(Proof.parse(text).extra)["salt"]
    stored = bytes(kept.sealed)
    for word in (NAME, salt, row.edition.demand, "tlog-proof"):
        assert not [form for form in forms_of(word) if form in stored]
    assert bytes.fromhex(salt) not in stored
    row_values = [bytes(value) for value in Signatory.objects.filter(pk=row.pk).values_list()[0]
                  if isinstance(value, bytes | memoryview)]  # fmt: skip
    guesses = [value.hex() for value in row_values] + [str(row.pk), row.petition.slug, "", settings.CAMPAIGN_KEY]
    assert [open_receipt(row, guess) for guess in guesses] == [None] * len(guesses)
    assert open_receipt(row, token_of(row)).decode() == text


def test_it_opens_for_no_other_signatory(row, petition):
    made(row)
    other = make_signatory(petition)
    tend_logs()
    other = fresh(other)
    made(other)
    sealed = Receipt.objects.get(pk=row.pk).sealed
    Receipt.objects.filter(pk=other.pk).update(sealed=sealed)
    assert [open_receipt(other, token_of(each)) for each in (row, other)] == [None, None]


def test_its_length_does_not_tell_that_of_a_name(petition):
    lengths = set()
    for name in ("Al B", "Maximiliane Konstantinopolitanska-Wolkenstein"):
        row = make_signatory(petition, name=name)
        tend_logs()
        made(fresh(row))
        lengths.add(len(bytes(Receipt.objects.get(pk=row.pk).sealed)) % receipts.PADDED_TO_BYTES)
    assert lengths == {12 + 16}


# --- Who gets one ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("state", "stage"), [
    ("pending", Stage.NONE), ("rejected", Stage.NONE), ("withdrawn", Stage.NONE), ("expired", Stage.NONE),
    ("confirmed", Stage.OFFERED),
])  # fmt: skip
def test_a_confirmed_signature_in_the_log_has_one_and_no_other(petition, state, stage):
    row = make_signatory(petition, state=state)
    tend_logs()
    ask_for_receipt(fresh(row))
    assert (stage_of(fresh(row))[0] == Stage.NONE, Receipt.objects.count()) == (
        stage == Stage.NONE, 0 if stage == Stage.NONE else 1,
    )  # fmt: skip


def test_who_is_not_in_the_log_yet_or_no_longer_waits_for_it(petition):
    row = make_signatory(petition)
    ask_for_receipt(row)
    assert (stage_of(row)[0], Receipt.objects.count()) == (Stage.UNLOGGED, 0)
    tend_logs()
    signatories.change(fresh(row), choices=CHANGED)
    assert stage_of(fresh(row))[0] == Stage.UNLOGGED
    tend_logs()
    assert stage_of(fresh(row))[0] == Stage.OFFERED


def test_who_is_only_counted_is_told_that_there_is_nothing_to_prove(petition):
    row = make_signatory(petition, visibility="counted")
    tend_logs()
    ask_for_receipt(fresh(row))
    assert (stage_of(fresh(row))[0], Receipt.objects.count()) == (Stage.NAMELESS, 0)


def test_a_high_risk_petition_gives_none_even_to_a_row_that_asks(db, time_machine):
    time_machine.move_to("2026-11-20T14:10Z", tick=False)
    row = make_signatory(make_high_risk_petition())
    time_machine.move_to("2026-11-20T15:10Z", tick=False)
    tend_logs()
    assert fresh(row).entry_index is not None
    ask_for_receipt(fresh(row))
    assert (stage_of(fresh(row))[0], Receipt.objects.count()) == (Stage.NONE, 0)
    Receipt.objects.create(signatory=row)
    assert (make_receipts(), Receipt.objects.count(), Notice.objects.count()) == (0, 0, 0)


def test_nobody_has_one_who_did_not_ask(row):
    assert make_receipts() == 0
    assert not Receipt.objects.exists()


# --- How often ------------------------------------------------------------------------------------------------------
def test_asked_a_thousand_times_it_is_made_once_in_an_hour(row, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    opened = []
    original = receipt_making.envelopes.open_identity

    def counted(each):
        opened.append(each.pk)
        return original(each)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receipt_making.envelopes, "open_identity", counted)
        for _ in range(200):
            ask_for_receipt(row)
            make_receipts()
        assert (len(opened), Receipt.objects.count()) == (1, 1)
        time_machine.move_to(now + timedelta(hours=1), tick=False)
        make_receipts()
        assert made(row) is not None
    assert len(opened) == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_asked_at_the_same_time_by_many_there_is_one():
    row = make_signatory(make_petition())
    tend_logs()
    row = fresh(row)
    in_parallel(8, lambda: ask_for_receipt(row))
    assert sum(in_parallel(3, make_receipts)) == 1
    assert open_receipt(row, token_of(row)).startswith(b"c2sp.org/tlog-proof@v1\n")


def test_a_tick_asks_as_often_for_its_queue_whoever_waits(petition, django_assert_num_queries):
    with django_assert_num_queries(2):
        make_receipts()


# --- How long -------------------------------------------------------------------------------------------------------
def test_after_an_hour_it_opens_no_more_and_the_next_tick_deletes_it(row, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    made(row)
    time_machine.move_to(now + timedelta(minutes=59, seconds=59), tick=False)
    assert open_receipt(row, token_of(row))
    assert stage_of(row) == (Stage.READY, now + timedelta(hours=1))
    time_machine.move_to(now + timedelta(hours=1), tick=False)
    assert (open_receipt(row, token_of(row)), stage_of(row)[0]) == (None, Stage.OFFERED)
    assert Receipt.objects.count() == 1
    make_receipts()
    assert not Receipt.objects.exists()


def test_erase_expired_deletes_it_too(row, time_machine, capsys):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    made(row)
    time_machine.move_to(now + timedelta(hours=1), tick=False)
    call_command("erase_expired", "--dry-run")
    assert "1  receipts" in capsys.readouterr().out
    privacy.forget_what_is_over()
    assert not Receipt.objects.exists()


ENDINGS = {
    "withdraw": signatories.withdraw,
    "not me": signatories.refuse,
    "correct": lambda row: signatories.change(
        row, choices=Choices(country="FR", visibility="delivered", wants_updates=False)
    ),
    "set aside": lambda row: Signatory.objects.filter(pk=row.pk).move("reject"),
    "erased in place": lambda row: Signatory.objects.filter(pk=row.pk).erase_in_place(),
    "only counted": lambda row: signatories.change(
        row, choices=Choices(country="KR", visibility="counted", wants_updates=False)
    ),
}


@pytest.mark.parametrize("is_made", [True, False])
@pytest.mark.parametrize("end", ENDINGS)
def test_it_goes_at_once_with_the_words_that_it_proves(row, end, is_made):
    ask_for_receipt(row)
    if is_made:
        make_receipts()
    assert Receipt.objects.count() == 1
    assert ENDINGS[end](fresh(row))
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("choices", [
    Choices(country="KR", visibility="initials", wants_updates=False),
    Choices(country="KR", visibility="delivered", wants_updates=True, email="a@example.org"),
])  # fmt: skip
def test_a_change_of_nothing_that_it_proves_leaves_it(row, choices):
    made(row)
    assert signatories.change(fresh(row), choices=choices)
    assert open_receipt(fresh(row), token_of(row))


def test_who_withdraws_while_it_is_made_leaves_nothing_behind(row, monkeypatch):
    ask_for_receipt(row)
    text_of = receipt_making._text

    def withdrawing(each):
        text = text_of(each)
        signatories.withdraw(fresh(each))
        return text

    monkeypatch.setattr(receipt_making, "_text", withdrawing)
    assert (make_receipts(), Receipt.objects.count()) == (0, 0)


def test_who_corrects_and_asks_again_while_it_is_made_is_not_given_the_old_words(row, monkeypatch):
    ask_for_receipt(row)
    text_of = receipt_making._text

    def correcting(each):
        text = text_of(each)
        signatories.change(fresh(each), choices=Choices(country="FR", visibility="delivered", wants_updates=False))
        tend_logs()
        ask_for_receipt(fresh(each))
        return text

    with monkeypatch.context() as patch:
        patch.setattr(receipt_making, "_text", correcting)
        assert make_receipts() == 0
    assert make_receipts() == 1
    told = json.loads(Proof.parse(open_receipt(fresh(row), token_of(row)).decode()).extra)
    assert told["country"] == "FR"


# --- What may go wrong ----------------------------------------------------------------------------------------------
def test_it_waits_until_the_published_log_has_her(petition, monkeypatch):
    make_signatory(petition)
    tend_logs()
    row = make_signatory(petition)
    with monkeypatch.context() as patch:
        patch.setattr(log, "_publish", lambda *_args: None)
        tend_logs()
    row = fresh(row)
    assert row.entry_index == checkpoint_of(petition).size
    ask_for_receipt(row)
    assert (make_receipts(), stage_of(row)[0]) == (0, Stage.ASKED)
    tend_logs()
    assert (make_receipts(), stage_of(row)[0]) == (1, Stage.READY)


@pytest.mark.parametrize("harm", ["name", "entry", "tile", "seal", "words"])
def test_what_does_not_fit_is_told_to_her_and_to_staff_and_no_false_proof_is_given(row, petition, settings, harm):
    if harm == "name":
        Signatory.objects.filter(pk=row.pk).update(identity=b"another")
    if harm == "entry":
        with changing_what_is_guarded():
            LogEntry.objects.filter(index=row.entry_index).update(raw=b"\x01\x02\x00\x00\x51\x2d" + bytes(32))
    if harm == "tile":
        path = folder_of(petition) / "tile/0/000.p/8"
        path.write_bytes(bytes(8 * 32))
    if harm == "seal":
        settings.LOG_KEY = "a-new-key"
    if harm == "words":
        Signatory.objects.filter(pk=row.pk).update(country="FR")
    ask_for_receipt(row)
    assert (make_receipts(), make_receipts()) == (0, 0)
    assert (stage_of(row)[0], open_receipt(row, token_of(row))) == (Stage.FAILED, None)
    assert [(notice.kind, notice.details) for notice in Notice.objects.all()] == [
        ("receipt-failed", {"petition": petition.slug})
    ]


def test_where_one_cannot_be_made_the_others_are(row, petition):
    other = make_signatory(petition)
    tend_logs()
    other = fresh(other)
    Signatory.objects.filter(pk=row.pk).update(identity=b"another")
    for each in (row, other):
        ask_for_receipt(each)
    assert make_receipts() == 1
    assert (stage_of(row)[0], stage_of(other)[0]) == (Stage.FAILED, Stage.READY)


def test_while_the_log_is_stopped_proofs_from_what_is_published_are_made(row, petition):
    PetitionLog.objects.update(refusal="disk")
    assert made(row)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own words for it")
def test_the_trigger_stands_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'receipt_goes_with_its_words'")
        assert "AFTER UPDATE OF state, commitment, erased_at" in cursor.fetchone()[0]
