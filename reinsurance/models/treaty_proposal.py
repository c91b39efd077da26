"""Two people for every treaty of an insurer: one proposes, another decides. Both append-only.

An approved decision is the only way by which an insurer's treaty is opened, ended or given new terms: a trigger carries
out what was proposed, and no role of the application but the platform's may write there itself (reinsurance/sql).
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.domain.treaty_changes import CHANGE_KINDS
from reinsurance.models.columns import InsurersRow, one_of

DECISION_OUTCOMES = ("approved", "rejected", "withdrawn")


class TreatyProposal(InsurersRow):
    """What a person would change of a treaty, and why. `document` is what the database carries out once approved."""

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    treaty_public_id = models.CharField(max_length=40)
    document = models.JSONField()
    reason = models.TextField()
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_by = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            # What a decision points at: the proposer goes with it, so that it can be held against who decides.
            models.UniqueConstraint(fields=["insurer", "id", "proposer"], name="treaty_proposal_with_its_proposer"),
            one_of("treaty_proposal_kind_known", "kind", CHANGE_KINDS),
            models.CheckConstraint(condition=~Q(reason=""), name="treaty_proposal_says_why"),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "treaty_public_id"], name="treaty_proposal_of_treaty")]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.kind}"


class TreatyDecision(InsurersRow):
    """How a proposal ended: approved or rejected by somebody else, or withdrawn by whoever made it."""

    proposal = TenantForeignKey(TreatyProposal, related_name="decisions", db_index=False)
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=9)
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_by = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "proposal"], name="treaty_decision_once"),
            one_of("treaty_decision_known", "outcome", DECISION_OUTCOMES),
            models.CheckConstraint(
                condition=(Q(outcome="withdrawn") & Q(decider=F("proposer")))
                | (~Q(outcome="withdrawn") & ~Q(decider=F("proposer"))),
                name="treaty_decision_by_four_eyes",
            ),
            models.CheckConstraint(condition=Q(outcome="approved") | ~Q(reason=""), name="treaty_decision_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.outcome}"
