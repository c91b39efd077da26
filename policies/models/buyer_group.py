"""Groups of buyers, who belongs to them from which day, and the limit that the insurer sets itself for a group.

The limit is the insurer's own rule, no source's: a dated row confirmed by two people, none by default. It warns.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import DatedFact, TenantRow, amount_field, newest_first, not_negative, source_once
from policies.models.parties import Buyer
from policies.models.two_people import ProposedRow, by_two_people


class BuyerGroup(TenantRow):
    """A parent and its companies, by the insurer's own reference."""

    public_id = models.CharField(max_length=40, unique=True)
    reference = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "reference"], name="buyer_group_known_once"),
            models.CheckConstraint(condition=~Q(reference="") & ~Q(name=""), name="buyer_group_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMembership(DatedFact):
    """To which group a buyer belongs from a day on; null: to none any more."""

    buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    group = TenantForeignKey(BuyerGroup, null=True, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar = [
            newest_first("group_membership_newest", "buyer"),
            models.Index(fields=["insurer", "group"], name="group_membership_of_group"),
        ]
        constraints: ClassVar = [source_once("group_membership_once")]


class GroupLimit(ProposedRow):
    """What may be engaged on a group in all from a day on, in euro; null: as much as the rules give."""

    group = TenantForeignKey(BuyerGroup, related_name="limits", db_index=False)
    amount = amount_field(null=True)
    effective_on = models.DateField()
    reason = models.CharField(max_length=500)

    class Meta:
        indexes: ClassVar = [newest_first("group_limit_newest", "group")]
        constraints: ClassVar = [
            *by_two_people("group_limit"),
            not_negative("group_limit_not_negative", "amount"),
            models.UniqueConstraint(
                fields=["insurer", "group"], condition=Q(status="proposed"), name="group_limit_proposed_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="group_limit_says_why"),
        ]

    def __str__(self) -> str:
        return self.public_id
