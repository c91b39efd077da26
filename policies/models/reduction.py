"""A cut that was announced: the top-up may no longer be as large, and the policyholder has the days of the notice.

D-24 (E12): asked for a new request at the lower amount; if nothing is asked by the end of the notice, the insurer cuts.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, amount_field, one_of
from policies.models.guarantee import GuaranteeTerm


class ReductionCause(models.TextChoices):
    RE_RATED = "re_rated", "the buyer was rated again"
    ONE_BUYER = "one_buyer", "two buyers became one"


class ReductionStatus(models.TextChoices):
    ANNOUNCED = "announced", "announced"
    APPLIED = "applied", "cut when the notice ended"
    OVERTAKEN = "overtaken", "nothing was left to cut"


class Reduction(TenantRow):
    """One announced cut of one running term to `maximum`, effective on the first day after the notice."""

    public_id = models.CharField(max_length=40, unique=True)
    term = TenantForeignKey(GuaranteeTerm, related_name="reductions", db_index=False)
    cause = models.CharField(max_length=10, choices=ReductionCause)
    status = models.CharField(max_length=10, choices=ReductionStatus, default=ReductionStatus.ANNOUNCED)
    amount_before = amount_field()
    maximum = amount_field()
    decision = TenantForeignKey("eligibility.DecisionRecord", related_name="+")
    announced_on = models.DateField()
    effective_on = models.DateField()
    settled_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "term"], condition=Q(status="announced"), name="reduction_announced_once"
            ),
            one_of("reduction_cause_known", "cause", ReductionCause),
            one_of("reduction_status_known", "status", ReductionStatus),
            models.CheckConstraint(
                condition=Q(maximum__gte=0, maximum__lt=F("amount_before")), name="reduction_takes_something"
            ),
            models.CheckConstraint(condition=Q(effective_on__gte=F("announced_on")), name="reduction_after_its_notice"),
            models.CheckConstraint(
                condition=Q(status="announced", settled_on__isnull=True)
                | ~Q(status="announced") & Q(settled_on__isnull=False),
                name="reduction_settled_on_a_day",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "effective_on"], name="reduction_due", condition=Q(status="announced")),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.amount_before} to {self.maximum} from {self.effective_on}"
