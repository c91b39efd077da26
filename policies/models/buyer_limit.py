"""The insurer's own decisions on a buyer: the primary limit, and how it was reduced, refused or ended.

A row is one notice. Reductions, partial grants, refusals and cessations are what opens a top-up.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import DatedFact, amount_field, newest_first, not_negative, one_of, source_once
from policies.models.parties import Buyer
from policies.models.policy import Policy


class LimitDecision(models.TextChoices):
    GRANT = "grant", "granted in full"
    PARTIAL_GRANT = "partial_grant", "granted in part"
    REDUCTION = "reduction", "reduced"
    REFUSAL = "refusal", "refused"
    CESSATION = "cessation", "ended"


class BuyerLimit(DatedFact):
    policy = TenantForeignKey(Policy, related_name="buyer_limits", db_index=False)
    buyer = TenantForeignKey(Buyer, related_name="limits")
    decision = models.CharField(max_length=13, choices=LimitDecision)
    requested_amount = amount_field(null=True)
    amount_before = amount_field()
    amount = amount_field()
    notified_on = models.DateField()

    class Meta:
        indexes: ClassVar = [
            newest_first("buyer_limit_of_pair", "policy", "buyer"),
        ]
        constraints: ClassVar = [
            source_once("buyer_limit_once"),
            not_negative("buyer_limit_not_negative", "amount", "amount_before", "requested_amount"),
            one_of("buyer_limit_decision_known", "decision", LimitDecision),
            models.CheckConstraint(
                condition=Q(effective_on__gte=F("notified_on")), name="buyer_limit_no_effect_before_notice"
            ),
            models.CheckConstraint(
                condition=(Q(decision__in=["refusal", "cessation"]) & Q(amount=0))
                | (Q(decision__in=["grant", "partial_grant"]) & Q(amount__gt=0))
                | (Q(decision="reduction") & Q(amount__gt=0) & Q(amount__lt=F("amount_before"))),
                name="buyer_limit_amount_fits_decision",
            ),
        ]
