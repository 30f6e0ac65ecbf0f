"""The file of a delivery: who takes it, in which form, and how it ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign import crypto
from campaign.actions.delivering import papers, sealed_file
from campaign.actions.delivering.makings import addressee_of, passphrase_info
from campaign.actions.staff.access import RefusedError, record, require, why_closed
from campaign.exports import age, assembly
from campaign.exports.signatures import CSV
from campaign.exports.zips import Entry, Measure, archive, archive_size
from campaign.models import AccessRecord, Delivery
from campaign.models.delivery import BUNDLE, EXPORT

REQUEST, DOWNLOAD = "campaign.request_delivery", "campaign.download_delivery"


@dataclass(frozen=True)
class Taken:
    """A file on its way out: its name, its size in bytes, and its bytes, made as they are sent."""

    name: str
    size: int
    parts: Iterator[bytes]


def open_file(delivery: Delivery, *, by: User, purpose: str) -> Taken:
    """The file of a delivery; that it was taken is on the record before the first byte.

    A plain CSV as it is, a bundle encrypted to its addressee, a dump as an archive. Raises PermissionDenied,
    RefusedError; while it is read crypto.SealBrokenError where the file was altered.
    """
    found = _downloadable(delivery, purpose, by)
    key = sealed_file.open_key(found.pk, found.sealed_key)

    def chunks() -> Iterator[bytes]:
        return sealed_file.read(key, delivery_id=found.pk, chunk_count=found.chunk_count)

    files = _files(found, chunks)
    _record(found, AccessRecord.Act.DOWNLOADED, purpose, by, rows=found.row_count)
    return _wrapped(found, files)


def show_passphrase(delivery: Delivery, *, by: User, purpose: str) -> str:
    """The passphrase that opens a bundle, on the record. Raises PermissionDenied, RefusedError, SealBrokenError."""
    found = _downloadable(delivery, purpose, by)
    if found.sealed_passphrase is None:
        _record(found, AccessRecord.Act.REFUSED, purpose, by, rows=0)
        raise RefusedError(_("This delivery is encrypted to the addressee's own key: there is no passphrase."))
    sealed = bytes(found.sealed_passphrase)
    passphrase = crypto.open_sealed(settings.DELIVERY_PRIVATE_KEY, sealed, passphrase_info(found)).decode()
    _record(found, AccessRecord.Act.PASSPHRASE, purpose, by, rows=found.row_count)
    return passphrase


def note_denial(delivery: Delivery, *, by: User) -> None:
    """Put on the record that somebody tried it who may not."""
    # What she may have typed as purpose is not kept: nothing has looked yet whether it names somebody.
    _record(delivery, AccessRecord.Act.REFUSED, _("without permission"), by, rows=0)


def _downloadable(delivery: Delivery, purpose: str, by: User) -> Delivery:
    """The delivery, with a file that `by` may take. A try in vain stays on the record.

    Raises PermissionDenied, RefusedError.
    """
    if not by.has_perm(DOWNLOAD):
        note_denial(delivery, by=by)
        raise PermissionDenied
    found = Delivery.objects.downloadable().filter(pk=delivery.pk).select_related("addressee", "petition").first()
    refusal = _refusal(found, by)
    if found is None or refusal:
        _record(delivery, AccessRecord.Act.REFUSED, purpose, by, rows=0)
        raise RefusedError(refusal)
    return found


def _refusal(found: Delivery | None, by: User) -> str:
    """Why the file is not given out; empty where it is."""
    if found is None:
        return _("There is no file to download: it is not built yet, or it is deleted already.")
    if not is_for(found, by):
        return _("Only the officer who asked for this delivery can take its file.")
    if not sealed_file.path_of(found.pk).exists():
        return _("The file is gone from the disk. Request a new export.")
    return why_closed()


def is_for(delivery: Delivery, by: User) -> bool:
    """Whether its file is this officer's to take: what is for an addressee is hers alone who asked for it."""
    return not delivery.is_for_addressee or delivery.requested_by_id == by.pk


def _files(delivery: Delivery, chunks: assembly.Chunks) -> list[Entry]:
    measures = {name: Measure(*told) for name, *told in delivery.files}

    def make_workbook() -> Iterator[bytes]:
        headings = papers.headings(delivery.columns, delivery.languages[0])
        return assembly.workbook(chunks, headings, delivery.row_count)

    return assembly.files(chunks, measures, make_workbook)


def _wrapped(delivery: Delivery, files: list[Entry]) -> Taken:
    slug, plain = delivery.petition.slug, archive_size(files)
    if delivery.kind == EXPORT:
        (table,) = (entry for entry in files if entry.name == CSV)
        return Taken(f"{slug}-{delivery.pk}.csv", table.measure.size, iter(table.parts()))
    if delivery.kind != BUNDLE:
        return Taken(f"{slug}-dump-{delivery.number}.zip", plain, archive(files))
    outer = _outer(delivery)
    return Taken(f"{slug}-delivery-{delivery.number}.zip.age", outer.size(plain), outer.encrypt(archive(files)))


def _outer(delivery: Delivery) -> age.Outer:
    if delivery.sealed_passphrase is None:
        return age.for_key(addressee_of(delivery).age_key)
    sealed = bytes(delivery.sealed_passphrase)
    opened = crypto.open_sealed(settings.DELIVERY_PRIVATE_KEY, sealed, passphrase_info(delivery))
    return age.for_passphrase(opened.decode())


def _record(delivery: Delivery, act: str, purpose: str, by: User, *, rows: int) -> None:
    record(act, by=by, purpose=purpose, petition_id=delivery.petition_id, delivery=delivery, rows=rows)


# --- Its end -------------------------------------------------------------------------------------------------------
def delete_file(delivery: Delivery, *, by: User) -> bool:
    """Delete a built file before its day is over. Whether this call did it. Raises PermissionDenied."""
    require(by, REQUEST)
    return delivery.has_file and remove_file(delivery)


def delete_outlived_files() -> int:
    """Delete the files that have had their day, and any that no delivery knows; how many went."""
    deleted = sum(remove_file(delivery) for delivery in Delivery.objects.outlived())
    # A worker that wrote while its delivery was cancelled leaves a file without a key. The files are looked at first:
    # one that another worker makes in between has its key in the database before it lies there.
    kept = set(sealed_file.kept_ids())
    for unknown in kept - set(Delivery.objects.with_file().values_list("pk", flat=True)):
        sealed_file.remove(unknown)
    return deleted


def remove_file(delivery: Delivery) -> bool:
    """First the file, then its key: should this stop half-way, the next round still finds it."""
    sealed_file.remove(delivery.pk)
    rows = Delivery.objects.with_file().filter(pk=delivery.pk)
    return bool(rows.update(sealed_key=None, sealed_passphrase=None, deleted_at=timezone.now()))
