"""The law as it judged: its whole content by fingerprint, so that a decision can be replayed when law has moved on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class LawEdition(models.Model):
    """One law in force of one insurer, as `eligibility.domain.law_content` writes it. Append-only.

    Every decision points at its edition by insurer and fingerprint (decision_has_its_law).
    """

    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    fingerprint = models.CharField(max_length=71)
    content = models.TextField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "fingerprint"], name="law_edition_once"),
            models.CheckConstraint(
                condition=Q(fingerprint__regex="^sha256:[0-9a-f]{64}$"), name="law_edition_is_a_fingerprint"
            ),
            models.CheckConstraint(condition=Q(content__startswith='{"format":'), name="law_edition_has_a_content"),
        ]

    def __str__(self) -> str:
        return self.fingerprint
