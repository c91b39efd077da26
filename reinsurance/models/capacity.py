"""Limits that accounts stand for: the part of an envelope reserved to a treaty, and what a policy year may pay out."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.domain.chart import MARKETS
from reinsurance.models.columns import InsurersRow, euro_field, one_of
from reinsurance.models.treaty import Treaty


class TreatyAllotment(InsurersRow):
    """What of its market's envelope is reserved to a treaty since `booked_on`: the last row holds; null, nothing.

    Written by the platform role alone: an insurer does not reserve the State's room to itself.
    """

    treaty = TenantForeignKey(Treaty, related_name="allotments", db_index=False)
    position = models.SmallIntegerField()
    amount = euro_field(null=True)
    reference = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "treaty", "position"], name="allotment_in_order"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="allotment_above_nothing"),
            models.CheckConstraint(condition=~Q(reference=""), name="allotment_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.treaty_id}: {self.amount}"


class DisbursementYear(InsurersRow):
    """An insurance year of a policy and the most that may be paid in it, gross, over its substitution cover (D-17).

    The database makes its two accounts, empty; one transfer opens the limit, once and to the cent.
    """

    policy_number = models.CharField(max_length=60)
    market = models.CharField(max_length=8)
    first_day = models.DateField()
    end_day = models.DateField()
    limit_amount = euro_field()
    reference = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("disbursement_market_known", "market", MARKETS),
            models.CheckConstraint(condition=Q(end_day__gt=F("first_day")), name="disbursement_days_in_order"),
            models.CheckConstraint(condition=Q(limit_amount__gt=0), name="disbursement_limit_above_nothing"),
            ExclusionConstraint(
                name="disbursement_one_year_at_a_time",
                expressions=[
                    ("insurer", RangeOperators.EQUAL),
                    ("policy_number", RangeOperators.EQUAL),
                    ("market", RangeOperators.EQUAL),
                    (Func(F("first_day"), F("end_day"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_number} {self.first_day}"
