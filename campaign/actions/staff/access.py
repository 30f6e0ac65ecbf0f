"""Who may do what, who may see personal data, and the record that each look leaves."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from campaign.actions.signing.signatories import email_digest, open_identity
from campaign.models import AccessRecord, Petition, Signatory

OPEN_SIGNATORY = "campaign.open_signatory"


class RefusedError(Exception):
    """It cannot be done; the message is a sentence for staff that says why."""


def require(by: User, permission: str) -> None:
    """Raise PermissionDenied unless `by` holds `permission`."""
    if not by.has_perm(permission):
        raise PermissionDenied


@transaction.atomic
def see_who(signatory: Signatory, *, purpose: str, by: User) -> dict[str, Any]:
    """What the identity envelope holds, on the record. Raises PermissionDenied, crypto.SealBrokenError.

    An envelope that will not open leaves no record: nothing was seen.
    """
    require(by, OPEN_SIGNATORY)
    AccessRecord.objects.create(
        act=AccessRecord.Act.OPENED,
        by=by,
        signatory_id=signatory.pk,
        petition_id=signatory.petition_id,
        purpose=purpose,
    )
    return open_identity(signatory)


@transaction.atomic
def find_by_address(address: str, *, petition: Petition | None, purpose: str, by: User) -> list[Signatory]:
    """The standing signatures of one exact address, on one petition or on all; the search is on the record.

    Raises PermissionDenied, AddressUnusableError.
    """
    require(by, OPEN_SIGNATORY)
    petitions = [petition] if petition else list(Petition.objects.filter(digest_salt__isnull=False))
    digests = {each.pk: email_digest(each, address) for each in petitions}
    rows = Signatory.objects.filter(petition__in=petitions, email_digest__in=digests.values())
    found = list(rows.select_related("petition", "edition").order_by("-pk"))
    AccessRecord.objects.create(
        act=AccessRecord.Act.SEARCHED,
        by=by,
        petition=petition,
        signatory_id=found[0].pk if len(found) == 1 else None,
        purpose=purpose,
        rows=len(found),
    )
    return found
