"""What an underwriter decides on a renewal that the rules refer to one, and the second person who confirms it (E9).

Nothing is renewed by this row: the night of the last day judges again, and a confirmed approval answers the referral
that the rules then still make (D-35). What the rules refuse stays refused.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import amount_field
from policies.models.guarantee import RenewalRequest
from policies.models.two_people import STANDING, ProposedRow, by_two_people


class RenewalSettlement(ProposedRow):
    """One answer to one referred renewal: approved up to `amount`, or refused; `maximum` is what could be approved.

    `decision` is the judgement that the first person looked at. What was proposed never changes.
    """

    renewal = TenantForeignKey(RenewalRequest, related_name="settlements")
    approves = models.BooleanField()
    amount = amount_field(null=True)
    maximum = amount_field()
    decision = TenantForeignKey("eligibility.DecisionRecord", related_name="+", db_index=False)
    reason = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [
            *by_two_people("renewal_settlement"),
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
        ]

    def __str__(self) -> str:
        return self.public_id
