"""What the public gets to see, and when: articles, demands, and the next version of a demand."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.actions.pages.editing import save_petition_edition
from campaign.actions.staff.access import RefusedError
from campaign.models import Article, ArticleEdition, Petition, PetitionEdition, PublicVersion

_COPIED = ("petition_id", "language", "title", "addressee", "demand", "delivered_columns")


@transaction.atomic
def publish_article(article: Article) -> bool:
    """Show an article in the languages that are ready. Whether this call did it. Raises RefusedError."""
    if not article.editions.filter(translation=ArticleEdition.Translation.READY).exists():
        raise RefusedError(_("No edition is ready: set the state of translation of at least one to “ready”."))
    hidden = Article.objects.filter(pk=article.pk).exclude(published_at__lte=timezone.now())
    PublicVersion.bump()
    return bool(hidden.update(published_at=timezone.now()))


@transaction.atomic
def unpublish_article(article: Article) -> bool:
    """Take an article off the site. Whether this call did it."""
    PublicVersion.bump()
    return bool(Article.objects.filter(pk=article.pk, published_at__isnull=False).update(published_at=None))


@transaction.atomic
def publish_demands(editions: Sequence[PetitionEdition]) -> int:
    """Let these texts be what is signed from now on in their languages. How many this call published."""
    drafts = PetitionEdition.objects.filter(pk__in=[edition.pk for edition in editions], published_at__isnull=True)
    PublicVersion.bump()
    return drafts.update(published_at=timezone.now())


@transaction.atomic
def make_next_version(petition: Petition, *, language: str, reason: str) -> PetitionEdition:
    """A draft that follows the newest demand in a language, with its text. Raises RefusedError."""
    newest = petition.editions.filter(language=language).order_by("-version").first()
    if newest is None or newest.published_at is None:
        raise RefusedError(_("The newest demand in this language is a draft: it can be changed itself."))
    copied = {name: getattr(newest, name) for name in _COPIED}
    edition = PetitionEdition(**copied, version=newest.version + 1, reason=reason)
    save_petition_edition(edition)
    return edition
