"""What the building of a delivery for an addressee begins with, and what it is taken up with again in each slice."""

from datetime import UTC
from typing import Any, cast

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation

from campaign import crypto
from campaign.actions.counting.log import entries_of
from campaign.actions.counting.log_files import signers
from campaign.actions.counting.tallies import count_states
from campaign.actions.delivering import sealed_file
from campaign.actions.delivering.bundles import Making
from campaign.exports import age
from campaign.exports.assembly import Chunks
from campaign.exports.facts import Facts, Tally
from campaign.exports.zips import Measure
from campaign.models import Addressee, Delivery, PetitionEdition, PetitionLog, Signatory


class NoLogError(Exception):
    """There is no published checkpoint to make a delivery from."""


def begin(delivery: Delivery) -> dict[str, Any]:
    """What is fixed when the building begins: the file's key, the checkpoint, the addressee's link and passphrase.

    Raises NoLogError.
    """
    values: dict[str, Any] = {"sealed_key": sealed_file.seal_new_key(delivery.pk)}
    if not delivery.is_for_addressee:
        return values
    log = PetitionLog.objects.filter(petition=delivery.petition_id).exclude(checkpoint="").first()
    if log is None:
        raise NoLogError
    nonce = crypto.new_nonce()
    values |= {"checkpoint": log.checkpoint, "log_size": log.published_size, "link_nonce": nonce}
    values["tally"] = {"states": _states(delivery)}
    values["link_hash"] = crypto.token_hash(crypto.link_token(settings.LINK_KEY, nonce))
    if delivery.kind == Delivery.Kind.BUNDLE and not addressee_of(delivery).age_key:
        passphrase = age.new_passphrase().encode()
        values["sealed_passphrase"] = crypto.seal(settings.DELIVERY_PUBLIC_KEY, passphrase, passphrase_info(delivery))
    return values


def waits_for_log(delivery: Delivery) -> bool:
    """Whether the log has yet to tell of somebody who is to be delivered. Raises NoLogError where it is stopped."""
    if not delivery.is_for_addressee:
        return False
    if PetitionLog.objects.refused().filter(petition=delivery.petition_id).exists():
        raise NoLogError
    until = Signatory.objects.confirmed().filter(petition=delivery.petition_id, confirmed_at__lte=delivery.as_of)
    unpublished = PetitionLog.objects.filter(petition=delivery.petition_id, published_size__lt=F("size"))
    return until.unlogged().exists() or unpublished.exists()


def passphrase_info(delivery: Delivery) -> bytes:
    """The `info` of a delivery's sealed passphrase."""
    return crypto.context("delivery passphrase", delivery.pk.to_bytes(8, "big"))


def addressee_of(delivery: Delivery) -> Addressee:
    """Whom it is for. The database has one for each that is no export."""
    return cast(Addressee, delivery.addressee)


# --- In each slice ---------------------------------------------------------------------------------------------------
def making_of(delivery: Delivery, chunks: Chunks) -> Making:
    """A delivery that has begun, as `bundles` takes it further."""
    log = PetitionLog.objects.get(petition=delivery.petition_id)
    return Making(
        facts=facts_of(delivery, log),
        tally=Tally(delivery.tally),
        chunks=chunks,
        read_entries=lambda start, end: list(entries_of(log, start, end)),
        signer=signers(log.origin)[0],
        rows=delivery.row_count,
        measures={name: Measure(*told) for name, *told in delivery.files},
    )


def facts_of(delivery: Delivery, log: PetitionLog) -> Facts:
    """What the papers and the manifest of a delivery tell."""
    petition, addressee = delivery.petition, addressee_of(delivery)
    demands = [*petition.editions.filter(published_at__isnull=False).order_by("language", "version")]
    return Facts(
        petition=petition.slug,
        number=delivery.number or 0,
        organisation=settings.ORGANISATION_NAME,
        contact=settings.ORGANISATION_CONTACT,
        addresses={language: _addresses(delivery, language) for language in delivery.languages},
        addressee=addressee.name,
        address=addressee.address,
        as_of=delivery.as_of.astimezone(UTC).isoformat(timespec="seconds"),
        made_at=int((delivery.approved_at or delivery.requested_at).timestamp()),
        columns=delivery.columns,
        languages=delivery.languages,
        titles={demand.language: demand.title for demand in demands},
        letters=delivery.letters,
        demands=[demand_told(demand) for demand in demands if demand.is_signed],
        log_key=signers(log.origin)[0].verifier.text,
        checkpoint=delivery.checkpoint,
        log_size=delivery.log_size or 0,
        is_self_approved=delivery.is_self_approved,
        age_key=addressee.age_key,
        states=delivery.tally.get("states", {}),
    )


def demand_told(demand: PetitionEdition) -> dict[str, Any]:
    """A demand as demands.json has it: just what its digest is made over."""
    words = ("language", "version", "title", "addressee", "demand", "delivered_columns")
    return {word: getattr(demand, word) for word in words}


def token_of(delivery: Delivery) -> str:
    """The secret part of the addressee's own link."""
    return crypto.link_token(settings.LINK_KEY, bytes(delivery.link_nonce or b""))


def _addresses(delivery: Delivery, language: str) -> dict[str, str]:
    slug = delivery.petition.slug
    names = {"petition": ("petition", slug), "record": ("deliveries", slug)}
    names["link"] = ("delivery-link", token_of(delivery))
    with translation.override(language):
        return {key: settings.SITE_URL + reverse(name, args=[word]) for key, (name, word) in names.items()}


def _states(delivery: Delivery) -> dict[str, int]:
    """What became of the forms so far, counted once: all papers tell the same, however long the building takes."""
    now = count_states(delivery.petition, timezone.now().date())
    forms = now.confirmed + now.pending + now.withdrawn + now.expired + sum(now.rejected.values())
    return {"confirmed": now.confirmed, "forms": forms, **now.rejected}
