"""What becomes of each field: every field of every model of ours is named here, or a test fails.

The words are promises that `privacy` keeps: its RULES do it, and docs/privacy.md says it to people.
"""

STAYS = "stays: it tells of no signatory"
PERSON = "erased with the person: on withdrawal, 'not me', expiry, rejection's end, or the public date"
NETWORK = "7 days after the form, and with the person"
LINK = "30 days after the end"
PROOF = "when a proof of its age is good no more: two hours after the challenge"
MAIL = "when the mail is sent, skipped or failed; the row 30 days later"
GATE = "30 days after the last mail; a year after 'not me'"
FILE = "24 hours after it was built"
ACCESS = "three years after the access"
LOG = "stays for ever: a random number once the person is erased, for its salt went with her"
STAFF = "stays: what staff did is on the record, by key and not by name"
CONDITION = "stays as what staff did; which network or person it named goes when it is done"
STAFF_ACCOUNT = "stays: who works here; who leaves is switched off, her acts remain hers"
SALT = "with the petition's data, on the public date: then no address can be tested any more"
RECEIPT = "an hour after it was asked for; at once when she withdraws, corrects a word, is set aside or erased"
LIVE = "overwritten: what stands there is of now"

FIELDS: dict[str, dict[str, str]] = {
    "signatory": {
        **dict.fromkeys(
            ("id", "petition", "edition", "state", "visibility", "entry_index", "amended_at", "words_differ",
             "signed_at", "confirmed_at", "ended_at", "erased_at", "journaled"),
            STAYS,
        ),
        **dict.fromkeys(
            ("identity", "mailbox", "email_digest", "gate_link", "words_digest", "nonce", "public_name", "name_number",
             "name_state", "domain_class", "wants_updates", "country", "commitment", "stub"),
            PERSON,
        ),
        "network_tag": NETWORK,
        "token_hash": LINK,
    },
    "receipt": dict.fromkeys(("signatory", "asked_at", "sealed", "failed"), RECEIPT),
    "logentry": dict.fromkeys(("petition", "index", "kind", "ends", "raw"), LOG),
    "petitionlog": dict.fromkeys(
        ("petition", "origin", "size", "frontier", "added", "withdrawn", "rejected", "published_size", "checkpoint",
         "refusal"),
        STAYS,
    ),
    "outgoingmail": dict.fromkeys(
        ("id", "kind", "signatory", "state", "mailbox", "attempts", "failure", "created_at", "due_at", "claimed_at",
         "claim", "network_tag", "finished_at", "mailing"),
        MAIL,
    ),
    "spentproof": {"id": PROOF},
    "mailgate": dict.fromkeys(
        ("digest", "form_at", "form_mail", "link_at", "link_mail", "unconfirmed_mails", "used_at", "refused_at"), GATE
    ),
    "delivery": {
        **dict.fromkeys(
            ("id", "petition", "kind", "number", "addressee", "state", "purpose", "columns", "languages", "letters",
             "as_of", "requested_by", "requested_at", "approved_by", "approved_at", "is_self_approved", "built_at",
             "cancelled_at", "deleted_at", "claimed_at", "cursor", "row_count", "rows_expected", "chunk_count",
             "byte_count", "step", "tally", "files", "checkpoint", "log_size", "entry_index", "struck_until",
             "manifest_digest", "link_nonce", "link_hash", "failure"),
            STAFF,
        ),
        "sealed_key": FILE,
        "sealed_passphrase": FILE,
    },
    "addressee": dict.fromkeys(("id", "name", "address", "age_key"), STAYS),
    "deliveredslice": dict.fromkeys(("id", "delivery", "first_number", "packed"), LOG),
    "handover": dict.fromkeys(
        ("id", "delivery", "happened_on", "place", "received_by", "receipt_number", "photo", "photo_alt", "stamp",
         "recorded_by", "recorded_at", "acknowledged_at", "reply", "replied_on"),
        STAYS,
    ),
    "strikingnotice": dict.fromkeys(("id", "delivery", "numbers", "made_at", "passed_on_at", "passed_on_by"), STAYS),
    "decision": dict.fromkeys(
        ("id", "act", "signatory", "reason_class", "reason", "bulk", "decided_by", "created_at"), STAFF
    ),
    "bulkdecision": {
        **dict.fromkeys(
            ("id", "act", "reason_class", "reason", "signatory_ids", "undoes", "cursor", "total", "position", "moved",
             "decided_by", "created_at", "finished_at", "cancelled_at"),
            STAFF,
        ),
        "condition": CONDITION,
    },
    "accessrecord": dict.fromkeys(
        ("id", "act", "by", "signatory_id", "petition", "delivery", "purpose", "rows", "created_at"), ACCESS
    ),
    "petition": {
        **dict.fromkeys(
            ("id", "slug", "state", "mode", "default_visibility", "goal_steps", "opens_at", "closes_at", "closed_at",
             "destroy_on", "destroyed_at", "delivery_public_key", "proven_fingerprint", "names_wait",
             "signature_count", "counted_until", "created_at"),
            STAYS,
        ),
        "digest_salt": SALT,
    },
    "petitionedition": dict.fromkeys(
        ("id", "petition", "language", "version", "title", "addressee", "demand", "demand_html", "delivered_columns",
         "reason", "published_at", "first_signed_at"),
        STAYS,
    ),
    "goalmeaning": dict.fromkeys(("id", "petition", "language", "goal", "meaning"), STAYS),
    "article": dict.fromkeys(
        ("id", "slug", "petition", "hero", "hero_width", "hero_height", "hero_widths", "hero_credit", "published_at",
         "updated_at"),
        STAYS,
    ),
    "articleedition": dict.fromkeys(
        ("id", "article", "language", "translation", "title", "standfirst", "byline", "body", "body_html", "hero_alt",
         "hero_caption", "card", "updated_at"),
        STAYS,
    ),
    "update": dict.fromkeys(
        ("id", "petition", "language", "title", "body", "body_html", "published_at", "mailing"), STAYS
    ),
    "notice": dict.fromkeys(("id", "level", "kind", "details", "created_at", "seen_at"), STAYS),
    "mailing": dict.fromkeys(
        ("id", "petition", "language", "cursor", "position", "total", "ordered_by", "created_at", "finished_at",
         "cancelled_at"),
        STAFF,
    ),
    "tally": dict.fromkeys(
        ("id", "petition", "day", "taken_at", "confirmed", "pending", "withdrawn", "expired", "rejected"), STAYS
    ),
    "riskyprovider": dict.fromkeys(("id", "domain", "note"), STAYS),
    "listedword": dict.fromkeys(("id", "word", "language"), STAYS),
    "publicversion": dict.fromkeys(("id", "number"), LIVE),
    "mailqueue": dict.fromkeys(
        ("id", "paused_until", "paused_since", "failures", "reason", "round_at", "round_mails"), LIVE
    ),
    "erasurejournal": dict.fromkeys(("id", "size", "tail", "closed_since", "reason"), LIVE),
    "accessreview": dict.fromkeys(("id", "month", "by", "records", "own_records", "created_at"), STAFF),
}  # fmt: skip

# Models of the libraries, each as a whole.
OTHERS = {
    "account.emailaddress": STAFF_ACCOUNT,
    "account.emailconfirmation": STAFF_ACCOUNT,
    "admin.logentry": STAFF,
    "auth.group": STAYS,
    "auth.permission": STAYS,
    "auth.user": STAFF_ACCOUNT,
    "contenttypes.contenttype": STAYS,
    "mfa.authenticator": STAFF_ACCOUNT,
    "sessions.session": "of staff only, and of no use after eight hours",
}
