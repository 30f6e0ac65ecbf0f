"""The signatory's own page: GET shows, POST acts, and nobody learns more than the link's owner."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from campaign import crypto
from campaign.actions.forgetting.privacy import expire_signatories
from campaign.actions.signing import statements
from campaign.actions.signing.envelopes import open_identity
from campaign.models import MailGate, OutgoingMail, Petition, Signatory
from tests.factories import make_address, make_petition, make_signatory, post_form, send_mails, show_name
from tests.parallel import in_parallel

CHOSEN = {"action": "confirm", "country": "KR", "visibility": "delivered"}
NAME, EMAIL = "Ri Unusualname", "unusual-address@example.org"


@pytest.fixture
def pending(petition):
    return mailed(make_signatory(petition, state="pending", name=NAME, email=EMAIL, country="KR"))


@pytest.fixture
def confirmed(pending, client):
    client.post(path_of(pending), CHOSEN)
    return Signatory.objects.select_related("petition", "edition").get(pk=pending.pk)


def mailed(row):
    send_mails()
    row.refresh_from_db()
    assert row.token_hash
    return row


def path_of(row, language="en"):
    return f"/{language}/s/{crypto.link_token(settings.LINK_KEY, bytes(row.nonce))}/"


def snapshot():
    return [list(model.objects.order_by("pk").values()) for model in (Signatory, OutgoingMail, MailGate)]


def test_looking_changes_nothing_and_shows_no_name_or_address(client, pending):
    before = snapshot()
    for _ in range(50):
        response = client.get(path_of(pending), headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch"})
    client.head(path_of(pending))
    client.options(path_of(pending))
    assert snapshot() == before
    assert response.status_code == 200
    page = response.content.decode()
    for word in (NAME, EMAIL, "unusual", "Unusualname"):
        assert word not in page
    for shown in ("Let them choose (en)", "Korea", "confirm"):
        assert shown in page


@pytest.mark.parametrize("state", ["pending", "confirmed", "withdrawn", "expired", "rejected"])
def test_own_pages_are_kept_by_nobody_in_any_state(client, petition, state):
    row = mailed(make_signatory(petition, state="pending", name=NAME, email=EMAIL))
    path = path_of(row)
    if state in ("confirmed", "rejected"):
        client.post(path, CHOSEN)
    if state == "rejected":
        Signatory.objects.all().move("reject")
    if state in ("withdrawn", "expired"):
        Signatory.objects.all().erase("withdraw" if state == "withdrawn" else "expire")
    response = client.get(path)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert not response.cookies
    assert NAME not in response.content.decode()
    assert EMAIL not in response.content.decode()


def test_the_button_confirms_and_a_repeat_shows_the_same_page(client, pending):
    first = client.post(path_of(pending), CHOSEN)
    row, page = Signatory.objects.get(), client.get(path_of(pending)).content
    again = client.post(path_of(pending), CHOSEN | {"country": "FR"})
    assert (first.status_code, again.status_code) == (303, 303)
    assert first["Location"] == again["Location"] == path_of(pending)
    assert Signatory.objects.get().confirmed_at == row.confirmed_at
    assert (row.state, row.country, row.words_digest) == ("confirmed", "KR", None)
    assert client.get(path_of(pending)).content == page


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_forty_parallel_confirmations_make_one_transition(monkeypatch):
    row = mailed(make_signatory(make_petition(), state="pending"))
    made = []
    move = statements.move

    def count_moves(signatory, action, **values):
        moved = move(signatory, action, **values)
        made.append(moved)
        return moved

    monkeypatch.setattr(statements, "move", count_moves)
    answers = in_parallel(40, lambda: Client().post(path_of(row), CHOSEN).status_code)
    assert answers == [303] * 40
    assert sum(made) == 1
    assert Signatory.objects.get().state == "confirmed"


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 0)])
def test_a_cut_link_is_as_unknown_as_any(client, pending, cut):
    token = path_of(pending).split("/")[3]
    unknown = client.get(f"/en/s/{'A' * 43}/")
    altered = client.get(f"/en/s/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}/")
    shortened = client.get(f"/en/s/{token[cut] or 'x'}/")
    assert unknown.status_code == altered.status_code == shortened.status_code == 404
    assert unknown.content == altered.content == shortened.content
    assert client.post(f"/en/s/{'A' * 43}/", CHOSEN).content == unknown.content
    assert Signatory.objects.get().state == "pending"


def test_who_confirms_after_other_words_came_types_the_name_anew(client, pending):
    client.post("/en/petitions/let-them-choose/sign/", post_form(name="A Stranger", email=EMAIL))
    assert 'name="name"' in client.get(path_of(pending)).content.decode()
    refused = client.post(path_of(pending), CHOSEN)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode()
    assert Signatory.objects.get().state == "pending"
    client.post(path_of(pending), CHOSEN | {"name": "Ri Typed Anew"})
    row = Signatory.objects.get()
    assert (row.state, row.words_differ) == ("confirmed", False)
    assert open_identity(row)["name"] == "Ri Typed Anew"


def test_other_words_that_come_between_page_and_button_stop_it(client, pending, monkeypatch):
    # The form was found valid a moment before the other words came in: the UPDATE itself must refuse.
    monkeypatch.setattr("campaign.forms.needs_name", lambda *_args: False)
    Signatory.objects.update(words_differ=True)
    client.post(path_of(pending), CHOSEN)
    assert Signatory.objects.get().state == "pending"


def test_who_confirms_unchanged_words_is_not_asked_the_name(client, pending):
    assert 'name="name"' not in client.get(path_of(pending)).content.decode()


def test_choices_can_change_before_the_button(client, pending):
    client.post(path_of(pending), CHOSEN | {"country": "", "visibility": "counted"})
    row = Signatory.objects.get()
    assert (row.state, row.country, row.visibility, row.identity) == ("confirmed", "", "counted", None)


def test_withdrawing_erases_at_once_and_leaves_nothing_personal(client, confirmed):
    show_name(confirmed, NAME)
    Signatory.objects.update(wants_updates=True, mailbox=b"sealed")
    client.post(path_of(confirmed), {"action": "withdraw"})
    row = Signatory.objects.values().get()
    gone = ("identity", "mailbox", "email_digest", "gate_link", "words_digest", "nonce", "public_name", "name_number")
    assert {row[name] for name in gone} == {None}
    assert {row[name] for name in ("country", "name_state", "domain_class")} == {""}
    assert (row["state"], row["wants_updates"]) == ("withdrawn", False)
    assert row["erased_at"] is not None
    assert "withdrawn" in client.get(path_of(confirmed)).content.decode().lower()


def test_not_me_erases_and_stops_mail_for_a_year(client, pending, mails, time_machine):
    client.post(path_of(pending), {"action": "not_me"})
    row = Signatory.objects.get()
    assert (row.state, row.identity, row.email_digest) == ("withdrawn", None, None)
    post = {"path": "/en/petitions/let-them-choose/sign/", "data": post_form(email=EMAIL)}
    for days in (0, 2, 364):
        time_machine.move_to(row.erased_at + timedelta(days=days))
        client.post(**post)
        send_mails()
        assert len(mails) == 1, days
        expire_signatories()
    time_machine.move_to(row.erased_at + timedelta(days=366))
    client.post(**post)
    send_mails()
    assert len(mails) == 2


def test_withdrawing_while_a_mail_is_owed_erases_its_envelope_too(client, confirmed):
    client.post("/en/petitions/let-them-choose/check-your-email/", {"email": EMAIL})
    client.post(path_of(confirmed), {"action": "withdraw"})
    assert list(OutgoingMail.objects.exclude(mailbox=None)) == []


def test_an_expired_link_says_so_and_takes_the_address_for_a_new_mail(client, pending, mails, time_machine):
    path = path_of(pending)
    time_machine.move_to(timezone.now() + timedelta(days=8))
    assert expire_signatories() == 1
    assert 'name="email"' in client.get(path).content.decode()
    answer = client.post(path, {"action": "again", "email": EMAIL})
    assert (answer.status_code, answer["Location"]) == (303, "/en/petitions/let-them-choose/check-your-email/")
    send_mails()
    assert len(mails) == 2
    fresh = Signatory.objects.pending().get()
    assert client.post(path_of(fresh), CHOSEN).status_code == 422
    client.post(path_of(fresh), CHOSEN | {"name": NAME})
    assert Signatory.objects.confirmed().count() == 1
    time_machine.move_to(timezone.now() + timedelta(days=40))


def test_the_public_process_with_all_its_secrets_makes_no_link_that_works(client, petition, mails):
    row = make_signatory(petition, state="pending")
    secrets = [settings.SECRET_KEY, settings.CAMPAIGN_KEY, settings.POST_PUBLIC_KEY, settings.DELIVERY_PUBLIC_KEY]
    send_mails()
    for secret in [*secrets, ""]:
        assert client.get(f"/en/s/{crypto.link_token(secret, bytes(row.nonce))}/").status_code == 404
    assert client.get(path_of(row)).status_code == 200


def test_changing_after_confirmation(client, confirmed):
    show_name(confirmed, NAME)
    client.post(path_of(confirmed), {"action": "change", "country": "FR", "visibility": "initials", "name": "New Name"})
    row = Signatory.objects.select_related("petition").get()
    assert (row.country, row.visibility) == ("FR", "initials")
    assert (row.public_name, row.name_number, row.name_state) == (None, None, "")
    assert open_identity(row)["name"] == "New Name"


def test_updates_are_switched_on_with_the_address_one_signed_with(client, confirmed):
    change = {"action": "change", "country": "KR", "visibility": "delivered", "wants_updates": "on"}
    assert client.post(path_of(confirmed), change).status_code == 422
    assert client.post(path_of(confirmed), change | {"email": make_address()}).status_code == 422
    assert client.post(path_of(confirmed), change | {"email": EMAIL}).status_code == 303
    assert Signatory.objects.get().mailbox is not None
    del change["wants_updates"]
    client.post(path_of(confirmed), change)
    assert Signatory.objects.get().mailbox is None


def test_who_is_only_counted_is_asked_for_no_name_before_she_changes_that(client, petition):
    row = mailed(make_signatory(petition, state="pending", visibility="counted"))
    before, _, folded = client.get(path_of(row)).content.decode().partition("Change the country, or who sees it")
    assert ('name="name"' in before, 'name="name"' in folded) == (False, True)
    page = client.post(path_of(row), CHOSEN).content.decode()  # to be delivered, and without a name
    assert 'class="fold" open' in page
    assert "Enter your full name." in page.partition("Change the country, or who sees it")[2]


def test_from_counted_to_delivered_the_name_is_asked(client, petition):
    row = mailed(make_signatory(petition, state="pending", visibility="counted"))
    client.post(path_of(row), {"action": "confirm", "visibility": "counted"})
    assert client.post(path_of(row), {"action": "change", "visibility": "delivered"}).status_code == 422
    assert client.post(path_of(row), {"action": "change", "visibility": "delivered", "name": NAME}).status_code == 303
    assert open_identity(Signatory.objects.select_related("petition").get())["name"] == NAME


def test_what_was_signed_before_the_closing_may_be_confirmed_for_a_week(client, pending, time_machine):
    petition = pending.petition
    petition.state, petition.closed_at = "closed", timezone.now()
    petition.save()
    time_machine.move_to(timezone.now() + timedelta(days=6, hours=23))
    Signatory.objects.update(signed_at=timezone.now())
    client.post(path_of(pending), CHOSEN)
    assert Signatory.objects.get().state == "confirmed"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("open", ""),
        ("paused", "Signing is paused. Nothing is lost"),
        ("closed", "The petition is closed. What was signed before still counts if it is confirmed by"),
    ],
)
def test_who_has_yet_to_confirm_is_told_that_the_petition_takes_no_more_signatures(client, pending, state, said):
    Petition.objects.update(state=state, closed_at=timezone.now() if state == "closed" else None)
    Signatory.objects.update(signed_at=timezone.now() - timedelta(days=2))
    page = client.get(path_of(pending)).content.decode()
    assert [words for words in ("Signing is paused", "The petition is closed") if words in page] == (
        [words for words in ("Signing is paused", "The petition is closed") if words in said]
    )
    assert said in page
    assert "Confirm my signature" in page
    if state == "closed":  # a week from the form, not from the closing
        assert f"{said} {date_format(timezone.now() + timedelta(days=5))}." in page


def test_a_week_after_the_closing_nothing_is_confirmed(client, pending):
    petition = pending.petition
    petition.state, petition.closed_at = "closed", timezone.now() - timedelta(days=8)
    petition.save()
    client.post(path_of(pending), CHOSEN)
    assert Signatory.objects.get().state == "pending"
    assert expire_signatories() == 1


@pytest.mark.parametrize("action", ["", "delete", "__class__"])
def test_an_unknown_act_does_nothing(client, pending, action):
    before = snapshot()
    assert client.post(path_of(pending), {"action": action}).status_code == 422
    assert snapshot() == before


@pytest.mark.parametrize(
    "twice", [{"name": ["One", "Two"]}, {"country": ["KR", "FR"]}, {"visibility": ["initials", "public"]}]
)
@pytest.mark.parametrize("action", ["confirm", "change"])
def test_what_is_sent_twice_is_refused_as_on_the_petitions_form(client, pending, action, twice):
    Signatory.objects.update(words_differ=True)  # so that the name is asked when confirming, too
    if action == "change":
        client.post(path_of(pending), CHOSEN | {"name": NAME})
    before = snapshot()
    answer = client.post(path_of(pending), CHOSEN | {"action": action, "name": NAME} | twice)
    assert answer.status_code == 422
    assert "This was sent more than once. Please fill it in once." in answer.content.decode()
    assert snapshot() == before


def test_two_acts_at_once_are_none(client, pending):
    before = snapshot()
    assert client.post(path_of(pending), CHOSEN | {"action": ["confirm", "not_me"]}).status_code == 422
    assert snapshot() == before


def test_all_that_is_held_can_be_downloaded_without_what_this_process_cannot_read(client, confirmed):
    answer = client.post(path_of(confirmed), {"action": "download"})
    held = answer.json()
    assert answer["Content-Disposition"] == 'attachment; filename="signature.json"'
    assert "no-store" in answer["Cache-Control"]
    assert (held["petition"], held["state"], held["country"]) == ("let-them-choose", "confirmed", "KR")
    assert len(held["kept, but not readable here"]) == 9
    assert NAME not in answer.content.decode()
    assert EMAIL not in answer.content.decode()
    client.post(path_of(confirmed), {"action": "withdraw"})
    after = client.post(path_of(confirmed), {"action": "download"}).json()
    assert after["kept, but not readable here"] == ["A scrambled form of this page’s link, by which it is known"]
    assert (after["country"], after["public_name"], after["wants_updates"]) == ("", None, False)


def test_other_sites_cannot_press_the_buttons(client, pending):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client.post(path_of(pending), CHOSEN, headers=headers).status_code == 403
    assert Signatory.objects.get().state == "pending"


# --- The name that the public sees -----------------------------------------------------------------------------------
WAITS, SOON, REFUSED = "It waits until a moderator", "It appears there within", "A moderator decided not to show it."
SHOWN = "It is shown there."


@pytest.mark.parametrize(
    ("names_wait", "name_state", "public_name", "sentence"),
    [
        (True, "", None, WAITS),
        (True, "approved", None, SOON),
        (False, "", None, SOON),
        (True, "refused", None, REFUSED),
        (True, "approved", NAME, SHOWN),
    ],
)
def test_her_page_says_what_became_of_the_name_she_chose_to_show_and_does_not_show_it(
    client, db, names_wait, name_state, public_name, sentence
):
    row = mailed(make_signatory(make_petition(names_wait=names_wait), name=NAME, email=EMAIL, visibility="public"))
    number = 1 if public_name else None
    Signatory.objects.update(name_state=name_state, public_name=public_name, name_number=number)
    page = client.get(path_of(row)).content.decode()
    assert [each for each in (WAITS, SOON, REFUSED, SHOWN) if each in page] == [sentence]
    assert NAME not in page


@pytest.mark.parametrize("visibility", ["delivered", "counted"])
def test_of_a_name_that_is_not_to_be_shown_her_page_says_nothing(client, petition, visibility):
    row = mailed(make_signatory(petition, name=NAME, email=EMAIL, visibility=visibility))
    page = client.get(path_of(row)).content.decode()
    assert [each for each in (WAITS, SOON, REFUSED, SHOWN) if each in page] == []


def test_the_page_of_a_link_that_ended_early_says_so_and_offers_another(client, pending):
    in_time, early = "It was not used within 7 days", "It came among many forms that looked forged"
    Signatory.objects.all().erase("expire")
    page = client.get(path_of(pending)).content.decode()
    assert (in_time in page, early in page, 'value="again"' in page) == (False, True, True)
    Signatory.objects.update(ended_at=pending.signed_at + timedelta(days=7))
    page = client.get(path_of(pending)).content.decode()
    assert (in_time in page, early in page) == (True, False)
