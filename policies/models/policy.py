"""The credit insurance contract, its dated terms, and the mandate of the broker who brings it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import DatedFact, TenantRow, in_ratio_range, newest_first, one_of, source_once
from policies.models.parties import Policyholder


class PolicyForm(models.TextChoices):
    """A top-up changes an ordinary policy by an endorsement, or stands on a CAP policy of its own."""

    ENDORSEMENT = "endorsement", "ordinary policy"
    CAP_POLICY = "cap_policy", "CAP policy"


class LimitsSetBy(models.TextChoices):
    INSURER = "insurer", "insurer"
    POLICYHOLDER = "policyholder", "policyholder"


class Policy(TenantRow):
    public_id = models.CharField(max_length=40, unique=True)
    number = models.CharField(max_length=40)
    policyholder = TenantForeignKey(Policyholder, related_name="policies")
    form = models.CharField(max_length=12, choices=PolicyForm, default=PolicyForm.ENDORSEMENT)
    first_day = models.DateField()
    end_day = models.DateField(null=True)
    currency = models.CharField(max_length=3, default="EUR")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "number"], name="policy_number_once"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="policy_in_euro"),
            models.CheckConstraint(
                condition=Q(end_day__isnull=True) | Q(end_day__gt=F("first_day")), name="policy_days_in_order"
            ),
            one_of("policy_form_known", "form", PolicyForm),
        ]

    def __str__(self) -> str:
        return self.number


class PolicyTerms(DatedFact):
    """What the policy says, from a day on. Delays in days; the longest payment and the declaration delay bound the
    run-off of a top-up (D-36). A delay that the policy does not tell is null and never guessed: `invoicing_delay_days`
    from delivery to invoice (D-31), `waiting_period_days` from due day to protracted default, `maximum_overdue_days`
    from due day to the end of cover of new deliveries to the buyer (D-25).
    """

    policy = TenantForeignKey(Policy, related_name="terms", db_index=False)
    insured_ratio = models.DecimalField(max_digits=9, decimal_places=8)
    limits_set_by = models.CharField(max_length=12, choices=LimitsSetBy, default=LimitsSetBy.INSURER)
    longest_payment_days = models.PositiveSmallIntegerField(default=90)
    declaration_delay_days = models.PositiveSmallIntegerField(default=60)
    invoicing_delay_days = models.PositiveSmallIntegerField(null=True)
    waiting_period_days = models.PositiveSmallIntegerField(null=True)
    maximum_overdue_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [newest_first("policy_terms_newest", "policy")]
        constraints: ClassVar = [
            source_once("policy_terms_once"),
            in_ratio_range("policy_insured_ratio_in_range", "insured_ratio"),
            one_of("policy_limits_set_by_known", "limits_set_by", LimitsSetBy),
        ]


class Mandate(TenantRow):
    """A broker acts for a policyholder on the days of its mandate, and on no other. Periods do not overlap."""

    broker = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    policyholder = TenantForeignKey(Policyholder, related_name="mandates")
    first_day = models.DateField()
    end_day = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_day__isnull=True) | Q(end_day__gt=F("first_day")), name="mandate_days_in_order"
            ),
            ExclusionConstraint(
                name="mandates_do_not_overlap",
                expressions=[
                    ("insurer", RangeOperators.EQUAL),
                    ("policyholder", RangeOperators.EQUAL),
                    (
                        Func(F("first_day"), F("end_day"), Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
