"""One click ends the news, from wherever it comes (RFC 8058), and can do nothing else."""

import pytest

from campaign.actions.mailing.updates import ticket_of
from campaign.models import Signatory
from tests.factories import LANGUAGES, make_signatory

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ELSEWHERE = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def reader(petition):
    return make_signatory(petition, wants_updates=True, visibility="initials")


def path_of(row, language="en"):
    return f"/{language}/u/{ticket_of(row.pk)}/"


def row_but_news(row):
    values = Signatory.objects.filter(pk=row.pk).values()[0]
    return {name: value for name, value in values.items() if name not in ("wants_updates", "mailbox")}


def test_a_mail_provider_ends_the_news_without_cookie_or_origin_and_changes_nothing_else(client, reader):
    before = row_but_news(reader)
    answer = client.post(path_of(reader), ONE_CLICK, headers=ELSEWHERE)
    assert (answer.status_code, "no-store" in answer["Cache-Control"], dict(answer.cookies)) == (200, True, {})
    row = Signatory.objects.get()
    assert (row.wants_updates, row.mailbox, row_but_news(row)) == (False, None, before)
    again = client.post(path_of(reader), ONE_CLICK, headers=ELSEWHERE)
    assert (again.status_code, again.content) == (200, answer.content)


def test_from_there_one_gets_back_to_the_petition(client, reader):
    back = f'<a href="/en/petitions/{reader.petition.slug}/">Back to the petition</a>'
    assert client.get(path_of(reader)).content.decode().count(back) == 0
    assert client.post(path_of(reader), ONE_CLICK).content.decode().count(back) == 1


def test_opening_the_link_changes_nothing(client, reader):
    for language in LANGUAGES:
        page = client.get(path_of(reader, language))
        assert (page.status_code, "noindex" in page["X-Robots-Tag"], 'method="post"' in page.content.decode()) == (
            200, True, True,
        )  # fmt: skip
    assert Signatory.objects.get().wants_updates


@pytest.mark.parametrize(
    "ticket", ["{key}", "{key}.", "{key}.{other}", "{other}.{mac}", "x.{mac}", "{key}.{mac}x", "é.é"]
)
def test_a_ticket_that_is_not_ours_is_as_unknown_as_any(client, petition, reader, ticket):
    key, mac = ticket_of(reader.pk).split(".")
    other = ticket_of(make_signatory(petition, wants_updates=True).pk).split(".")[0]
    answer = client.post(f"/en/u/{ticket.format(key=key, mac=mac, other=other)}/", ONE_CLICK)
    assert (answer.status_code, answer.content) == (404, client.get(f"/en/s/{'A' * 43}/").content)
    assert Signatory.objects.filter(wants_updates=True).count() == 2


def test_an_erased_signatorys_ticket_still_answers_and_does_nothing(client, reader):
    Signatory.objects.all().erase("withdraw")
    before = row_but_news(reader)
    assert client.post(path_of(reader), ONE_CLICK).status_code == 200
    assert row_but_news(reader) == before
