"""The officers of a high-risk petition, as far as tests need them: the key that no server has."""

from typing import Any

from campaign import crypto
from campaign.models import Petition
from campaign.models.mode import KEY_SUITE
from tests.factories import make_petition

PRIVATE = crypto.new_private_key(KEY_SUITE)
PUBLIC = crypto.public_key_of(PRIVATE)


def make_draft(slug: str = "let-them-choose", **values: Any) -> Petition:
    """A high-risk petition whose key nobody has proven yet."""
    return make_petition(slug, state="draft", mode="high_risk", delivery_public_key=PUBLIC, **values)


def make_high_risk_petition(slug: str = "let-them-choose", **values: Any) -> Petition:
    """An open one."""
    proven = {"delivery_public_key": PUBLIC, "proven_fingerprint": crypto.fingerprint(PUBLIC)}
    return make_petition(slug, mode="high_risk", **proven, **values)
