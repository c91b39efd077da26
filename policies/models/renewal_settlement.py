"""What an underwriter decides on a renewal that the rules refer to one, and the second person who confirms it (E9).

Nothing is renewed by this row: the night of the last day judges again, and a confirmed approval answers the referral
that the rules then still make (D-35). What the rules refuse stays refused.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, amount_field, one_of
from policies.models.guarantee import RenewalRequest


class SettlementStatus(models.TextChoices):
    PROPOSED = "proposed", "proposed"
    CONFIRMED = "confirmed", "confirmed"
    TURNED_DOWN = "turned_down", "turned down"
    TAKEN_BACK = "taken_back", "taken back"


STANDING = [SettlementStatus.PROPOSED, SettlementStatus.CONFIRMED]
BY_ANOTHER = [SettlementStatus.CONFIRMED, SettlementStatus.TURNED_DOWN]


class RenewalSettlement(TenantRow):
    """One answer to one referred renewal: approved up to `amount`, or refused; `maximum` is what could be approved.

    `decision` is the judgement that the first person looked at. What was proposed never changes.
    """

    public_id = models.CharField(max_length=40, unique=True)
    renewal = TenantForeignKey(RenewalRequest, related_name="settlements")
    status = models.CharField(max_length=12, choices=SettlementStatus, default=SettlementStatus.PROPOSED)
    approves = models.BooleanField()
    amount = amount_field(null=True)
    maximum = amount_field()
    decision = TenantForeignKey("eligibility.DecisionRecord", related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    proposed_by = models.CharField(max_length=200)
    proposed_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    proposed_on = models.DateField()
    answered_by = models.CharField(max_length=200, blank=True)
    answered_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("renewal_settlement_status_known", "status", SettlementStatus),
            models.UniqueConstraint(
                fields=["insurer", "renewal"],
                condition=Q(status__in=STANDING),
                name="renewal_settlement_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(approves=True, amount__gt=0, amount__lte=F("maximum"))
                | Q(approves=False, amount__isnull=True),
                name="renewal_settlement_up_to_the_maximum",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="renewal_settlement_has_its_reason"),
            models.CheckConstraint(
                condition=Q(status="proposed", answered_by="", answered_on__isnull=True)
                | ~Q(status="proposed") & ~Q(answered_by="") & Q(answered_on__gte=F("proposed_on")),
                name="renewal_settlement_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=BY_ANOTHER)
                | ~Q(answered_by=F("proposed_by"))
                & (
                    Q(answered_by_user__isnull=True)
                    | Q(proposed_by_user__isnull=True)
                    | ~Q(answered_by_user=F("proposed_by_user"))
                ),
                name="renewal_settlement_by_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
