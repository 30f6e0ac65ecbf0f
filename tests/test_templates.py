"""What the templates promise, whoever renders them."""

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template, engines
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils.formats import date_format
from django.utils.translation import override

from campaign.actions.mailing.letters import expected_subject
from campaign.forms import SignForm
from campaign.models import Petition
from campaign.templatetags.reading import for_mailto, lean, reading_minutes, sentence_list
from campaign.templatetags.site import bcp47
from tests.factories import LANGUAGES, make_article, make_petition, make_signatory, post_form

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for path in (ROOT / "templates").rglob("*.*")
    if path.is_file() and "admin" not in path.parts
)
STAFF = ("account/", "mfa/")  # pages under /admin/, by the names that django-allauth asks for
STATUSES = (403, 404, 409, 413, 422, 429, 500, 503)
FIXED_PAGES = ("privacy", "safety", "imprint", "how-we-count")
PETITION = "/petitions/let-them-choose/"


def page_of(client, path: str) -> str:
    return client.get(path).content.decode()


# --- All of them -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith("mail/")])
def test_a_template_holds_no_inline_script_or_style_and_no_token(name):
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    script = r"<script(?![^>]*\s(?:src=|type=\"application/json\"))"  # a block of data is run by no browser
    token = "" if name.startswith(STAFF) else "|csrf_token"
    assert re.findall(rf"<style|\sstyle=|\son[a-z]+=|{script}|\|safeseq{token}", source) == []


def test_style_and_script_keep_to_their_budgets():
    sizes = [(ROOT / "static" / name).stat().st_size for name in ("css/site.css", "js/site.js")]
    assert [size <= budget for size, budget in zip(sizes, (20 * 1024, 10 * 1024), strict=True)] == [True, True]


def test_script_writes_text_and_never_html():
    source = (ROOT / "static/js/site.js").read_text(encoding="utf-8")
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIXED_PAGES)
def test_a_fixed_page_stands_in_every_language(client, db, name, language):
    page = page_of(client, f"/{language}/{name}/")
    assert re.findall(r"<h1>.+</h1>", page)
    assert re.findall(r'<html lang="([^"]+)"', page) == [bcp47(language)]


# --- Errors ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", STATUSES)
def test_an_error_page_needs_no_request_and_no_database(status):
    page = render_to_string(f"errors/{status}.html", {"status": status})
    heading = re.findall(r"<h1>(.+)</h1>", page)
    assert len(heading) == 1
    assert heading[0] in re.findall(r"<title>(.+)</title>", page)[0]


def test_an_error_page_survives_a_manifest_that_lacks_a_file(monkeypatch):
    def missing(path):
        raise ValueError(path)

    monkeypatch.setattr("campaign.templatetags.site.staticfiles_storage.url", missing)
    assert '"/static/css/site.css"' in render_to_string("errors/500.html", {"status": 500})


def test_the_page_for_no_storage_says_that_nothing_was_saved():
    assert "was not saved" in render_to_string("errors/503.html", {"status": 503})


# --- Filters -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("html", "minutes"),
    [
        ("", 1),
        ("<p>" + "word " * 476 + "</p>", 2),
        ("<p>" + "낱말 " * 678 + "</p>", 3),
        ("<p>" + "字" * 1560 + "。</p>", 4),
        ("<p>" + "字" * 390 + "</p><p>" + "word " * 238 + "</p>", 2),
    ],
)
def test_reading_time_counts_each_script_its_own_way(html, minutes):
    assert reading_minutes(html) == minutes


