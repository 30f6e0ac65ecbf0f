"""After the building: a delivery is handed over, acknowledged and answered; ended signatures are told by number."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from campaign.actions.delivering.deliveries import REQUEST
from campaign.actions.delivering.makings import addressee_of
from campaign.actions.pages.editing import save_update
from campaign.actions.staff.access import require
from campaign.models import Delivery, Handover, LogEntry, Mailing, PublicVersion, Signatory, StrikingNotice, Update
from campaign.models.delivery import ACKNOWLEDGED, BUILT, DUMP, HANDED_OVER, MADE


@transaction.atomic
def hand_over(delivery: Delivery, *, words: Mapping[str, Any], by: User, tells: bool = True) -> bool:
    """Put on the public record when, where and to whom a delivery was handed over. Whether this call did it.

    `words` are fields of Handover. With `tells` it is also put into the news, which are mailed to those who asked for
    them. Raises PermissionDenied.
    """
    require(by, REQUEST)
    if not Delivery.objects.on_record().filter(pk=delivery.pk, state=BUILT).update(state=HANDED_OVER):
        return False
    handover = Handover.objects.create(delivery=delivery, recorded_by=by, **words)
    if tells:
        _tell(delivery, partial(_news_of_handover, delivery, handover), by)
    PublicVersion.bump()
    return True


@transaction.atomic
def correct_handover(delivery: Delivery, *, words: Mapping[str, Any], by: User) -> bool:
    """Put right what the public record tells of a handover; a picture that is taken off or replaced is deleted.

    `words` are fields of Handover, an empty photo or stamp takes it off. Whether there is one. Raises PermissionDenied.
    """
    require(by, REQUEST)
    handover = Handover.objects.select_for_update().filter(delivery=delivery).first()
    if handover is None:
        return False
    before = handover.pictures
    for name, value in words.items():
        setattr(handover, name, value)
    handover.save(update_fields=list(words))
    _delete_pictures(before - handover.pictures)
    PublicVersion.bump()
    return True


def _delete_pictures(names: Collection[str]) -> None:
    """Delete files once that is certain: were the correction undone, the record would show what is gone."""
    for name in names:
        transaction.on_commit(partial(default_storage.delete, name))


def _tell(delivery: Delivery, news: Callable[[], tuple[str, str]], by: User) -> None:
    """Put the news on the site in each language of the petition, and mail it to those who asked for news."""
    petition = delivery.petition
    codes = set(petition.editions.published().values_list("language", flat=True))
    texts = [_update(delivery, news, code) for code in sorted(codes)]
    for text in texts:
        save_update(text)
    total = Signatory.objects.wanting_updates().filter(petition=petition).count()
    if total:
        mailing = Mailing.objects.create(petition=petition, language=texts[0].language, total=total, ordered_by=by)
        Update.objects.filter(pk__in=[text.pk for text in texts]).update(mailing=mailing)


def _update(delivery: Delivery, news: Callable[[], tuple[str, str]], language: str) -> Update:
    with translation.override(language):
        title, body = news()
    return Update(
        petition=delivery.petition, language=language, title=title[:200], body=body, published_at=timezone.now()
    )


def _news_of_handover(delivery: Delivery, handover: Handover) -> tuple[str, str]:
    """Title and text, in the language that is active."""
    told = _told(delivery) | {"day": date_format(handover.happened_on), "place": handover.place}
    body = _(
        "On %(day)s, in %(place)s, we handed over %(rows)s signatures to %(addressee)s. Whether they are"
        " acknowledged and answered, you can follow on the [public record](%(record)s)."
    )
    return _("%(rows)s signatures handed over to %(addressee)s") % told, body % told


def _news_of_reply(delivery: Delivery, handover: Handover) -> tuple[str, str]:
    """The same. What was answered stands on the record alone, where it can be corrected."""
    told = _told(delivery) | {
        "day": date_format(cast(date, handover.replied_on)), "handed_over": date_format(handover.happened_on)
    }  # fmt: skip
    body = _(
        "On %(day)s %(addressee)s replied to the %(rows)s signatures that we handed over on %(handed_over)s. You can"
        " read the reply on the [public record](%(record)s)."
    )
    return _("%(addressee)s has replied") % told, body % told


def _told(delivery: Delivery) -> dict[str, str]:
    record = f"{settings.SITE_URL}{reverse('deliveries', args=[delivery.petition.slug])}"
    return {
        "rows": number_format(delivery.row_count), "addressee": addressee_of(delivery).name, "record": record
    }  # fmt: skip


@transaction.atomic
def acknowledge(delivery: Delivery) -> bool:
    """Let the addressee say that it arrived, by a link that the bundle alone has. Whether this call did it."""
    if not Delivery.objects.filter(pk=delivery.pk, state=HANDED_OVER).update(state=ACKNOWLEDGED):
        return False
    # No new version of the public pages: the public process may not make one, and the record is kept for seconds only.
    Handover.objects.filter(delivery=delivery).update(acknowledged_at=timezone.now())
    return True


@transaction.atomic
def record_reply(delivery: Delivery, *, words: Mapping[str, Any], by: User, tells: bool = False) -> bool:
    """Put an addressee's reply on the public record, or a corrected one; with `tells` also into the news.

    Whether there is a handover to reply to. Raises PermissionDenied.
    """
    require(by, REQUEST)
    handover = Handover.objects.select_for_update().filter(delivery=delivery).first()
    if handover is None:
        return False
    for name, value in words.items():
        setattr(handover, name, value)
    handover.save(update_fields=list(words))
    if tells:
        _tell(delivery, partial(_news_of_reply, delivery, handover), by)
    PublicVersion.bump()
    return True


def record_manifest(delivery: Delivery, *, digest: str, by: User) -> bool:
    """Note the manifest of a bundle that was made offline, for the log to tell. Once. Raises PermissionDenied."""
    require(by, REQUEST)
    unknown = Delivery.objects.filter(pk=delivery.pk, kind=DUMP, state__in=MADE, manifest_digest="")
    return bool(unknown.update(manifest_digest=digest))


# --- Who is to be struck out -----------------------------------------------------------------------------------------
def write_striking_notices() -> int:
    """For each delivery that was handed over, the numbers whose entries in the log ended since; how many notices.

    It takes up where the last notice was made, so a number is told once. A delivery of which nothing ended gets none.
    """
    handed_over = Delivery.objects.on_record().filter(state__in=[HANDED_OVER, ACKNOWLEDGED])
    return sum(_write_notice(delivery.pk) for delivery in handed_over.filter(petition__destroyed_at__isnull=True))


@transaction.atomic
def _write_notice(delivery_id: int) -> bool:
    # Of two workers the second waits here, and finds that all is told.
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    since = delivery.struck_until or delivery.log_size or 0
    endings = LogEntry.objects.filter(petition=delivery.petition_id, index__gte=since, ends__isnull=False)
    ended: dict[int, int] = {ends: index for ends, index in endings.values_list("ends", "index") if ends is not None}
    if not ended:
        return False
    Delivery.objects.filter(pk=delivery.pk).update(struck_until=max(ended.values()) + 1)
    numbers = numbers_of(delivery, ended.keys())
    if numbers:
        StrikingNotice.objects.create(delivery=delivery, numbers=numbers)
        PublicVersion.bump()
    return bool(numbers)


def numbers_of(delivery: Delivery, entries: Collection[int]) -> list[int]:
    """The numbers under which a delivery has signatures, given by their entries in the log."""
    return [
        part.first_number + place
        for part in delivery.slices.all()
        for place, entry in enumerate(part.entries)
        if entry in entries
    ]


def pass_on(delivery: Delivery, *, by: User) -> bool:
    """Note that all notices so far were sent to the addressee. Whether there was one. Raises PermissionDenied."""
    require(by, REQUEST)
    waiting = delivery.striking_notices.filter(passed_on_at=None)
    return bool(waiting.update(passed_on_at=timezone.now(), passed_on_by=by))
