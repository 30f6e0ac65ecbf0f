"""Nonsense, mistakes and attacks in the form: a sentence that says what to do, and nothing stored."""

import html
import re

import pytest

from campaign.models import OutgoingMail, Signatory
from tests.factories import post_form

LANGUAGES = {"en": "Error:", "ko": "오류:", "zh-hans": "错误："}
PATH = "/{language}/petitions/let-them-choose/sign/"
BAD = {
    "nothing": dict.fromkeys(["name", "email", "country", "visibility", "consent", "website", "proof"]),
    "empty name": {"name": ""},
    "blank name": {"name": " \u3000 "},
    "NUL in the name": {"name": "Kim\x00Min"},
    "NUL in the address": {"email": "kim\x00@example.org"},
    "bidi override": {"name": "Kim \u202eniM"},
    "bidi isolate": {"name": "Kim \u2066niM\u2069"},
    "zero width space": {"name": "Kim\u200bMin"},
    "formula": {"name": '=HYPERLINK("http://evil.example","x")'},
    "another formula": {"name": "+1+1"},
    "at sign": {"name": "@SUM(A1)"},
    "address as name": {"name": "https://evil.example/buy"},
    "domain as name": {"name": "www.evil.example"},
    "shop as name": {"name": "Buy at evil.com today"},
    "markup": {"name": "<script>alert(1)</script>"},
    "digits only": {"name": "12345"},
    "marks only": {"name": "-- ''"},
    "too long": {"name": "a" * 201},
    "letters that show nothing": {"name": "\u3164\u3164"},
    "path as name": {"name": "t.me/x"},
    "replacement character": {"name": "Kim \ufffd"},
    "surrogate as text": {"name": "Kim \U000e0001"},
    "no address": {"email": ""},
    "half an address": {"email": "kim@"},
    "no domain": {"email": "kim@localhost"},
    "two addresses": {"email": "kim@example.org, min@example.org"},
    "two addresses, semicolon": {"email": "kim@example.org;min@example.org"},
    "address with name": {"email": "Kim <kim@example.org>"},
    "header injection": {"email": "kim@example.org\r\nBcc: min@example.org"},
    "header injection in the name": {"name": "Kim\r\nBcc: min@example.org"},
    "local part no server takes": {"email": "김@example.org"},
    "long address": {"email": "a" * 250 + "@example.org"},
    "unknown country": {"country": "XX"},
    "lower case country": {"country": "kr"},
    "no visibility": {"visibility": ""},
    "unknown visibility": {"visibility": "everyone"},
    "no consent": {"consent": None},
    "honeypot": {"website": "https://example.org"},
    "name twice": {"name": ["Kim Min", "Min Kim"]},
    "address twice": {"email": ["kim@example.org", "min@example.org"]},
    "consent twice": {"consent": ["on", "on"]},
    "edition of kilobytes": {"edition": "x" * 5_000},
}
GOOD_NAMES = [
    "김구",
    "허 준",
    "남궁민수",
    "习",
    "李小龍",
    "Nguyễn Thị Minh Khai",
    "O'Brien",
    "Conan O’Brien",
    "Jean-Luc d'Arc",
    "María del Carmen Fernández de la Vega y Sánchez-Cantalejo Rodríguez de los Ríos",
    "عبد الرحمن بن محمد بن عبد الله آل سعود الكبير",
    "می‌خواهم",
    "क्ष‍ त्रिय",
    "ʻAkahi Kamakawiwoʻole",
    "J. D. Salinger",
    "J.R.R. Tolkien",
    "Martin Luther King, Jr.",
    "Жанна Д’Арк",
    "Σωκράτης",
    "สมชาย ใจดี",
    "יוסף בן־גוריון",
    "Björk Guðmundsdóttir",
    "José María · Pérez",
    "ジャン＝ジャック・ルソー".replace("＝", "・"),
    "Kim",
    "Anna Com",
    "X Æ",
    "Louis 14",
    "བསྟན་འཛིན་རྒྱ་མཚོ",
    "\u200fمحمد علي\u200f",
]


def errors_in(page):
    """The sentences of the summary, in their order."""
    summary = page.partition('class="error-summary"')[2].partition("</ul>")[0]
    return [html.unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in summary.split("<li>")[1:]]


def nothing_is_stored():
    return Signatory.objects.count() == OutgoingMail.objects.count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_told_in_the_pages_language_and_nothing_is_stored(client, petition, kind, language):
    response = client.post(PATH.format(language=language), post_form(**BAD[kind]))
    page = response.content.decode()
    assert response.status_code == 422
    assert "no-store" in response["Cache-Control"]
    assert 'role="alert"' in page
    assert "error-summary" in page
    assert LANGUAGES[language] in page.partition("</title>")[0]
    assert nothing_is_stored()


