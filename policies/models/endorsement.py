"""The numbered document that changes a policy: a frozen snapshot first, its PDF afterwards (ADR 0006)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow
from policies.models.guarantee import GuaranteeTerm


class EndorsementCause(models.TextChoices):
    GRANT = "grant", "grant"
    RENEWAL = "renewal", "renewal"
    INCREASE = "increase", "increase"
    REDUCTION = "reduction", "reduction"
    END = "end", "end of what is replaced"
    INSOLVENCY = "insolvency", "end on insolvency"
    OVERDUE = "overdue", "end on an overdue too long"
    WITHDRAWAL = "withdrawal", "end on the policyholder's wish"
    ONE_BUYER = "one_buyer", "reduction since two buyers became one"
    IDENTITY_CHANGE = "identity_change", "the buyer has another identity"
    PRIMARY_REDUCED = "primary_reduced", "reduction that follows the primary"
    PRIMARY_ENDED = "primary_ended", "end that follows the primary"


class Endorsement(TenantRow):
    """Append-only. Numbers of a series follow each other without a gap; `snapshot` is all that the document says."""

    number = models.CharField(max_length=40)
    series = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    term = TenantForeignKey(GuaranteeTerm, related_name="endorsements")
    cause = models.CharField(max_length=16, choices=EndorsementCause)
    issued_on = models.DateField()
    snapshot = models.JSONField()
    digest = models.CharField(max_length=64)
    template_version = models.CharField(max_length=20)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "number"], name="endorsement_number_once"),
            models.UniqueConstraint(fields=["insurer", "series", "position"], name="endorsement_position_once"),
            models.CheckConstraint(
                condition=models.Q(cause__in=EndorsementCause.values), name="endorsement_cause_known"
            ),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="endorsement_position_from_one"),
        ]

    def __str__(self) -> str:
        return self.number


class RenderedEndorsement(TenantRow):
    """Where the PDF of an endorsement lies in storage, by its SHA-256. Append-only: a document is made once."""

    endorsement = TenantForeignKey(Endorsement, related_name="rendered")
    storage_key = models.CharField(max_length=200)
    pdf_digest = models.CharField(max_length=64)
    byte_count = models.PositiveIntegerField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "endorsement"], name="endorsement_rendered_once"),
        ]
