"""What the mode of a petition decides, all of it: the rest of the code asks these and never the mode itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaign.crypto import KeyUnreadableError, fingerprint, public_key_of, suite_of

STANDARD, HIGH_RISK = "standard", "high_risk"
# Who may see a name. In high-risk mode nobody is shown to the public, be it by initials.
VISIBILITIES = {
    STANDARD: ("public", "initials", "delivered", "counted"),
    HIGH_RISK: ("delivered", "counted"),
}
KEY_SUITE = "mlkem768x25519"  # of the officers' keys: what is recorded today stays shut for tomorrow's computers
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Mode(models.TextChoices):
    STANDARD = STANDARD, _("standard")
    HIGH_RISK = HIGH_RISK, _("high-risk")


class Moded(models.Model):
    """A petition's mode, the key that high-risk needs, and what follows from both."""

    Mode = Mode

    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.STANDARD)
    delivery_public_key = models.TextField(
        _("delivery key"), blank=True, help_text=_("High-risk petitions only: the public half of a key made offline.")
    )
    # Of the key whose private half was seen to open something: a changed key has to be proven anew.
    proven_fingerprint = models.CharField(max_length=50, blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    @property
    def is_high_risk(self) -> bool:
        return self.mode == HIGH_RISK

    @property
    def visibilities(self) -> tuple[str, ...]:
        """What a signatory may choose; the first ones show more."""
        return VISIBILITIES[self.mode]

    @property
    def shows_names(self) -> bool:
        """Whether the public may ever see a name or initials."""
        return not self.is_high_risk

    @property
    def gives_receipts(self) -> bool:
        """Whether a signatory can have a proof of her signature: it would also be one against her."""
        return not self.is_high_risk

    @property
    def keeps_words_digest(self) -> bool:
        """Whether a pending row keeps a keyed digest of its name: the key's holder could try names against it."""
        return not self.is_high_risk

    @property
    def count_interval(self) -> timedelta:
        """How often the count moves; zero for as soon as may be."""
        return settings.HIGH_RISK_COUNT_INTERVAL if self.is_high_risk else timedelta(0)

    @property
    def counted_before(self) -> datetime:
        """Changes older than this are counted. In high-risk mode the start of this hour, busy or not: a number that
        moved with the first signature after a pause would tell an onlooker whose it was.
        """
        now = timezone.now()
        return now - (now - _EPOCH) % self.count_interval if self.count_interval else now

    @property
    def delivery_key(self) -> str:
        """The public key that identities of this petition are sealed to."""
        return self.delivery_public_key or settings.DELIVERY_PUBLIC_KEY

    @property
    def key_fingerprint(self) -> str:
        """The officers' key in digits that can be read out; empty where there is none."""
        return fingerprint(self.delivery_public_key) if self.delivery_public_key else ""

    @property
    def is_key_proven(self) -> bool:
        """Whether officers have shown that they can open what is sealed to the key that stands here now."""
        return bool(self.proven_fingerprint) and self.proven_fingerprint == self.key_fingerprint


def key_problem(mode: str, key: str) -> Any:
    """A sentence that says why a petition of this mode cannot have this key; empty where it can."""
    if mode == STANDARD:
        return _("Only a high-risk petition has a key of its own. Leave this empty.") if key else ""
    if not key:
        return _("A high-risk petition needs a delivery key made offline.")
    try:
        suite = suite_of(key)
    except KeyUnreadableError:
        return _("This is no public key as `manage.py keys new` writes it.")
    if suite != KEY_SUITE:
        return _("This key would not withstand a quantum computer. Make one with `manage.py keys new --delivery-key`.")
    if key in map(public_key_of, settings.DELIVERY_PRIVATE_KEY.split()):
        return _("This server holds the private half of this key. Make one offline that it never sees.")
    return ""


MODE_CONSTRAINTS = [
    models.CheckConstraint(name="petition_mode_is_known", condition=Q(mode__in=[STANDARD, HIGH_RISK])),
    models.CheckConstraint(
        name="petition_high_risk_has_its_own_key",
        condition=Q(state="draft") | Q(mode=STANDARD) | ~Q(delivery_public_key=""),
    ),
    models.CheckConstraint(
        name="petition_high_risk_key_is_proven",
        condition=Q(state="draft") | Q(mode=STANDARD) | ~Q(proven_fingerprint=""),
    ),
    models.CheckConstraint(
        name="petition_high_risk_shows_nobody", condition=Q(mode=STANDARD) | ~Q(default_visibility="initials")
    ),
]
