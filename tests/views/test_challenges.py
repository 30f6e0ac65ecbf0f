"""The challenge, and the form that answers it: loaded on focus, good once, and never a wall."""

import pytest

from campaign.actions.admitting import prices
from campaign.models import OutgoingMail, Signatory, SpentProof
from tests.factories import make_petition, make_signatory, post_form
from tests.views.test_signing import NEXT, PATH, as_answer, sign_as
from tests.working import solve

CHALLENGE = "/api/petitions/let-them-choose/challenge/"
LINK = "/en/petitions/let-them-choose/check-your-email/"


@pytest.fixture(autouse=True)
def _limits(limits, time_machine):
    time_machine.move_to("2026-12-24T10:00:00+00:00", tick=False)


def earn(client, time_machine):
    """A proof, and the time it takes to fill in a form."""
    proof = solve(client.get(CHALLENGE).json())
    time_machine.move_to("2026-12-24T10:01:00+00:00", tick=False)
    return proof


def state_after(client, **form):
    assert client.post(PATH, post_form(**form)).status_code == 303
    return OutgoingMail.objects.order_by("pk").last().state


def test_a_challenge_is_for_one_form_and_no_cache_keeps_it(client, petition):
    first, second = client.get(CHALLENGE), client.get(CHALLENGE)
    assert first["Cache-Control"] == "no-store, private"
    assert sorted(first.json()) == ["target", "token", "wait", "work"]
    assert (first.json()["work"], first.json()["wait"]) == (50, 2)
    assert first.json()["token"] != second.json()["token"]
    assert not first.cookies


def test_challenges_are_given_to_our_own_pages_for_public_petitions(client, petition):
    make_petition("a-draft", state="draft")
    assert client.get(CHALLENGE, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.get(CHALLENGE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/api/petitions/a-draft/challenge/").status_code == 404
    assert client.get("/api/petitions/no-such/challenge/").status_code == 404


def test_who_has_taken_far_too_many_is_told_so_and_signs_all_the_same(client, petition, monkeypatch):
    monkeypatch.setattr(prices, "CHALLENGE", prices.Price("challenges", 1, 2))
    assert [client.get(CHALLENGE).status_code for _ in range(3)] == [200, 200, 429]
    assert state_after(client) == "waiting"


def test_a_form_with_a_proof_is_mailed_at_once(client, petition, time_machine):
    assert state_after(client, proof=earn(client, time_machine)) == "queued"
    assert SpentProof.objects.count() == 1


def test_the_form_says_where_its_challenge_is_only_where_one_is_asked_for(client, petition, settings):
    attributes = f'data-challenge="{CHALLENGE}" data-solver="/static/js/proof.js"'
    assert attributes in client.get("/en/petitions/let-them-choose/").content.decode()
    settings.PROOF_OF_WORK = False
    assert "data-challenge" not in client.get("/en/petitions/let-them-choose/").content.decode()
    assert client.get(CHALLENGE).status_code == 404
    assert state_after(client) == "queued"


@pytest.mark.parametrize(
    "kind", ["none", "made up", "far too long", "NUL", "spent", "too young", "of another petition"]
)
def test_a_proof_that_is_not_good_costs_time_and_never_the_signature(client, petition, time_machine, kind):
    make_petition("another")
    challenge = CHALLENGE.replace("let-them-choose", "another") if kind == "of another petition" else CHALLENGE
    bad = {"none": "", "made up": "A" * 44 + ".1", "far too long": "x" * 5_000, "NUL": "a\0b"}
    proof = bad.get(kind, solve(client.get(challenge).json()))
    if kind != "too young":
        time_machine.move_to("2026-12-24T10:01:00+00:00", tick=False)
    if kind == "spent":
        client.post(PATH, post_form(email="first@example.org", proof=proof))
        time_machine.move_to("2026-12-24T10:01:01+00:00", tick=False)
    response = client.post(PATH, post_form(proof=proof))
    assert (response.status_code, response["Location"]) == (303, NEXT)
    mail = OutgoingMail.objects.get(signatory__in=Signatory.objects.order_by("-pk")[:1])
    assert mail.state == "waiting"


def test_a_form_that_comes_back_has_not_spent_its_proof(client, petition, time_machine):
    proof = earn(client, time_machine)
    page = client.post(PATH, post_form(name="", proof=proof))
    assert page.status_code == 422
    assert f'value="{proof}"' in page.content.decode()
    assert state_after(client, proof=proof) == "queued"


@pytest.mark.parametrize("has_proof", [True, False])
@pytest.mark.parametrize("kind", ["pending", "confirmed", "rejected", "withdrawn", "expired", "blocked"])
def test_with_or_without_a_proof_no_answer_and_no_statement_tells_who_signed(
    client, db, time_machine, kind, has_proof, monkeypatch
):
    petition = make_petition()
    make_signatory(petition)
    make_signatory(petition, email="new@example.org", state="withdrawn")
    proofs = iter([solve(client.get(CHALLENGE).json()) if has_proof else "" for _ in range(2)])
    time_machine.move_to("2026-12-24T10:01:00+00:00", tick=False)
    plain = client.post
    monkeypatch.setattr(client, "post", lambda path, form: plain(path, form | {"proof": next(proofs)}))
    new = sign_as(client, "new", petition)
    Signatory.objects.filter(petition=petition, state="pending").delete()
    assert sign_as(client, kind, petition) == new


def test_many_who_ask_for_links_get_the_same_answer_as_the_first(client, petition, monkeypatch):
    monkeypatch.setattr(prices, "LINK", prices.Price("links", 1, 1))
    make_signatory(petition, email="gildong@example.org")
    OutgoingMail.objects.all().delete()
    answers = [as_answer(client.post(LINK, {"email": email})) for email in ("gildong@example.org", "who@example.org")]
    assert answers[0] == answers[1]
    assert sorted(OutgoingMail.objects.values_list("state", flat=True)) == ["queued", "waiting"]


def test_the_page_after_the_form_tells_of_a_wait_that_may_be_felt(client, petition, monkeypatch):
    sentence = "the email may take some minutes longer than usual"
    monkeypatch.setattr("campaign.actions.admitting.slow_lane.FELT_FROM", 1)
    pages = []
    for email in ("first@example.org", "second@example.org"):
        client.post(PATH, post_form(email=email))
        pages.append(sentence in client.get(NEXT).content.decode())
    assert pages == [False, True]
