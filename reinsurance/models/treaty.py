"""Treaties: which insurer cedes which kind of guarantee in which market to which reinsurer, and on which terms.

One at a time for an insurer, kind and market. The account set is made by the database when a treaty is inserted. A row
carries the decision that it rests on; none for what the platform opened (reinsurance/models/treaty_proposal.py).
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
from reinsurance.domain.treaty import LOSS_ORDERS, REPORTING_MONTHS
from reinsurance.models.columns import InsurersRow, euro_field, one_of, share_field
from reinsurance.models.treaty_proposal import TreatyDecision


class Treaty(InsurersRow):
    """In force from `opened_on` to `ended_on` (excluded). What was ceded under it stays its own afterwards (D-43)."""

    public_id = models.CharField(max_length=40, unique=True)
    reinsurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    market = models.CharField(max_length=8)
    opened_on = models.DateField()
    ended_on = models.DateField(null=True)
    # Tacitly renewed for so many years at a time until it ends; null where it is not renewed.
    renewal_years = models.SmallIntegerField(null=True)
    reference = models.CharField(max_length=200, blank=True)
    decision = TenantForeignKey(TreatyDecision, null=True, related_name="+", db_index=False)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("treaty_kind_known", "kind", KINDS),
            one_of("treaty_market_known", "market", MARKETS),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("opened_on")), name="treaty_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(renewal_years__isnull=True) | Q(renewal_years__gt=0), name="treaty_renewed_by_years"
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
    reporting_months = models.SmallIntegerField(db_default=3)
    # Null where the treaty sets none; none is invented.
    settlement_days = models.SmallIntegerField(null=True)
    large_loss_amount = euro_field(null=True)
    cash_call_amount = euro_field(null=True)
    loss_order = models.CharField(max_length=13, db_default="primary_first")
    reference = models.CharField(max_length=200, blank=True, db_default="")
    decision = TenantForeignKey(TreatyDecision, null=True, related_name="+", db_index=False)
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
            models.CheckConstraint(
                condition=Q(reporting_months__in=REPORTING_MONTHS), name="treaty_reports_by_month_or_quarter"
            ),
            one_of("treaty_loss_order_known", "loss_order", LOSS_ORDERS),
            models.CheckConstraint(
                condition=(Q(settlement_days__isnull=True) | Q(settlement_days__gte=0))
                & (Q(large_loss_amount__isnull=True) | Q(large_loss_amount__gt=0))
                & (Q(cash_call_amount__isnull=True) | Q(cash_call_amount__gt=0)),
                name="treaty_thresholds_above_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ceded_ratio} from {self.first_day}"


class CountryAmendment(InsurersRow):
    """An export treaty covers a country or a zone from `first_day`, or no longer does (R.442-8-12); append-only."""

    treaty = TenantForeignKey(Treaty, related_name="country_amendments", db_index=False)
    first_day = models.DateField()
    country = models.CharField(max_length=2, blank=True)
    zone = models.CharField(max_length=20, blank=True)
    is_covered = models.BooleanField()
    reference = models.CharField(max_length=200)
    decision = TenantForeignKey(TreatyDecision, null=True, related_name="+", db_index=False)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "treaty", "country", "zone", "first_day"], name="country_amendment_once_a_day"
            ),
            models.CheckConstraint(
                condition=(Q(country="") & ~Q(zone="")) | (~Q(country="") & Q(zone="")),
                name="country_amendment_of_country_or_zone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country or self.zone} {self.is_covered} from {self.first_day}"
