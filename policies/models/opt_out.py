"""The policyholder's choice to have no top-ups (E6): in general under a policy, or on one buyer; dated, revocable."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow
from policies.models.parties import Buyer
from policies.models.policy import Policy


class OptOut(TenantRow):
    """No top-up is proposed on [first_day, end_day); `buyer` None: on none of the buyers of the policy."""

    public_id = models.CharField(max_length=40, unique=True)
    policy = TenantForeignKey(Policy, related_name="opt_outs", db_index=False)
    buyer = TenantForeignKey(Buyer, null=True, related_name="opt_outs", db_index=False)
    first_day = models.DateField()
    end_day = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    said_by = models.CharField(max_length=200)
    revoked_by = models.CharField(max_length=200, blank=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "policy", "buyer"],
                condition=Q(end_day__isnull=True),
                nulls_distinct=False,
                name="opt_out_once",
            ),
            models.CheckConstraint(
                condition=Q(end_day__isnull=True, revoked_by="")
                | Q(end_day__isnull=False, end_day__gte=F("first_day")) & ~Q(revoked_by=""),
                name="opt_out_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
