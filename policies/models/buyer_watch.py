"""The insurer's watch list: a buyer put on watch from a day on with the reason, or taken off it; a dated fact.

The list is the insurer's own and is shown to its own people alone. It changes no decision.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import DatedFact, newest_first, source_once
from policies.models.parties import Buyer


class BuyerWatch(DatedFact):
    """On watch or off from `effective_on`; `review_on` is the day to look again, if one was set. Append-only."""

    buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    is_watched = models.BooleanField()
    reason = models.CharField(max_length=500)
    review_on = models.DateField(null=True)
    entered_by = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [newest_first("buyer_watch_newest", "buyer")]
        constraints: ClassVar = [
            source_once("buyer_watch_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="buyer_watch_says_why"),
            models.CheckConstraint(
                condition=Q(review_on__isnull=True) | Q(is_watched=True, review_on__gt=F("effective_on")),
                name="buyer_watch_reviewed_later",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
