"""A request that the policyholder has put before the credit mediator (E29): the clock, and the insurer's answer."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, one_of
from policies.models.limit_request import LimitRequest


class MediationStatus(models.TextChoices):
    OPENED = "opened", "opened"
    MAINTAINED = "maintained", "decision maintained"
    CHANGED = "changed", "decision changed"
    WITHDRAWN = "withdrawn", "withdrawn"


ANSWERED = [MediationStatus.MAINTAINED, MediationStatus.CHANGED]


class MediationDossier(TenantRow):
    """One referral to the mediator. `due_on` is the last day in time (D-47), by the law of the day of its entry.

    `judged_status` is how the request stood after it was judged anew, where the decision was changed.
    """

    public_id = models.CharField(max_length=40, unique=True)
    limit_request = TenantForeignKey(LimitRequest, related_name="mediations")
    status = models.CharField(max_length=12, choices=MediationStatus, default=MediationStatus.OPENED)
    reference = models.CharField(max_length=100, blank=True)
    reason = models.TextField()
    referred_on = models.DateField()
    due_on = models.DateField()
    opened_by = models.CharField(max_length=200)
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    judged_status = models.CharField(max_length=10, blank=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("mediation_status_known", "status", MediationStatus),
            models.UniqueConstraint(
                fields=["insurer", "limit_request"], condition=Q(status="opened"), name="mediation_one_open_per_request"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=ANSWERED) | ~Q(answer="") & ~Q(answered_by="") & Q(answered_on__isnull=False),
                name="mediation_answer_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("referred_on")) & Q(referred_on__lte=F("booked_on")),
                name="mediation_days_in_order",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "due_on"], name="mediation_to_answer", condition=Q(status="opened")),
        ]

    def __str__(self) -> str:
        return self.public_id