INVISIBLE = {
    "en": "Your name contains invisible characters. Please type it anew.",
    "ko": "이름에 보이지 않는 문자가 들어 있습니다. 다시 입력해 주십시오.",
    "zh-hans": "您的姓名含有不可见字符。请重新输入。",
}
ADDRESS = "Enter one email address in the form name@example.org."
EMPTY = "Leave this field empty. Your browser may have filled it in for you."
CHANGED = "The text of the petition has changed since you opened the page. Please read it again, then sign."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_nul_in_the_name_is_told_as_any_invisible_character(client, petition, language):
    page = client.post(PATH.format(language=language), post_form(name="Kim\x00Min")).content.decode()
    assert errors_in(page) == [INVISIBLE[language]]


@pytest.mark.parametrize(("field", "told"), [
    ("name", [INVISIBLE["en"]]), ("email", [ADDRESS]), ("website", [EMPTY]), ("edition", [CHANGED]), ("proof", []),
    ("country", ["Choose a country from the list, or “Prefer not to say”."]),
    ("visibility", ["Choose who may see your name."]),
])  # fmt: skip
def test_no_field_gives_a_nul_back_or_the_frameworks_own_sentence(client, petition, field, told):
    form = post_form(consent=None) | {field: "a\x00b"}  # without consent, so that each form comes back
    page = client.post(PATH.format(language="en"), form).content.decode()
    assert "\x00" not in page
    consent = "Tick the consent box: without your consent we may not keep your signature."
    assert sorted(errors_in(page)) == sorted([*told, consent])


def test_all_answers_are_kept(client, petition):
    answers = post_form(name="Kim Min", email="kim@", country="KR", visibility="initials", wants_updates="on")
    page = client.post(PATH.format(language="en"), answers).content.decode()
    assert 'value="Kim Min"' in page
    assert 'value="kim@"' in page
    assert '<option value="KR" selected>' in page
    for kept in ("initials", "on"):
        assert [
            tag for tag in page.split("<input")[1:] if f'value="{kept}"' in tag or (kept == "on" and "checked" in tag)
        ]
    assert page.count("checked") >= 3


def test_what_was_typed_comes_back_escaped(client, petition):
    page = client.post(PATH.format(language="en"), post_form(name='"><img src=x>')).content.decode()
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page


def test_the_summary_uses_the_words_at_the_field(client, petition):
    page = client.post(PATH.format(language="en"), post_form(email="")).content.decode()
    assert page.count("Enter your email address.") == 2
    assert 'href="#id_email"' in page


@pytest.mark.parametrize("size", [16 * 1024 + 1, 10 * 1024 * 1024])
def test_a_large_body_is_413_and_not_read(client, petition, size):
    body = b"name=" + b"a" * (size - 5)
    response = client.post(PATH.format(language="ko"), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert 'lang="ko"' in response.content.decode()
    assert nothing_is_stored()


def test_a_lying_length_is_413(client, petition):
    response = client.post(PATH.format(language="en"), post_form(), headers={"Content-Length": "many"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"name": "Kim Min", "email": "kim@example.org"}', "application/json"),
        (b"name=Kim", "text/plain"),
        (b"<xml/>", "application/xml"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"name=%ff%fe&email=kim@example.org", "application/x-www-form-urlencoded"),
        (b"name=Kim", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary=ééé"),
        (b"&".join(b"f%d=1" % number for number in range(1_500)), "application/x-www-form-urlencoded"),
        (b"\x89PNG", "image/png"),
        (b"", ""),
    ],
)
def test_what_is_no_form_is_422(client, petition, body, content_type):
    response = client.post(PATH.format(language="en"), body, content_type=content_type)
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    assert nothing_is_stored()


def test_a_file_instead_of_a_name_is_422(client, petition, tmp_path):
    path = tmp_path / "name.txt"
    path.write_text("Kim Min")
    with path.open("rb") as file:
        response = client.post(PATH.format(language="en"), post_form(attachment=file))
    assert response.status_code == 422
    assert "takes no files" in response.content.decode()
    assert nothing_is_stored()


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_names_in_any_script_are_good(client, petition, name):
    response = client.post(PATH.format(language="en"), post_form(name=name))
    assert response.status_code == 303, name
    assert Signatory.objects.count() == 1


def test_an_empty_country_is_an_answer(client, petition):
    assert client.post(PATH.format(language="en"), post_form(country="")).status_code == 303
    assert Signatory.objects.get().country == ""
