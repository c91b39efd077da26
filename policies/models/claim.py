"""A claim: the unpaid invoices of one buyer under one policy, from the overdue to what comes back of the indemnity.

Its lines keep what was invoiced; payments, extensions and steps of collection are added beside them. When the loss is
fixed, each cover gets its share, which is paid once and shares in every recovery.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, amount_field, not_negative, one_of
from policies.models.guarantee import GuaranteeTerm
from policies.models.parties import Buyer
from policies.models.policy import Policy


class ClaimCause(models.TextChoices):
    INSOLVENCY = "insolvency", "insolvency"
    PROTRACTED_DEFAULT = "protracted_default", "protracted default"
    POLITICAL_EVENT = "political_event", "political event"


class ClaimStatus(models.TextChoices):
    OVERDUE_DECLARED = "overdue_declared", "overdue declared"
    IN_COLLECTION = "in_collection", "in collection"
    LOSS_FIXED = "loss_fixed", "loss fixed"
    INDEMNIFIED = "indemnified", "indemnified"
    CLOSED = "closed", "closed"
    WITHDRAWN = "withdrawn", "withdrawn"


class LateLines(models.TextChoices):
    """What the insurer decided on invoices that were declared too late."""

    EXCUSED = "excused", "excused"
    LEFT_OUT = "left_out", "left out"


def _in_a_currency(name: str) -> models.CheckConstraint:
    """Policies are kept in euro, so any currency with a rate is taken (D-44)."""
    return models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name=name)


def _act_once(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["insurer", "source_reference"], name=name)


class Claim(TenantRow):
    """One claim of a policyholder on a buyer; one is under way at a time.

    `caused_on` is the day of the insolvency or political event; a protracted default has none of its own.
    """

    public_id = models.CharField(max_length=40, unique=True)
    policy = TenantForeignKey(Policy, related_name="claims", db_index=False)
    buyer = TenantForeignKey(Buyer, related_name="claims")
    source_reference = models.CharField(max_length=100)
    status = models.CharField(max_length=16, choices=ClaimStatus, default=ClaimStatus.OVERDUE_DECLARED)
    cause = models.CharField(max_length=18, choices=ClaimCause, blank=True)
    caused_on = models.DateField(null=True)
    declared_on = models.DateField()
    declared_by = models.CharField(max_length=200)
    loss_amount = amount_field(null=True)
    loss_fixed_on = models.DateField(null=True)
    late_lines = models.CharField(max_length=8, choices=LateLines, blank=True)
    late_reason = models.CharField(max_length=300, blank=True)
    ended_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            _act_once("claim_declared_once"),
            one_of("claim_status_known", "status", ClaimStatus),
            models.CheckConstraint(condition=Q(cause__in=["", *ClaimCause.values]), name="claim_cause_known"),
            models.CheckConstraint(condition=Q(late_lines__in=["", *LateLines.values]), name="claim_late_lines_known"),
            models.UniqueConstraint(
                fields=["insurer", "policy", "buyer"],
                condition=Q(status__in=["overdue_declared", "in_collection", "loss_fixed"]),
                name="claim_one_under_way_per_buyer",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=["", "protracted_default"], caused_on__isnull=True)
                | Q(cause__in=["insolvency", "political_event"], caused_on__isnull=False),
                name="claim_event_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(loss_amount__isnull=True, loss_fixed_on__isnull=True)
                | (Q(loss_amount__gte=0, loss_fixed_on__isnull=False) & ~Q(cause="")),
                name="claim_loss_has_cause_and_day",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["loss_fixed", "indemnified", "closed"]) | Q(loss_amount__isnull=False),
                name="claim_settled_on_a_loss",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["overdue_declared", "in_collection", "withdrawn"])
                | Q(loss_amount__isnull=True),
                name="claim_loss_fixed_is_told",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["closed", "withdrawn"], ended_on__isnull=False)
                | (~Q(status__in=["closed", "withdrawn"]) & Q(ended_on__isnull=True)),
                name="claim_ended_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(late_lines="", late_reason="") | (~Q(late_lines="") & ~Q(late_reason="")),
                name="claim_late_lines_have_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | ~Q(ended_reason=""), name="claim_withdrawn_for_a_reason"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "status", "-id"], name="claim_list")]

    def __str__(self) -> str:
        return self.public_id


class ClaimInvoice(TenantRow):
    """One unpaid invoice. Cover and loss are told when the loss is fixed; `outside` says why it has no cover."""

    claim = TenantForeignKey(Claim, related_name="invoices", db_index=False)
    number = models.CharField(max_length=60)
    delivered_on = models.DateField()
    invoiced_on = models.DateField()
    due_on = models.DateField()
    amount = amount_field()
    vat_amount = amount_field()
    currency = models.CharField(max_length=3, default="EUR")
    is_late = models.BooleanField(default=False)
    outside = models.CharField(max_length=24, blank=True)
    term = TenantForeignKey(GuaranteeTerm, null=True, related_name="claimed_invoices")
    primary_limit = amount_field(null=True)
    rate_on = models.DateField(null=True)
    units_per_euro = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    loss_amount = amount_field(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "claim", "number"], name="claim_invoice_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, vat_amount__gte=0), name="claim_invoice_amount_positive"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("delivered_on")) & Q(due_on__gte=F("invoiced_on")),
                name="claim_invoice_in_order",
            ),
            _in_a_currency("claim_invoice_currency_named"),
            not_negative("claim_invoice_loss_not_negative", "loss_amount", "primary_limit"),
            models.CheckConstraint(
                condition=Q(outside="") | Q(term__isnull=True), name="claim_invoice_outside_has_no_term"
            ),
        ]


class InvoicePayment(TenantRow):
    """What the buyer paid on an invoice before the loss was fixed, tax included, in the invoice's currency."""

    invoice = TenantForeignKey(ClaimInvoice, related_name="payments")
    received_on = models.DateField()
    amount = amount_field()
    source_reference = models.CharField(max_length=100)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            _act_once("invoice_payment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_payment_positive"),
        ]


