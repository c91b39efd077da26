"""A cut of a limit that is to take effect before its notice has run: the exceptional case, and who confirmed it (D-29).

Nothing is decided until a second person has confirmed: only then is the decision written among the limits.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.buyer_limit import BuyerLimit, LimitDecision
from policies.models.dated import TenantRow, amount_field, not_negative, one_of
from policies.models.parties import Buyer
from policies.models.policy import Policy


class ExceptionalCase(models.TextChoices):
    INSOLVENCY = "insolvency", "the buyer is insolvent"
    FRAUD = "fraud", "fraud"
    OVERDUE = "overdue", "overdue beyond the policy's limit"


class ShortNoticeStatus(models.TextChoices):
    ASKED = "asked", "to be confirmed"
    CONFIRMED = "confirmed", "confirmed"
    REJECTED = "rejected", "rejected"


class ShortNotice(TenantRow):
    """One decision waiting for its second pair of eyes. `full_notice_on` is when it could take effect without them."""

    public_id = models.CharField(max_length=40, unique=True)
    policy = TenantForeignKey(Policy, related_name="short_notices")
    buyer = TenantForeignKey(Buyer, related_name="short_notices", db_index=False)
    decision = models.CharField(max_length=13, choices=LimitDecision)
    requested_amount = amount_field(null=True)
    amount_before = amount_field()
    amount = amount_field()
    notified_on = models.DateField()
    effective_on = models.DateField()
    full_notice_on = models.DateField()
    source_reference = models.CharField(max_length=100)
    exceptional_case = models.CharField(max_length=10, choices=ExceptionalCase)
    reason = models.TextField()
    status = models.CharField(max_length=9, choices=ShortNoticeStatus, default=ShortNoticeStatus.ASKED)
    asked_by = models.CharField(max_length=200)
    asked_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.CharField(max_length=200, blank=True)
    decided_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    answer = models.TextField(blank=True)
    buyer_limit = TenantForeignKey(BuyerLimit, null=True, related_name="short_notices", db_index=False)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("short_notice_status_known", "status", ShortNoticeStatus),
            one_of("short_notice_case_known", "exceptional_case", ExceptionalCase),
            one_of("short_notice_decision_known", "decision", LimitDecision),
            not_negative("short_notice_not_negative", "amount", "amount_before", "requested_amount"),
            models.UniqueConstraint(fields=["insurer", "source_reference"], name="short_notice_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="short_notice_has_its_reason"),
            models.CheckConstraint(
                condition=Q(effective_on__gte=F("notified_on")) & Q(effective_on__lt=F("full_notice_on")),
                name="short_notice_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status="asked", decided_on__isnull=True, decided_by="")
                | ~Q(status="asked") & Q(decided_on__isnull=False) & ~Q(decided_by=""),
                name="short_notice_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status="confirmed", buyer_limit__isnull=False)
                | ~Q(status="confirmed") & Q(buyer_limit__isnull=True),
                name="short_notice_takes_effect_when_confirmed",
            ),
            # Who asked may not confirm: neither the same account nor the same name.
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by"))
                & (
                    Q(decided_by_user__isnull=True)
                    | Q(asked_by_user__isnull=True)
                    | ~Q(decided_by_user=F("asked_by_user"))
                ),
                name="short_notice_by_four_eyes",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "id"], name="short_notice_to_confirm", condition=Q(status="asked")),
        ]

    def __str__(self) -> str:
        return self.public_id
