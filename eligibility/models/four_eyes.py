"""Two people for everything contractual: one proposes, another settles. Both append-only; the database writes the rows.

An approved settlement is the only way by which a row of an insurer enters a contractual table: a trigger copies what
was proposed, and no role of the application may insert there itself (eligibility/sql/four_eyes.sql).
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from eligibility.domain.contract_changes import KINDS


class SettlementOutcome(models.TextChoices):
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"


class Proposal(models.Model):
    """Rows of one kind that a person would have entered, and why. `rows` are the columns as they would be written."""

    public_id = models.CharField(max_length=40, unique=True)
    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    rows = models.JSONField()
    reason = models.TextField()
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_by = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            # What a settlement points at: the proposer goes with it, so that it can be held against who settles.
            models.UniqueConstraint(fields=["insurer", "id", "proposer"], name="proposal_with_its_proposer"),
            models.CheckConstraint(condition=Q(kind__in=sorted(KINDS)), name="proposal_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="proposal_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.kind}"


class Settlement(models.Model):
    """How a proposal ended: approved or rejected by somebody else, or withdrawn by whoever made it."""

    insurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    proposal = TenantForeignKey(Proposal, related_name="settlements", db_index=False)
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=9, choices=SettlementOutcome)
    settler = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    settled_by = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "proposal"], name="settlement_once_for_each_proposal"),
            models.CheckConstraint(
                condition=Q(outcome__in=sorted(SettlementOutcome.values)), name="settlement_outcome_known"
            ),
            models.CheckConstraint(
                condition=(Q(outcome="withdrawn") & Q(settler=F("proposer")))
                | (~Q(outcome="withdrawn") & ~Q(settler=F("proposer"))),
                name="settlement_by_four_eyes",
            ),
            models.CheckConstraint(condition=Q(outcome="approved") | ~Q(reason=""), name="settlement_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.outcome}"
