"""Treaties: which insurer cedes which kind of guarantee in which market to which reinsurer, and on which terms.

One at a time for an insurer, kind and market. The account set is made by the database when a treaty is inserted.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.domain.chart import KINDS, MARKETS
from reinsurance.models.columns import InsurersRow, one_of, share_field


class Treaty(InsurersRow):
    """In force from `opened_on` to `ended_on` (excluded). What was ceded under it stays its own afterwards (D-43)."""

    public_id = models.CharField(max_length=40, unique=True)
    reinsurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    market = models.CharField(max_length=8)
    opened_on = models.DateField()
    ended_on = models.DateField(null=True)
    reference = models.CharField(max_length=200, blank=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("treaty_kind_known", "kind", KINDS),
            one_of("treaty_market_known", "market", MARKETS),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("opened_on")), name="treaty_days_in_order"
            ),
            models.UniqueConstraint(fields=["insurer", "kind", "market", "opened_on"], name="treaty_opened_once"),
            ExclusionConstraint(
                name="treaty_one_at_a_time",
                expressions=[
                    ("insurer", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("market", RangeOperators.EQUAL),
                    (Func(F("opened_on"), F("ended_on"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.market} {self.public_id}"


class TreatyTerms(InsurersRow):
    """Terms from `first_day` until the next row's; append-only, so terms can neither overlap nor be rewritten."""

    treaty = TenantForeignKey(Treaty, related_name="terms", db_index=False)
    first_day = models.DateField()
    ceded_ratio = share_field()
    ceding_commission = share_field()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "treaty", "first_day"], name="treaty_terms_once_a_day"),
            models.CheckConstraint(
                condition=Q(ceded_ratio__gt=0, ceded_ratio__lte=1), name="treaty_ceded_ratio_in_range"
            ),
            models.CheckConstraint(
                condition=Q(ceding_commission__gte=0, ceding_commission__lte=1), name="treaty_commission_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ceded_ratio} from {self.first_day}"
