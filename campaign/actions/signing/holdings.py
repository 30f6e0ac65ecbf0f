"""All that is kept of a signatory, told to her: in clear what this process can read, by name what it cannot."""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import OutgoingMail, Receipt, Signatory

# Every column of a signatory is in one of these; a test says so.
CLEAR = (
    "id", "state", "visibility", "country", "wants_updates", "public_name", "name_state", "name_number",
    "words_differ", "signed_at", "confirmed_at", "ended_at", "erased_at", "journaled",
)  # fmt: skip
TOLD_OTHERWISE = ("petition", "edition")
Kept = tuple[str | Promise, Callable[[Signatory], bool]]
NOT_SHOWN: dict[str, Kept] = {
    "identity": (
        gettext_lazy("Your full name, sealed so that this site cannot read it back"),
        lambda row: row.is_name_standing and not row.erased_at,
    ),
    "mailbox": (
        gettext_lazy("Your email address for news, sealed so that this site cannot read it back"),
        lambda row: row.wants_updates,
    ),
    "email_digest": (
        gettext_lazy("A scrambled form of your email address, by which a second signature is noticed"),
        lambda row: row.email_digest is not None,
    ),
    "gate_link": (
        gettext_lazy("A sealed key to the note of when we wrote to your address"),
        lambda row: row.gate_link is not None,
    ),
    "words_digest": (
        gettext_lazy("A scrambled form of your name, by which another form with other words is noticed"),
        lambda row: row.words_digest is not None,
    ),
    "nonce": (gettext_lazy("What this page’s link is made from"), lambda row: row.erased_at is None),
    "token_hash": (
        gettext_lazy("A scrambled form of this page’s link, by which it is known"),
        lambda row: row.token_hash is not None,
    ),
    "network_tag": (
        gettext_lazy("A scrambled form of the network you signed from, for seven days"),
        lambda row: row.may_be_tagged,
    ),
    "domain_class": (
        gettext_lazy("Whether your email provider is a large free one, one of throw-away addresses, or another"),
        lambda row: row.erased_at is None,
    ),
    "commitment": (
        gettext_lazy("A number in the public log that nobody can read, made from what you signed"),
        lambda row: row.commitment is not None,
    ),
    # Which entry is hers would be evidence, in a file that looks harmless; the receipt says it, with a warning.
    "entry_index": (
        gettext_lazy("Which entry of the public log is yours"),
        lambda row: row.entry_index is not None,
    ),
    "stub": (gettext_lazy("What a new such number is made from"), lambda row: row.stub is not None),
    "amended_at": (gettext_lazy("That the log has an older form of it"), lambda row: row.amended_at is not None),
}
# What other processes may keep, which this one cannot look up.
ELSEWHERE = (
    gettext_lazy("When we wrote to your address, by its scrambled form, for thirty days"),
    gettext_lazy("What moderators decided about the signature, and why"),
    gettext_lazy("Which members of staff opened it, when, and for which purpose"),
)


def what_is_held(signatory: Signatory) -> dict[str, Any]:
    """All that is kept of a signatory, as far as the public process may know; times in ISO 8601, UTC."""
    return {
        "petition": signatory.petition.slug,
        "language": signatory.edition.language,
        "version": signatory.edition.version,
        **{name: getattr(signatory, name) for name in CLEAR},
        "kept, but not readable here": list_unshown(signatory),
        "may be kept elsewhere": list(map(str, ELSEWHERE)),
        "erased by": signatory.petition.destroy_on,
    }


def list_unshown(signatory: Signatory) -> list[str]:
    """What is kept and cannot be shown here, in the language of the moment."""
    kept = [str(what) for what, is_kept in NOT_SHOWN.values() if is_kept(signatory)]
    if OutgoingMail.objects.owed().filter(signatory_id=signatory.pk).exists():
        kept.append(_("Your email address, sealed, until the email that is owed to you has left"))
    if Receipt.objects.filter(pk=signatory.pk).exists():
        kept.append(_("The proof that you asked for, sealed so that only this page’s link opens it, for an hour"))
    return kept