class DueDayExtension(TenantRow):
    """A later due day that was agreed for an invoice; the last one agreed holds."""

    invoice = TenantForeignKey(ClaimInvoice, related_name="extensions")
    due_on = models.DateField()
    agreed_on = models.DateField()
    reason = models.CharField(max_length=300)
    source_reference = models.CharField(max_length=100)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            _act_once("due_day_extension_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="due_day_extension_has_a_reason"),
        ]


class CollectionKind(models.TextChoices):
    AMICABLE = "amicable", "amicable"
    JUDICIAL = "judicial", "judicial"


class CollectionStep(TenantRow):
    """What was done to get the money, and what it cost."""

    claim = TenantForeignKey(Claim, related_name="steps")
    kind = models.CharField(max_length=8, choices=CollectionKind)
    done_on = models.DateField()
    description = models.CharField(max_length=300)
    costs = amount_field()
    source_reference = models.CharField(max_length=100)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            _act_once("collection_step_once"),
            one_of("collection_kind_known", "kind", CollectionKind),
            not_negative("collection_costs_not_negative", "costs"),
        ]


class ClaimLayer(models.TextChoices):
    PRIMARY = "primary", "primary guarantee"
    TOP_UP = "top_up", "top-up"


class ClaimShare(TenantRow):
    """What one cover carries of the loss, and what it owes of it before the disbursement limit."""

    claim = TenantForeignKey(Claim, related_name="shares", db_index=False)
    layer = models.CharField(max_length=7, choices=ClaimLayer)
    term = TenantForeignKey(GuaranteeTerm, null=True, related_name="claim_shares")
    loss_amount = amount_field()
    due_amount = amount_field()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "claim", "term"], nulls_distinct=False, name="claim_share_once_per_cover"
            ),
            one_of("claim_share_layer_known", "layer", ClaimLayer),
            models.CheckConstraint(
                condition=Q(layer="primary", term__isnull=True) | Q(layer="top_up", term__isnull=False),
                name="claim_share_of_a_cover",
            ),
            models.CheckConstraint(
                condition=Q(loss_amount__gt=0, due_amount__gte=0, due_amount__lte=F("loss_amount")),
                name="claim_share_within_loss",
            ),
        ]


class BeneficiaryKind(models.TextChoices):
    BANK = "bank", "bank"
    FACTOR = "factor", "factor"


