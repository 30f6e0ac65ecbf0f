"""What happens to a petition: it opens, pauses, resumes, closes, by hand or at its time."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.actions.signing.sentences import run_on
from campaign.actions.staff.access import RefusedError
from campaign.models import Notice, Petition, PublicVersion
from campaign.models.petition import MOVES

NOT_OPENED = "petition-not-opened"


@transaction.atomic
def _move(petition: Petition, action: str, **values: Any) -> bool:
    sources, target = MOVES[action]
    moved = Petition.objects.filter(pk=petition.pk, state__in=sources).update(state=target, **values)
    PublicVersion.bump()
    petition.refresh_from_db()
    return bool(moved)


def open_petition(petition: Petition) -> bool:
    """Open a draft that has all it needs. Whether this call did it. Raises RefusedError."""
    if missing := what_is_missing(petition):
        raise RefusedError(run_on(missing))
    return _move(petition, "open", opens_at=petition.opens_at or timezone.now())


def what_is_missing(petition: Petition) -> list[str]:
    """Sentences that say what a petition needs before it can be opened."""
    needs = {
        _("Publish the demand in at least one language."): petition.editions.published().exists(),
        _("Set the date by which the data are destroyed, in the future."): petition.destroy_on is not None
        and petition.destroy_on > timezone.now().date(),
        **(_needs_of_high_risk(petition) if petition.is_high_risk else {}),
    }
    return [sentence for sentence, is_met in needs.items() if not is_met]


def _needs_of_high_risk(petition: Petition) -> dict[str, bool]:
    return {
        _("Set the delivery key that was made offline."): bool(petition.delivery_public_key),
        _(
            "Prove that the officers can open what is sealed to their key: download the canary, open it on their"
            " machine, and confirm its code."
        ): petition.is_key_proven,
        _(
            "A high-risk petition cannot run on a site whose public pages and private keys share one process:"
            " run the roles apart first."
        ): settings.CAMPAIGN_ROLE != "all",
    }


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
    opened = sum(_open_in_time(petition) for petition in Petition.objects.due_to_open())
    return opened + sum(close_petition(petition) for petition in Petition.objects.due_to_close())


def _open_in_time(petition: Petition) -> bool:
    """Open a petition that is due, or tell staff once that it lacks something."""
    if not what_is_missing(petition):
        return open_petition(petition)
    told = Notice.objects.filter(kind=NOT_OPENED, details__petition=petition.slug, created_at__gte=petition.opens_at)
    if not told.exists():
        Notice.tell(NOT_OPENED, Notice.Level.ERROR, petition=petition.slug)
    return False
