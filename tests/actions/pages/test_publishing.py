"""What editors put before the public: articles, demands, the next version, an open petition."""

import pytest
from django.utils import timezone

from campaign.actions.pages.petitions import open_petition, what_is_missing
from campaign.actions.pages.publishing import (
    make_next_version,
    publish_article,
    publish_demands,
    unpublish_article,
)
from campaign.actions.staff.access import RefusedError
from campaign.models import Article, ArticleEdition, PetitionEdition, PublicVersion
from tests.factories import make_article, make_demand, make_petition, make_signatory


def test_an_article_is_published_and_taken_off_once(db):
    article = make_article()
    assert [unpublish_article(article), unpublish_article(article)] == [True, False]
    assert not Article.objects.published().exists()
    version = PublicVersion.current()
    assert [publish_article(article), publish_article(article)] == [True, False]
    assert Article.objects.published().exists()
    assert PublicVersion.current() > version


def test_an_article_without_a_ready_edition_is_not_published(db):
    article = make_article()
    unpublish_article(article)
    ArticleEdition.objects.update(translation="review")
    with pytest.raises(RefusedError, match="ready"):
        publish_article(article)


def test_the_next_version_copies_the_newest_and_waits_to_be_published(petition):
    signed = make_signatory(petition).edition
    draft = make_next_version(petition, language="en", reason="Say whom.")
    assert (draft.version, draft.demand, draft.reason, draft.published_at) == (2, signed.demand, "Say whom.", None)
    assert draft.demand_html
    assert petition.edition_in("en") == signed
    assert [publish_demands([draft]), publish_demands([draft])] == [1, 0]
    assert petition.edition_in("en") == draft
    assert make_signatory(petition).edition == draft


def test_a_draft_is_changed_itself_and_not_followed(petition):
    make_next_version(petition, language="en", reason="Once.")
    for language in ("en", "fr"):
        with pytest.raises(RefusedError):
            make_next_version(petition, language=language, reason="Twice.")
    assert PetitionEdition.objects.filter(language="en").count() == 2


def test_a_petition_opens_once_it_has_all_it_needs(db):
    petition = make_petition(state="draft", languages=(), destroy_on=None)
    assert len(what_is_missing(petition)) == 2
    with pytest.raises(RefusedError, match="Publish the demand"):
        open_petition(petition)
    make_demand(petition)
    petition.destroy_on = timezone.now().date().replace(year=timezone.now().year + 2, day=1)
    petition.save()
    assert [open_petition(petition), open_petition(petition)] == [True, False]