class Beneficiary(TenantRow):
    """The bank or factor to whom the policyholder delegated its indemnities, on days; one buyer only, or all (null)."""

    policy = TenantForeignKey(Policy, related_name="beneficiaries")
    buyer = TenantForeignKey(Buyer, null=True, related_name="+")
    kind = models.CharField(max_length=6, choices=BeneficiaryKind)
    name = models.CharField(max_length=200)
    account = models.CharField(max_length=34, blank=True)
    first_day = models.DateField()
    end_day = models.DateField(null=True)
    source_reference = models.CharField(max_length=100)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            _act_once("beneficiary_named_once"),
            one_of("beneficiary_kind_known", "kind", BeneficiaryKind),
            models.CheckConstraint(
                condition=Q(end_day__isnull=True) | Q(end_day__gt=F("first_day")), name="beneficiary_days_in_order"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="beneficiary_has_a_name"),
        ]


class IndemnityPayment(TenantRow):
    """What was paid on one share, and how it fell that day: ceded to the reinsurer, kept by the insurer.

    What is ceded of it today stands in the books, under its `movement`: a corrected cession carries less (D-39).
    """

    claim = TenantForeignKey(Claim, related_name="payments")
    share = TenantForeignKey(ClaimShare, related_name="payments", db_index=False)
    amount = amount_field()
    ceded_amount = amount_field()
    beneficiary = TenantForeignKey(Beneficiary, null=True, related_name="+")
    movement = models.CharField(max_length=40, blank=True)
    paid_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "share"], name="indemnity_paid_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, ceded_amount__gte=0, ceded_amount__lte=F("amount")),
                name="indemnity_ceded_within_amount",
            ),
        ]


class ClaimRecovery(TenantRow):
    """Money that came back after the indemnity; `net_amount` is in euro, less its costs (D-42)."""

    public_id = models.CharField(max_length=40, unique=True)
    claim = TenantForeignKey(Claim, related_name="recoveries")
    received_on = models.DateField()
    received_amount = amount_field()
    costs = amount_field()
    currency = models.CharField(max_length=3, default="EUR")
    units_per_euro = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    net_amount = amount_field()
    policyholder_amount = amount_field()
    source_reference = models.CharField(max_length=100)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            _act_once("claim_recovery_once"),
            _in_a_currency("claim_recovery_currency_named"),
            models.CheckConstraint(
                condition=Q(currency="EUR", units_per_euro__isnull=True)
                | (~Q(currency="EUR") & Q(units_per_euro__gt=0)),
                name="claim_recovery_has_its_rate",
            ),
            models.CheckConstraint(
                condition=Q(
                    costs__gte=0, received_amount__gt=F("costs"), net_amount__gt=0, policyholder_amount__gte=0,
                    policyholder_amount__lte=F("net_amount"),
                ),
                name="claim_recovery_more_than_its_costs",
            ),
        ]  # fmt: skip


class RecoveryShare(TenantRow):
    """What of a recovery fell to one cover, and how much of that to the reinsurer on the day it was recorded."""

    recovery = TenantForeignKey(ClaimRecovery, related_name="shares", db_index=False)
    share = TenantForeignKey(ClaimShare, related_name="recoveries")
    amount = amount_field()
    ceded_amount = amount_field()
    movement = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "recovery", "share"], name="recovery_share_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, ceded_amount__gte=0, ceded_amount__lte=F("amount")),
                name="recovery_ceded_within_amount",
            ),
        ]


class ExchangeRate(TenantRow):
    """Units of a currency for one euro on a day, as a source published them (D-44). Never changed."""

    currency = models.CharField(max_length=3)
    day = models.DateField()
    units_per_euro = models.DecimalField(max_digits=14, decimal_places=6)
    source = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "currency", "day"], name="exchange_rate_once"),
            models.CheckConstraint(condition=Q(units_per_euro__gt=0), name="exchange_rate_positive"),
            models.CheckConstraint(condition=~Q(currency="EUR"), name="exchange_rate_of_a_foreign_currency"),
            models.CheckConstraint(condition=~Q(source=""), name="exchange_rate_has_its_source"),
        ]
