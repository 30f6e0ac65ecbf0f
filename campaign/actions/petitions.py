"""What happens to a petition: it opens, pauses, resumes, closes, by hand or at its time."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from campaign.models import Petition, PublicVersion
from campaign.models.petition import MOVES


@transaction.atomic
def _move(petition: Petition, action: str, **values: Any) -> bool:
    sources, target = MOVES[action]
    moved = Petition.objects.filter(pk=petition.pk, state__in=sources).update(state=target, **values)
    PublicVersion.bump()
    petition.refresh_from_db()
    return bool(moved)


def open_petition(petition: Petition) -> bool:
    """Open a draft for signing. Whether this call did it."""
    return _move(petition, "open", opens_at=petition.opens_at or timezone.now())


def pause_petition(petition: Petition) -> bool:
    """Take no signatures for a while; what was signed may be confirmed and withdrawn."""
    return _move(petition, "pause")


def resume_petition(petition: Petition) -> bool:
    """Take signatures again."""
    return _move(petition, "resume")


def close_petition(petition: Petition) -> bool:
    """End the signing for good; what was signed before may be confirmed for CONFIRM_AFTER_CLOSING."""
    return _move(petition, "close", closed_at=timezone.now())


def turn_petitions() -> int:
    """Open and close the petitions whose time has come; how many."""
    opened = sum(open_petition(petition) for petition in Petition.objects.due_to_open() if _is_ready(petition))
    return opened + sum(close_petition(petition) for petition in Petition.objects.due_to_close())


def _is_ready(petition: Petition) -> bool:
    """Whether a draft has what an open petition must have: a published demand, a public date, its key."""
    has_key = not petition.is_high_risk or bool(petition.delivery_public_key)
    return has_key and petition.destroy_on is not None and petition.editions.published().exists()
