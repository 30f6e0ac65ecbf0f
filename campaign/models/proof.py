"""Proofs of work that were taken: each pays for one form."""

from datetime import datetime

from django.db import models

from campaign.models.base import first_uuid7_at


class SpentProofQuerySet(models.QuerySet["SpentProof"]):
    def issued_before(self, moment: datetime) -> "SpentProofQuerySet":
        """Proofs whose challenge was given out before `moment`, read off the key's own time."""
        return self.filter(pk__lt=first_uuid7_at(moment))


class SpentProof(models.Model):
    """The key of a challenge that was paid with. Written with the signature, kept for as long as a proof is good."""

    id = models.UUIDField(primary_key=True, editable=False)

    objects = SpentProofQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)
