"""A request for cover beyond the primary limit on one buyer, and the offer that answers it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.buyer_limit import BuyerLimit
from policies.models.dated import TenantRow, amount_field, in_ratio_range, not_negative, one_of, ratio_field
from policies.models.parties import Buyer
from policies.models.policy import Policy
from policies.models.submission import SubmissionRow


class Market(models.TextChoices):
    DOMESTIC = "domestic", "domestic"
    EXPORT = "export", "export"


class RequestStatus(models.TextChoices):
    PENDING = "pending", "to be decided"
    REFERRED = "referred", "referred"
    OFFERED = "offered", "offered"
    GRANTED = "granted", "granted"
    DECLINED = "declined", "declined by the policyholder"
    EXPIRED = "expired", "offer expired"
    REFUSED = "refused", "refused"
    NO_NEED = "no_need", "no need"
    CANCELLED = "cancelled", "cancelled"
    FAILED = "failed", "failed"


class WaitsFor(models.TextChoices):
    """What keeps a judged request from becoming an offer: nothing is offered without a price or a cession."""

    TARIFF = "tariff", "a tariff"
    TREATY = "treaty", "a reinsurance treaty"


UNDER_WAY = [RequestStatus.PENDING, RequestStatus.REFERRED, RequestStatus.OFFERED]


class LimitRequest(TenantRow):
    """One wish for one buyer under one policy; at most one is under way at a time."""

    public_id = models.CharField(max_length=40, unique=True)
    policy = TenantForeignKey(Policy, related_name="limit_requests", db_index=False)
    buyer = TenantForeignKey(Buyer, related_name="limit_requests")
    buyer_limit = TenantForeignKey(BuyerLimit, related_name="limit_requests")
    submission_row = TenantForeignKey(SubmissionRow, null=True, related_name="limit_requests")
    # The running guarantee that it would replace (E11, E12); null where there is none.
    changes = TenantForeignKey("policies.Guarantee", null=True, related_name="change_requests")
    requested_by_organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    requested_by = models.CharField(max_length=200)
    client_reference = models.CharField(max_length=64, blank=True)
    market = models.CharField(max_length=8, choices=Market)
    requested_total = amount_field()
    payment_days = models.PositiveSmallIntegerField(null=True)
    french_share = ratio_field(null=True)
    sale_currency = models.CharField(max_length=3, default="EUR")
    is_construction_subcontract = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.PENDING)
    referred_to = models.CharField(max_length=15, blank=True)
    waits_for = models.CharField(max_length=10, choices=WaitsFor, blank=True)
    decision = TenantForeignKey("eligibility.DecisionRecord", null=True, related_name="+")
    settled_by = models.CharField(max_length=200, blank=True)
    settlement_reason = models.TextField(blank=True)
    booked_on = models.DateField()
    decided_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "policy", "buyer"],
                condition=Q(status__in=UNDER_WAY),
                name="request_one_under_way_per_buyer",
            ),
            models.UniqueConstraint(
                fields=["insurer", "submission_row"],
                condition=Q(submission_row__isnull=False),
                name="request_one_per_row",
            ),
            one_of("request_status_known", "status", RequestStatus),
            one_of("request_market_known", "market", Market),
            in_ratio_range("request_french_share_in_range", "french_share"),
            models.CheckConstraint(condition=Q(requested_total__gt=0), name="request_total_positive"),
            models.CheckConstraint(
                condition=Q(status="referred") & ~Q(referred_to="") | ~Q(status="referred") & Q(referred_to=""),
                name="request_referred_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "cancelled", "failed"]) | Q(decision__isnull=False),
                name="request_settled_by_a_decision",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "status", "id"], name="request_queue"),
            models.Index(fields=["insurer", "client_reference"], name="request_by_reference"),
            models.Index(fields=["insurer", "buyer"], name="request_offered_of_buyer", condition=Q(status="offered")),
        ]


class OfferStatus(models.TextChoices):
    LIVE = "live", "awaiting an answer"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    EXPIRED = "expired", "expired"
    WITHDRAWN = "withdrawn", "withdrawn"


class Offer(TenantRow):
    """What the insurer proposes; it holds its ceded part of the envelope until it is answered or expires.

    `open_until` is the first day on which it can no longer be accepted.
    """

    public_id = models.CharField(max_length=40, unique=True)
    limit_request = TenantForeignKey(LimitRequest, related_name="offers")
    decision = TenantForeignKey("eligibility.DecisionRecord", related_name="+")
    status = models.CharField(max_length=10, choices=OfferStatus, default=OfferStatus.LIVE)
    product = models.CharField(max_length=22)
    kind = models.CharField(max_length=12)
    market = models.CharField(max_length=8, choices=Market)
    amount = amount_field()
    held_amount = amount_field()
    currency = models.CharField(max_length=3, default="EUR")
    insured_ratio = ratio_field()
    retention_ratio = ratio_field()
    ceded_ratio = ratio_field()
    premium = amount_field()
    premium_rate = ratio_field()
    is_premium_illustrative = models.BooleanField()
    term_first = models.DateField()
    term_end = models.DateField()
    issued_on = models.DateField()
    open_until = models.DateField()
    answered_on = models.DateField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "limit_request"], condition=Q(status="live"), name="offer_one_live_per_request"
            ),
            one_of("offer_status_known", "status", OfferStatus),
            not_negative("offer_amounts_not_negative", "amount", "held_amount", "premium"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="offer_amount_positive"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="offer_in_euro"),
            models.CheckConstraint(condition=Q(term_end__gt=F("term_first")), name="offer_term_in_order"),
            models.CheckConstraint(condition=Q(open_until__gt=F("issued_on")), name="offer_open_for_a_day"),
            models.CheckConstraint(condition=Q(term_first__gte=F("issued_on")), name="offer_not_retroactive"),
            in_ratio_range("offer_insured_ratio_in_range", "insured_ratio"),
            in_ratio_range("offer_ceded_ratio_in_range", "ceded_ratio"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "open_until"], name="offer_to_expire", condition=Q(status="live")),
        ]
