"""What must always be true of a signatory's row, told to the database; what erasing sets; and which questions have an
index. The states and their moves stand in `signatory`.
"""

from typing import Any

from django.db import models
from django.db.models import Q

# What takes a name off the page.
UNSHOWN: dict[str, Any] = {"public_name": None, "name_number": None}
# What erasing sets: after it the row says that somebody signed, when, and how it ended; nothing of whom.
ERASED: dict[str, Any] = {
    "identity": None,
    "mailbox": None,
    "email_digest": None,
    "gate_link": None,
    "words_digest": None,
    "words_differ": False,
    "nonce": None,
    **UNSHOWN,
    "name_state": "",
    "wants_updates": False,
    "country": "",
    "commitment": None,
    "stub": None,
    "network_tag": None,
    "domain_class": "",
}
_NO_TRACE = Q(**{name: value for name, value in ERASED.items() if value is not None}) & Q(
    **{f"{name}__isnull": True for name, value in ERASED.items() if value is None}
)
# What the log does not tell yet. The same words stand in the partial index below.
UNLOGGED = (Q(state="confirmed") & (Q(entry_index__isnull=True) | Q(amended_at__isnull=False))) | (
    ~Q(state="confirmed") & Q(entry_index__isnull=False)
)
# Names whose owners chose to show them, and that no page shows yet: they wait for a moderator, or for the worker.
UNPUBLISHED = Q(state="confirmed", visibility__in=["public", "initials"], public_name__isnull=True)

CONSTRAINTS: list[models.BaseConstraint] = [
    models.UniqueConstraint(name="signatory_is_one_per_mailbox", fields=["petition", "email_digest"]),
    models.UniqueConstraint(name="signatory_token_is_unique", fields=["token_hash"]),
    models.CheckConstraint(
        name="signatory_state_is_known",
        condition=Q(state__in=["pending", "confirmed", "rejected", "withdrawn", "expired"]),
    ),
    models.CheckConstraint(
        name="signatory_visibility_is_known",
        condition=Q(visibility__in=["public", "initials", "delivered", "counted"]),
    ),
    models.CheckConstraint(
        name="signatory_confirmed_has_time", condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False)
    ),
    models.CheckConstraint(
        name="signatory_ended_has_time",
        condition=Q(state__in=["pending", "confirmed"]) | Q(ended_at__isnull=False),
    ),
    models.CheckConstraint(
        name="signatory_gone_is_erased",
        condition=~Q(state__in=["withdrawn", "expired"]) | Q(erased_at__isnull=False),
    ),
    models.CheckConstraint(name="signatory_erased_leaves_no_trace", condition=Q(erased_at__isnull=True) | _NO_TRACE),
    models.CheckConstraint(
        name="signatory_counted_only_has_no_identity",
        condition=~Q(visibility="counted") | Q(identity__isnull=True),
    ),
    models.CheckConstraint(
        name="signatory_is_named_or_says_why_not",
        condition=Q(identity__isnull=False)
        | Q(visibility="counted")
        | Q(words_differ=True)
        | Q(erased_at__isnull=False),
    ),
    models.CheckConstraint(
        name="signatory_wanting_updates_has_mailbox",
        condition=Q(wants_updates=False) | Q(mailbox__isnull=False),
    ),
    models.CheckConstraint(
        name="signatory_public_name_was_chosen",
        condition=Q(public_name__isnull=True)
        | Q(state="confirmed", visibility__in=["public", "initials"], name_state="approved"),
    ),
    models.CheckConstraint(
        name="signatory_public_name_has_its_number",
        condition=Q(public_name__isnull=True, name_number__isnull=True)
        | Q(public_name__isnull=False, name_number__isnull=False),
    ),
    # Serves the page of names, too: a page is a range of numbers.
    models.UniqueConstraint(
        name="signatory_name_number_is_unique",
        fields=["petition", "name_number"],
        condition=Q(name_number__isnull=False),
    ),
    models.CheckConstraint(
        name="signatory_name_state_is_known", condition=Q(name_state__in=["", "approved", "refused"])
    ),
    models.CheckConstraint(
        name="signatory_domain_class_is_known", condition=Q(domain_class__in=["", "free", "disposable", "other"])
    ),
    models.CheckConstraint(
        name="signatory_words_digest_only_while_pending",
        condition=Q(words_digest__isnull=True) | Q(state="pending"),
    ),
]

# Few: each is paid on every signature.
INDEXES = [
    # Serves tend_logs: the rows whose state or words the log does not tell yet. Empty when it tells all.
    models.Index(name="signatory_unlogged", fields=["petition", "id"], condition=UNLOGGED),
    # Serves expire_signatories: the oldest pending rows first, the key being time-ordered.
    models.Index(name="signatory_pending", fields=["id"], condition=Q(state="pending")),
    # Serves forget_what_is_over: the oldest rows with a tag first. Holds a week of forms.
    models.Index(name="signatory_tagged", fields=["id"], condition=Q(network_tag__isnull=False)),
    # Serves the admin's lists of what ended, which are rare among confirmed rows.
    models.Index(
        name="signatory_ended", fields=["state", "-id"], condition=Q(state__in=["withdrawn", "rejected", "expired"])
    ),
    # Serves advance_mailings: a petition's readers of news, a slice at a time.
    models.Index(
        name="signatory_wanting_updates", fields=["petition", "id"], condition=Q(state="confirmed", wants_updates=True)
    ),
    # Serves keep_journal: what was erased in the last seconds. Empty when the journal has it all.
    models.Index(name="signatory_unjournaled", fields=["id"], condition=Q(erased_at__isnull=False, journaled=False)),
    # Serves the moderators' queue of names and publish_names, each the oldest first. Empty of those who chose neither.
    models.Index(name="signatory_unpublished", fields=["name_state", "petition", "id"], condition=UNPUBLISHED),
]
