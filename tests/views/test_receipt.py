"""The receipt on her own page: a button asks, the worker makes it, another button saves it; looking does nothing."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from campaign import crypto
from campaign.actions.counting.log import tend_logs
from campaign.actions.delivering.receipt_making import make_receipts
from campaign.exports import checker
from campaign.models import Receipt, Signatory
from tests.factories import make_signatory, send_mails
from tests.officers import make_high_risk_petition

NAME = "Ri Unusualname"
WARNING = "It is evidence against you, too."


def signed(petition, **words) -> Signatory:
    """A confirmed signature in the log, with its link."""
    row = make_signatory(petition, state="pending", name=NAME, **words)
    send_mails()
    Client().post(path_of(row), {"action": "confirm"})
    tend_logs()
    return Signatory.objects.select_related("petition", "edition").get(pk=row.pk)


@pytest.fixture
def row(petition):
    return signed(petition)


def path_of(row, language="en"):
    row.refresh_from_db(fields=["nonce"])
    return f"/{language}/s/{crypto.link_token(settings.LINK_KEY, bytes(row.nonce))}/"


def page_of(client, row, language="en"):
    return client.get(path_of(row, language)).content.decode()


def ask(client, row):
    return client.post(path_of(row), {"action": "ask_for_receipt"})


def take(client, row):
    return client.post(path_of(row), {"action": "take_receipt"})


def buttons(page):
    return [action for action in ("ask_for_receipt", "take_receipt") if f'value="{action}"' in page]


def test_she_asks_waits_and_saves_a_file_that_the_program_from_the_site_finds_true(client, row, tmp_path):
    pages = [page_of(client, row)]
    answer = ask(client, row)
    assert (answer.status_code, answer["Location"]) == (303, f"{path_of(row)}#receipt")
    pages.append(page_of(client, row))
    make_receipts()
    pages.append(page_of(client, row))
    assert [buttons(page) for page in pages] == [["ask_for_receipt"], [], ["take_receipt"]]
    assert "Load this page again in a few seconds." in pages[1]
    assert [WARNING in page for page in pages] == [True] * 3
    assert [NAME in page for page in pages] == [False] * 3
    (tmp_path / "receipt.txt").write_bytes(take(client, row).content)
    (tmp_path / "verify.py").write_bytes(client.get("/verify.py").content)
    key = b"".join(client.get(f"/log/{row.petition.slug}/key").streaming_content).decode().splitlines()[0]
    command = [sys.executable, "-I", "-S", "verify.py", "receipt.txt", "--key", key]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", env={}, check=False)
    assert (done.returncode, done.stdout.startswith(f"HOLDS: {NAME} signed")) == (0, True)


def test_the_file_is_kept_by_nobody_and_its_name_tells_nothing(client, row):
    ask(client, row)
    make_receipts()
    answer = take(client, row)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="receipt.txt"'
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert NAME.encode() not in answer.content  # a search of the device for her name does not find it


def test_looking_at_the_page_asks_for_nothing_and_gives_nothing(client, row):
    for _ in range(3):
        for query in ("", "?action=ask_for_receipt", "?action=take_receipt"):
            client.get(path_of(row) + query)
    assert not Receipt.objects.exists()
    ask(client, row)
    make_receipts()
    answer = client.get(path_of(row) + "?action=take_receipt")
    assert answer["Content-Type"].startswith("text/html")
    assert b"tlog-proof" not in answer.content


@pytest.mark.parametrize("action", ["ask_for_receipt", "take_receipt"])
def test_no_other_site_presses_the_buttons(client, row, action):
    if action == "take_receipt":
        ask(client, row)
        make_receipts()
    answer = client.post(path_of(row), {"action": action}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, Receipt.objects.count()) == (403, 1 if action == "take_receipt" else 0)


def test_saved_before_it_is_there_she_is_led_back(client, row):
    for answer in (take(client, row), ask(client, row), take(client, row)):
        assert (answer.status_code, answer["Location"]) == (303, f"{path_of(row)}#receipt")


def test_a_reload_makes_no_second_one(client, row):
    for _ in range(5):
        ask(client, row)
    first = Receipt.objects.get()
    make_receipts()
    ask(client, row)
    again = Receipt.objects.get()
    assert (again.asked_at, again.sealed is not None) == (first.asked_at, True)


@pytest.mark.parametrize("state", ["pending", "rejected", "withdrawn", "expired"])
def test_pages_in_other_states_offer_none(client, petition, state):
    row = make_signatory(petition, state="pending", name=NAME)
    send_mails()
    path = path_of(row)
    if state != "pending":
        client.post(path, {"action": "confirm"})
    if state == "rejected":
        Signatory.objects.filter(pk=row.pk).move("reject")
    if state == "withdrawn":
        client.post(path, {"action": "withdraw"})
    if state == "expired":
        Signatory.objects.filter(pk=row.pk).update(state="pending")
        Signatory.objects.filter(pk=row.pk).erase("expire")
    for action in ("ask_for_receipt", "take_receipt"):
        client.post(path, {"action": action})
    page = client.get(path).content.decode()
    assert ('id="receipt"' in page, Receipt.objects.count()) == (False, 0)


def test_a_high_risk_page_does_not_speak_of_it(client, db, time_machine):
    time_machine.move_to("2026-11-20T14:10Z", tick=False)
    row = signed(make_high_risk_petition())
    time_machine.move_to("2026-11-20T15:10Z", tick=False)
    tend_logs()
    ask(client, row)
    make_receipts()
    assert take(client, row).status_code == 303
    assert ('id="receipt"' in page_of(client, row), Receipt.objects.count()) == (False, 0)


def test_only_counted_she_reads_that_there_is_nothing_to_prove(client, petition):
    page = page_of(client, signed(petition, visibility="counted"))
    assert ("nothing that could be proven" in page, buttons(page)) == (True, [])


def test_before_the_log_has_her_she_reads_to_load_again(client, petition):
    row = make_signatory(petition, state="pending")
    send_mails()
    client.post(path_of(row), {"action": "confirm"})
    page = page_of(client, row)
    assert ("on its way into the log" in page, buttons(page)) == (True, [])


def test_where_it_could_not_be_made_she_reads_so(client, row):
    Signatory.objects.filter(pk=row.pk).update(identity=b"another")
    ask(client, row)
    make_receipts()
    page = page_of(client, row)
    assert ("The file could not be made" in page, buttons(page)) == (True, [])


def test_withdrawing_deletes_it_at_once(client, row):
    ask(client, row)
    make_receipts()
    path = path_of(row)
    client.post(path, {"action": "withdraw"})
    assert not Receipt.objects.exists()
    assert client.post(path, {"action": "take_receipt"}).status_code == 303


def test_what_is_held_of_her_names_it_and_neither_page_nor_file_says_which_entry_is_hers(client, row):
    sentence = "The proof that you asked for, sealed"

    def held():
        return client.post(path_of(row), {"action": "download"}).content.decode()

    assert sentence not in page_of(client, row) + held()
    ask(client, row)
    assert (sentence in page_of(client, row), sentence in held()) == (True, True)
    assert "entry_index" not in held()
    assert "Which entry of the public log is yours" in held()


def test_the_program_is_served_to_be_saved(client, db):
    answer = client.get("/verify.py")
    assert answer.content.decode() == checker.source()
    assert answer["Content-Disposition"] == 'attachment; filename="verify.py"'
    assert answer["Cache-Control"] == "public, max-age=3600"
