"""What becomes of each field: every field of every model is named here, or a test fails.

The words are promises that `privacy` keeps: its RULES do it, and docs/privacy.md says it to people.
"""

STAYS = "stays: it tells of no signatory"
PERSON = "erased with the person: on withdrawal, 'not me', expiry, rejection's end, or the public date"
LINK = "30 days after the end"
MAIL = "when the mail is sent, skipped or failed; the row 30 days later"
GATE = "30 days after the last mail; a year after 'not me'"
FILE = "24 hours after it was built"
STAFF = "stays: what staff did is on the record, by key and not by name"

# Models that hold nothing of signatories as a whole.
STAY_WHOLE = frozenset(
    {"article", "articleedition", "petition", "petitionedition", "update", "publicversion", "mailqueue", "notice"}
)
FIELDS: dict[str, dict[str, str]] = {
    "signatory": {
        **dict.fromkeys(
            ("id", "petition", "edition", "state", "visibility", "counted", "words_differ", "signed_at", "confirmed_at",
             "ended_at", "erased_at"),
            STAYS,
        ),
        **dict.fromkeys(
            ("identity", "mailbox", "email_digest", "gate_link", "words_digest", "nonce", "public_name",
             "wants_updates", "country"),
            PERSON,
        ),
        "token_hash": LINK,
    },
    "outgoingmail": dict.fromkeys(
        ("id", "kind", "signatory", "state", "mailbox", "attempts", "failure", "created_at", "due_at", "claimed_at",
         "claim", "finished_at"),
        MAIL,
    ),
    "mailgate": dict.fromkeys(
        ("digest", "form_at", "form_mail", "link_at", "link_mail", "unconfirmed_mails", "used_at", "refused_at"), GATE
    ),
    "delivery": {
        **dict.fromkeys(
            ("id", "petition", "state", "purpose", "columns", "as_of", "requested_by", "requested_at", "approved_by",
             "approved_at", "built_at", "cancelled_at", "deleted_at", "claimed_at", "cursor", "row_count",
             "rows_expected", "chunk_count", "byte_count", "failure"),
            STAFF,
        ),
        "sealed_key": FILE,
    },
    "decision": dict.fromkeys(("id", "act", "signatory", "reason", "bulk", "decided_by", "created_at"), STAFF),
    "bulkdecision": dict.fromkeys(
        ("id", "act", "reason", "signatory_ids", "total", "position", "moved", "decided_by", "created_at",
         "finished_at", "cancelled_at"),
        STAFF,
    ),
    "accessrecord": dict.fromkeys(
        ("id", "act", "by", "signatory_id", "petition", "delivery", "purpose", "rows", "created_at"), STAFF
    ),
}  # fmt: skip