@pytest.mark.parametrize(("items", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_a_list_is_joined_as_a_sentence(items, text):
    with override("en"):
        assert sentence_list(items) == text


@pytest.mark.parametrize(("code", "tag"), [("en", "en"), ("zh-hans", "zh-Hans"), ("pt-br", "pt-BR")])
def test_language_codes_are_written_as_html_wants_them(code, tag):
    assert bcp47(code) == tag


def test_squeezing_takes_indentation_and_leaves_what_is_preformatted():
    source = "{% load reading %}{% squeeze %}<p>a  b\n    c</p>\n\n  <pre>\n  x\n</pre>{% endsqueeze %}"
    assert Template(source).render(Context()) == "<p>a  b\nc</p><pre>\n  x\n</pre>"


def test_a_lean_article_goes_without_the_ends_that_html_lets_go():
    html = (
        "<p>a <b>b</b></p>\n<ul>\n<li>c</li>\n<li><p>d</p></li>\n</ul>\n<h2>e</h2>\n<p>f</p>\n<pre>&lt;/p&gt;\n</pre>"
    )
    assert lean(html) == ("<p>a <b>b</b><ul>\n<li>c<li><p>d</p></ul>\n<h2>e</h2>\n<p>f</p>\n<pre>&lt;/p&gt;\n</pre>")


def test_words_for_a_mail_keep_their_letters_and_nothing_that_ends_them():
    assert for_mailto('침묵은 답?&"') == "침묵은%20답%3F%26%22"


def test_squeezing_takes_lines_beside_blocks_and_leaves_a_space_between_words():
    source = "{% load reading %}{% squeeze %}<ul>\n  <li>\n a\n</li>\n\n</ul>\n<a>b</a>\n<b>c</b>{% endsqueeze %}"
    assert Template(source).render(Context()) == "<ul><li>a</li></ul><a>b</a>\n<b>c</b>"


def test_no_title_ends_the_block_for_search_engines(db, client):
    make_article(make_petition())
    article = make_article(slug="sly")
    article.editions.filter(language="en").update(title="</script><script>alert(1)</script>")
    page = page_of(client, "/en/articles/sly/")
    assert page.count("<script") == 2
    assert "\\u003c/script\\u003e" in page


# --- The form ----------------------------------------------------------------------------------------------------
def refused(client, language: str = "en", **values: str) -> str:
    response = client.post(f"/{language}{PETITION}sign/", post_form(**values))
    assert response.status_code == 422
    return response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_and_the_field_say_the_same_words(client, petition, language):
    page = refused(client, language, name="", email="", consent=None, visibility="everyone")
    summary = re.findall(r'<li><a href="#([^"]+)">(.+?)</a></li>', page)
    fields = re.findall(r'id="(id_\w+)_error">(.+?)</p>', page)
    assert [words for _, words in summary] == [words for _, words in fields] != []
    assert [target for target, _ in summary] == ["id_name", "id_email", "id_visibility_0", "id_consent"]


def test_the_title_says_error_first(client, petition):
    assert re.findall(r"<title>(.+?):", refused(client, name="")) == ["Error"]


def test_hint_and_error_stand_between_label_and_field_and_are_tied_to_it(client, petition):
    page = refused(client, name="")
    parts = ['<label for="id_name">', 'id="id_name_helptext"', 'id="id_name_error"', '<input type="text" name="name"']
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    field = re.findall(r'<input type="text" name="name"[^>]*>', page)[0]
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field


def test_the_field_nobody_fills_is_hidden_until_it_was_filled(client, petition):
    trap = r'<div class="field ([\w-]+)">\s*<label for="id_website">'
    assert re.findall(trap, page_of(client, f"/en{PETITION}")) == ["trap"]
    assert re.findall(trap, refused(client, website="http://spam.example")) == ["has-error"]


def test_answers_are_kept(client, petition):
    page = refused(client, name="Ö'Brien", email="nobody", country="DE", visibility="initials", wants_updates="on")
    assert 'value="Ö&#x27;Brien"' in page
    assert 'value="nobody"' in page
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["DE"]
    assert re.findall(r'value="(\w+)" id="id_visibility_\d" checked', page) == ["initials"]
    assert [bool(re.search(rf'name="{name}"[^>]* checked', page)) for name in ("consent", "wants_updates")] == [
        True
    ] * 2


def test_each_visibility_says_who_sees_what(client, petition):
    page = page_of(client, f"/en{PETITION}")
    hints = re.findall(r'id="hint-\d">\s*(.+?)\s*</p>', page, re.DOTALL)
    assert len(hints) == 4
    assert ["The addressee gets" in hint for hint in hints] == [True, True, True, False]


def test_the_consent_is_one_sentence_that_says_what_for_whom_until_when(petition):
    demand = petition.edition_in("en")
    context = {"petition": petition, "demand": demand, "columns": ["full name", "country"]}
    with override("en"):
        text = render_to_string("petition/_consent.txt", context)
        day = date_format(petition.destroy_on, "DATE_FORMAT")
    facts = ("Test Organisation", "full name and country", "The Ministry", day)
    assert [fact in text for fact in facts] == [True] * 4
    assert re.findall(r"[.!?] [A-Z]|\n", text.replace(day, "").strip()) == []


def test_what_editors_write_is_escaped_in_the_consent(client, petition):
    petition.editions.filter(first_signed_at=None).update(addressee="<b>Ministry</b>")
    assert "<b>Ministry</b>" not in page_of(client, f"/en{PETITION}")


@pytest.mark.parametrize(("language", "told"), [("en", 0), ("ar", 2)])
def test_mails_say_that_they_are_read_from_right_to_left(language, told):
    with override(language):  # on the element, too: mail programs drop the document's own
        assert render_to_string("mail/base.html").count('dir="rtl"') == told


# --- After signing -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Gmail", "Yahoo", "Outlook", "iCloud", "“Spam”", "“Junk”", "gmial.com")),
        ("ko", ("네이버", "다음", "카카오메일", "Gmail", "Outlook", "‘스팸메일함’", "naver.con")),
        ("zh-hans", ("QQ 邮箱", "网易邮箱", "Gmail", "Outlook", "“垃圾箱”", "163.con")),
    ],
)
def test_it_says_which_mail_to_look_for_where_and_which_slips_are_common(client, petition, settings, language, told):
    answer = client.get(f"/{language}{PETITION}check-your-email/")
    page = answer.content.decode()
    with override(language):
        subject = expected_subject(petition, petition.edition_in(language))
    assert [words for words in (*told, settings.DEFAULT_FROM_EMAIL, subject) if words not in page] == []
    assert not answer.cookies


