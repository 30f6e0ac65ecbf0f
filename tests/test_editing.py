"""What editors write becomes clean HTML, and saving it drops the pages that are kept."""

import re
from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from campaign.actions.pages.editing import CLEANER, render_markdown, save_article_edition, save_petition_edition
from campaign.models import Article, ArticleEdition, Petition, PetitionEdition, PublicVersion


def make_petition_edition(**fields) -> PetitionEdition:
    petition = Petition.objects.create(slug="rivers", destroy_on=date(2030, 1, 1))
    return PetitionEdition(petition=petition, language="en", title="T", addressee="A", demand="Say *so*.", **fields)


def test_paragraphs_and_emphasis_are_rendered():
    assert (
        render_markdown("One *two* **three**\n\nfour") == "<p>One <em>two</em> <strong>three</strong></p>\n<p>four</p>"
    )


@pytest.mark.parametrize("written", ["# One\n\n## Two", "## One\n\n### Two", "### One\n\n#### Two"])
def test_the_highest_heading_fits_the_page_however_the_editor_counts(written):
    assert render_markdown(written) == "<h2>One</h2>\n<h3>Two</h3>"
    assert render_markdown(written, top=3) == "<h3>One</h3>\n<h4>Two</h4>"


def test_no_heading_is_deeper_than_six():
    assert render_markdown("# One\n\n###### Six", top=3).endswith("<h6>Six</h6>")


def test_html_that_an_editor_types_is_shown_and_never_run():
    assert render_markdown("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert render_markdown('a <b onclick="x()">b</b>') == '<p>a &lt;b onclick="x()"&gt;b&lt;/b&gt;</p>'


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "&#106;avascript:x"])
def test_links_that_run_something_are_not_links(address):
    assert "<a" not in render_markdown(f"[word]({address})")


def test_links_to_other_hosts_and_only_those_say_nothing_about_the_reader():
    assert render_markdown("[a](https://example.org/)") == (
        '<p><a href="https://example.org/" rel="noopener noreferrer">a</a></p>'
    )
    assert render_markdown("[a](//example.org/)") == '<p><a href="//example.org/" rel="noopener noreferrer">a</a></p>'
    assert render_markdown("[a](/en/)") == '<p><a href="/en/">a</a></p>'
    assert render_markdown("[a](mailto:a@example.org)") == '<p><a href="mailto:a@example.org">a</a></p>'


def test_an_image_from_another_host_becomes_its_description():
    assert render_markdown("![A river](https://example.org/spy.png)") == "<p>A river</p>"
    assert render_markdown("![A river](//example.org/spy.png)") == "<p>A river</p>"
    assert render_markdown("![A river](data:image/png;base64,AAAA)") == "<p>A river</p>"


def test_an_image_of_our_own_is_shown():
    assert render_markdown("![A river](/media/a.png)") == '<p><img src="/media/a.png" alt="A river"></p>'


def test_footnotes_lead_there_and_back():
    assert render_markdown("Word[^1]\n\n[^1]: Note", prefix="article") == (
        '<p>Word<sup class="footnote-ref"><a href="#fn-article-1" id="fnref-article-1" role="doc-noteref">[1]</a>'
        "</sup></p>\n"
        '<section class="footnotes" role="doc-endnotes">\n<h2>Notes</h2>\n<ol class="footnotes-list">\n'
        '<li id="fn-article-1"><p>Note <a href="#fnref-article-1" class="footnote-backref" role="doc-backlink"'
        ' aria-label="Back to where note 1 stands">↩︎</a></p>\n</li>\n</ol>\n</section>'
    )


def test_footnote_ids_are_unique_on_a_page_with_two_texts():
    text = "a[^x] b[^x] c[^y]\n\n[^x]: one\n\n[^y]: two"
    page = render_markdown(text, prefix="article") + render_markdown(text, prefix="demand", top=3)
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    targets = [part.split('"')[0] for part in page.split('href="#')[1:]]
    assert len(ids) == len(set(ids)) == 10
    assert set(targets) == set(ids)


def test_a_quotation_with_a_mark_is_a_pull_quote_and_one_without_is_not():
    assert render_markdown("> ! Silence is a choice.") == (
        '<aside class="pull-quote">\n<p>Silence is a choice.</p>\n</aside>'
    )
    assert render_markdown("> Silence is a choice.") == "<blockquote>\n<p>Silence is a choice.</p>\n</blockquote>"
    assert render_markdown("> ![Own](/media/a.png)").startswith("<blockquote>")


PIECES = ["<script>", "<img src=x onerror=y>", "](javascript:x)", "[a", "![", "<https://x.y>", "[^1]", "[^1]: ", "^[",
          "]", "> ! ", "# ", "- ", "`", "\n", "\n\n", "    ", "*", "&lt;", '"', "\0", "\\", "한글", "🙂"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_whatever_is_written_nothing_runs_and_cleaning_again_changes_nothing(text):
    html = render_markdown(text)
    assert not re.search(r"<[^>]*(script|onerror|javascript)", html)
    assert CLEANER.clean(html) == html


@pytest.mark.django_db
def test_saving_an_article_edition_renders_it_in_its_language_and_drops_kept_pages():
    before = PublicVersion.current()
    edition = ArticleEdition(
        article=Article.objects.create(slug="rivers"),
        language="en",
        title="T",
        standfirst="S",
        body="Word[^1]\n\n[^1]: N",
    )
    save_article_edition(edition)
    edition.refresh_from_db()
    assert edition.body_html == render_markdown(edition.body, prefix="article")
    assert PublicVersion.current() == before + 1


@pytest.mark.django_db
def test_saving_a_petition_edition_renders_its_demand_and_drops_kept_pages():
    before = PublicVersion.current()
    edition = make_petition_edition()
    save_petition_edition(edition)
    edition.refresh_from_db()
    assert edition.demand_html == "<p>Say <em>so</em>.</p>"
    assert PublicVersion.current() == before + 1


@pytest.mark.django_db
def test_an_edition_signed_while_its_form_was_open_stays_signed():
    edition = make_petition_edition(published_at=timezone.now())
    save_petition_edition(edition)
    PetitionEdition.objects.filter(pk=edition.pk).update(first_signed_at=timezone.now())
    edition.reason = "Only a remark."
    save_petition_edition(edition)
    edition.refresh_from_db()
    assert edition.is_signed


@pytest.mark.django_db
def test_a_demand_that_was_signed_cannot_be_saved_with_other_words():
    edition = make_petition_edition(published_at=timezone.now())
    save_petition_edition(edition)
    PetitionEdition.objects.filter(pk=edition.pk).update(first_signed_at=timezone.now())
    edition.demand = "Say nothing."
    with pytest.raises(IntegrityError, match="edition_signed_never_changes"):
        save_petition_edition(edition)
