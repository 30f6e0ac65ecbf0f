"""Who may do what, who may see personal data, and the record that each look leaves."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from campaign.actions.signing.signatories import email_digest, open_identity
from campaign.models import AccessRecord, ErasureJournal, Petition, Signatory

OPEN_SIGNATORY = "campaign.open_signatory"


class RefusedError(Exception):
    """It cannot be done; the message is a sentence for staff that says why."""


def require(by: User, permission: str) -> None:
    """Raise PermissionDenied unless `by` holds `permission`."""
    if not by.has_perm(permission):
        raise PermissionDenied


def why_closed() -> str:
    """Why nobody sees or takes personal data: a restored database may hold who was erased since. Else empty."""
    if ErasureJournal.load().closed_since is None:
        return ""
    return _(
        "The site is closed: this database is a restored one, and people may stand in it who were erased since. No name"
        " is opened, searched for or exported until whoever runs the site has run “erase_expired --replay”."
    )


def record(act: str, *, by: User, purpose: str, **about: Any) -> None:
    """Put on the record that somebody sees, searches or takes personal data, or orders it: all who do pass here.

    `about` are fields of an access record. Raises RefusedError while the site is closed.
    """
    if act != AccessRecord.Act.REFUSED and (refusal := why_closed()):
        raise RefusedError(refusal)
    AccessRecord.objects.create(act=act, by=by, purpose=purpose, **about)


@transaction.atomic
def see_who(signatory: Signatory, *, purpose: str, by: User) -> dict[str, Any]:
    """What the identity envelope holds, on the record. Raises PermissionDenied, RefusedError, crypto.SealBrokenError.

    An envelope that will not open leaves no record: nothing was seen.
    """
    require(by, OPEN_SIGNATORY)
    about = {"signatory_id": signatory.pk, "petition_id": signatory.petition_id}
    record(AccessRecord.Act.OPENED, by=by, purpose=purpose, **about)
    return open_identity(signatory)


@transaction.atomic
def find_by_address(address: str, *, petition: Petition | None, purpose: str, by: User) -> list[Signatory]:
    """The standing signatures of one exact address, on one petition or on all; the search is on the record.

    High-risk petitions are left out: see PetitionQuerySet.searchable.
    Raises PermissionDenied, RefusedError, AddressUnusableError.
    """
    require(by, OPEN_SIGNATORY)
    searchable = Petition.objects.searchable()
    petitions = list(searchable.filter(pk=petition.pk) if petition else searchable)
    digests = {each.pk: email_digest(each, address) for each in petitions}
    rows = Signatory.objects.filter(petition__in=petitions, email_digest__in=digests.values())
    found = list(rows.select_related("petition", "edition").order_by("-pk"))
    one = found[0].pk if len(found) == 1 else None
    record(AccessRecord.Act.SEARCHED, by=by, purpose=purpose, petition=petition, signatory_id=one, rows=len(found))
    return found