# --- The signatory's own page --------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["pending", "confirmed", "withdrawn", "rejected", "expired"])
def test_the_own_page_links_nothing_outside_and_shows_nobody(client, petition, mails, state):
    row = make_signatory(petition, state=state, name="Hong Gildong", email="gildong@example.org")
    page = render_own_page(row)
    assert re.findall(r'(?:href|src|action)="(?:https?:)?//(?!testserver)[^"]*"', page) == []
    assert re.findall("gildong", page, re.IGNORECASE) == []
    assert '<meta name="robots" content="noindex, nofollow">' in page


def render_own_page(row) -> str:
    context = {"signatory": row, "petition": row.petition, "demand": row.edition, "form": None, "needs_name": False}
    request = RequestFactory().get("/en/s/token/")
    request.LANGUAGE_CODE = "en"
    form = SignForm(petition=row.petition, demand=row.edition)
    with override("en"):
        return engines["django"].get_template("signatory/page.html").render(context | {"form": form}, request)


# --- Mails -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["confirm", "standing", "neutral/confirm", "neutral/standing"])
def test_a_mail_holds_one_link_and_nothing_remote(petition, kind, language):
    context = mail_context(petition, language)
    with override(language):
        text, html = (render_to_string(f"mail/{kind}.{part}", context) for part in ("txt", "html"))
    assert re.findall(r"\S*/s/\S*", text) == [context["link"]]
    assert re.findall(r'href="([^"]*/s/[^"]*)"', html) == [context["link"]]
    assert re.findall(r"src=|url\(|@import|<link|<img", html) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["confirm", "standing"])
def test_a_neutral_mail_names_neither_cause_nor_organisation_nor_a_signature(petition, kind, language):
    context = mail_context(petition, language)
    with override(language):
        parts = [render_to_string(f"mail/neutral/{kind}.{part}", context) for part in ("subject.txt", "txt", "html")]
        usual = [render_to_string(f"mail/{kind}.{part}", context) for part in ("subject.txt", "txt", "html")]
    telling = re.compile(
        r"Let them choose|Ministry|Organisation|contact@|petition|sign|청원|서명|请愿|签名|签署", re.IGNORECASE
    )
    assert [telling.findall(part.replace(context["link"], "")) for part in parts] == [[], [], []]
    assert all(telling.search(part) for part in usual)
    assert len(parts[0].strip().splitlines()) == 1


def test_a_text_mail_is_not_escaped(petition):
    context = mail_context(petition, "en")
    context["demand"].title = "Workers’ “rights” & <duties>"
    assert "& <duties>" in render_to_string("mail/confirm.txt", context)
    assert "& <duties>" not in render_to_string("mail/confirm.html", context)


def mail_context(petition: Petition, language: str) -> dict[str, object]:
    return {
        "petition": petition,
        "demand": petition.edition_in(language),
        "link": f"http://testserver/{language}/s/{'x' * 43}/",
        "petition_url": f"http://testserver/{language}{PETITION}",
        "site_url": "http://testserver",
        "organisation_name": "Test Organisation",
        "organisation_contact": "contact@example.org",
        "expires_at": petition.created_at,
        "neutral_name": "Letters",
    }


# --- The development mailbox ---------------------------------------------------------------------------------------
def test_the_mailbox_shows_text_with_a_link_to_press_and_html_as_source():
    mail = EmailMessage()
    mail["Subject"] = "Please confirm"
    text = "Open http://testserver/en/s/abc/ now"
    page = render_to_string("mailbox/mail.html", {"mail": mail, "text": text, "html": "<script>alert(1)</script>"})
    assert 'href="http://testserver/en/s/abc/"' in page
    assert page.count("<script") == 1
    assert "&lt;script&gt;" in page
