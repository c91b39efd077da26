"""The top-up itself: a guarantee, its terms of three months, and the wish to renew one.

What was granted (`granted_first`, `granted_end`) never changes; the cover can be shortened. A term points at its
cession: nothing is granted without being ceded.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, amount_field, in_ratio_range, not_negative, one_of, ratio_field
from policies.models.limit_request import LimitRequest, Market, Offer
from policies.models.parties import Buyer
from policies.models.policy import Policy


class GuaranteeKind(models.TextChoices):
    COMPLEMENT = "complement", "complement"
    SUBSTITUTION = "substitution", "substitution"


class Guarantee(TenantRow):
    """One top-up on one buyer under one policy, through all its terms; its quarters are counted from `anchor_day`."""

    public_id = models.CharField(max_length=40, unique=True)
    policy = TenantForeignKey(Policy, related_name="guarantees")
    buyer = TenantForeignKey(Buyer, related_name="guarantees")
    limit_request = TenantForeignKey(LimitRequest, related_name="guarantees")
    # The guarantee that ended the same moment (E11, E12): another amount is another grant with its own three months.
    replaces = TenantForeignKey("self", null=True, related_name="replaced_by", db_index=False)
    product = models.CharField(max_length=22)
    kind = models.CharField(max_length=12, choices=GuaranteeKind)
    market = models.CharField(max_length=8, choices=Market)
    anchor_day = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "limit_request"], name="guarantee_one_per_request"),
            models.UniqueConstraint(
                fields=["insurer", "replaces"], condition=Q(replaces__isnull=False), name="guarantee_replaced_once"
            ),
            one_of("guarantee_kind_known", "kind", GuaranteeKind),
            one_of("guarantee_market_known", "market", Market),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "policy", "buyer"], name="guarantee_of_pair")]


class TermStatus(models.TextChoices):
    RUNNING = "running", "running"
    RENEWED = "renewed", "followed by a new term"
    LAPSED = "lapsed", "lapsed"
    ENDED = "ended", "ended early"
    REPLACED = "replaced", "replaced by another term"
    REPLACED_AT_ONCE = "replaced_at_once", "replaced on its first day"


class GuaranteeTerm(TenantRow):
    """Three months of a guarantee. Days are half-open; terms of one policy and buyer never overlap.

    `former_buyer` is the buyer that it was granted on, where that one has been absorbed since: it runs to its end
    beside what runs on the buyer that took it over (ADR 0018). `right_amount` is what might have been granted where the
    rating proved wrong (D-39): no more is ceded.

    A night writes as many as there are guarantees: keys that a unique constraint finds as well, or by which nobody
    looks for a term, have no index of their own.
    """

    guarantee = TenantForeignKey(Guarantee, related_name="terms", db_index=False)
    policy = TenantForeignKey(Policy, related_name="+")
    buyer = TenantForeignKey(Buyer, related_name="+")
    former_buyer = TenantForeignKey(Buyer, null=True, related_name="+", db_index=False)
    sequence = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=16, choices=TermStatus, default=TermStatus.RUNNING)
    granted_first = models.DateField()
    granted_end = models.DateField()
    cover_first = models.DateField()
    cover_end = models.DateField()
    amount = amount_field()
    granted_amount = amount_field()
    right_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    insured_ratio = ratio_field()
    retention_ratio = ratio_field()
    ceded_ratio = ratio_field()
    premium = amount_field()
    premium_rate = ratio_field()
    is_premium_illustrative = models.BooleanField()
    decision = TenantForeignKey("eligibility.DecisionRecord", related_name="+", db_index=False)
    offer = TenantForeignKey(Offer, null=True, related_name="terms", db_index=False)
    cession = TenantForeignKey("reinsurance.Cession", related_name="+", db_index=False)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "guarantee", "sequence"], name="guarantee_term_once"),
            models.UniqueConstraint(fields=["insurer", "cession"], name="guarantee_term_one_cession"),
            one_of("guarantee_term_status_known", "status", TermStatus),
            not_negative("guarantee_term_not_negative", "amount", "premium"),
            models.CheckConstraint(condition=Q(granted_amount__gt=0), name="guarantee_term_grants_something"),
            models.CheckConstraint(condition=Q(amount__lte=F("granted_amount")), name="guarantee_term_never_grows"),
            models.CheckConstraint(
                condition=Q(right_amount__isnull=True) | Q(right_amount__gte=0, right_amount__lt=F("granted_amount")),
                name="guarantee_term_corrected_downwards",
            ),
            models.CheckConstraint(condition=Q(granted_end__gt=F("granted_first")), name="guarantee_term_in_order"),
            models.CheckConstraint(
                condition=Q(cover_first=F("granted_first"))
                & Q(cover_end__lte=F("granted_end"))
                & Q(cover_end__gte=F("cover_first")),
                name="guarantee_cover_inside_grant",
            ),
            models.CheckConstraint(
                condition=Q(former_buyer__isnull=True) | ~Q(former_buyer=F("buyer")),
                name="guarantee_term_moved_to_another",
            ),
            in_ratio_range("guarantee_term_insured_ratio_in_range", "insured_ratio"),
            in_ratio_range("guarantee_term_ceded_ratio_in_range", "ceded_ratio"),
            ExclusionConstraint(
                name="guarantee_terms_do_not_overlap",
                expressions=[
                    ("insurer", RangeOperators.EQUAL),
                    ("policy", RangeOperators.EQUAL),
                    ("buyer", RangeOperators.EQUAL),
                    (
                        Func(F("cover_first"), F("cover_end"), Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(status="replaced_at_once") & Q(former_buyer__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "cover_end"], name="guarantee_term_due", condition=Q(status="running")),
            models.Index(fields=["insurer", "buyer"], name="guarantee_term_of_buyer", condition=Q(status="running")),
            models.Index(
                fields=["insurer", "former_buyer"],
                name="guarantee_term_of_former_buyer",
                condition=Q(former_buyer__isnull=False),
            ),
        ]


class RenewalOutcome(models.TextChoices):
    RENEWED = "renewed", "renewed"
    REFUSED = "refused", "not renewed"
    REFERRED = "referred", "referred"


class RenewalRequest(TenantRow):
    """The wish that a term be followed by another, judged in the night of its end day. Nothing renews tacitly (D-7)."""

    term = TenantForeignKey(GuaranteeTerm, related_name="renewal_requests", db_index=False)
    requested_total = amount_field()
    asked_on = models.DateField()
    asked_by = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=RenewalOutcome, null=True)  # noqa: DJ001 (null is: not yet)
    decision = TenantForeignKey("eligibility.DecisionRecord", null=True, related_name="+", db_index=False)
    decided_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "term"], name="renewal_asked_once"),
            one_of("renewal_outcome_known", "outcome", RenewalOutcome),
            models.CheckConstraint(condition=Q(requested_total__gt=0), name="renewal_total_positive"),
        ]


class Notice(TenantRow):
    """What the policyholder was told before a term ended: once for each of 30, 15 and 5 days."""

    term = TenantForeignKey(GuaranteeTerm, related_name="notices")
    days_before = models.PositiveSmallIntegerField()
    sent_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "term", "days_before"], name="notice_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "sent_on", "id"], name="notice_by_day")]
