"""A buyer that is absorbed by another, or whose SIREN or registration number changes, and what follows it (ADR 0018).

Proposed with the reference of its announcement, confirmed by another person, it becomes a dated fact: from a day on the
old buyer is followed under the new one. A change that was wrong is corrected by another with its own day.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import DatedFact, TenantRow, amount_field, newest_first, not_negative, one_of, source_once
from policies.models.guarantee import GuaranteeTerm
from policies.models.limit_request import LimitRequest
from policies.models.parties import Buyer, IdentifierType
from policies.models.two_people import ProposedRow, by_two_people


class IdentityChangeKind(models.TextChoices):
    MERGER = "merger", "absorbed by another buyer"
    RENUMBERING = "renumbering", "new registration number"
    CORRECTION = "correction", "correction of a change that was wrong"


class IdentityChange(ProposedRow):
    """From `effective_on` on, `old_buyer` is followed under the buyer of these registration data.

    `new_buyer` is null until a buyer that was not known is entered on confirmation. `guarantees`, `amount`, `requests`
    and `policyholders` are what the first person was shown to move, in euro.
    """

    kind = models.CharField(max_length=11, choices=IdentityChangeKind)
    old_buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    new_buyer = TenantForeignKey(Buyer, null=True, related_name="+", db_index=False)
    new_country = models.CharField(max_length=2)
    new_identifier_type = models.CharField(max_length=10, choices=IdentifierType)
    new_identifier = models.CharField(max_length=40)
    new_name = models.CharField(max_length=200)
    effective_on = models.DateField()
    reference = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)
    corrects = TenantForeignKey("self", null=True, related_name="+", db_index=False)
    guarantees = models.PositiveIntegerField()
    amount = amount_field()
    requests = models.PositiveIntegerField()
    policyholders = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["insurer", "old_buyer"], name="identity_change_of_buyer")]
        constraints: ClassVar = [
            one_of("identity_change_kind_known", "kind", IdentityChangeKind),
            *by_two_people("identity_change"),
            one_of("identity_change_identifier_type_known", "new_identifier_type", IdentifierType),
            not_negative("identity_change_amount_not_negative", "amount"),
            models.UniqueConstraint(
                fields=["insurer", "old_buyer"], condition=Q(status="proposed"), name="identity_change_proposed_once"
            ),
            models.UniqueConstraint(
                fields=["insurer", "corrects"],
                condition=Q(status="confirmed", corrects__isnull=False),
                name="identity_change_corrected_once",
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="identity_change_has_its_evidence"),
            models.CheckConstraint(
                condition=Q(kind="correction", corrects__isnull=False) & ~Q(reason="")
                | ~Q(kind="correction") & Q(corrects__isnull=True),
                name="identity_change_says_what_it_corrects",
            ),
            models.CheckConstraint(
                condition=Q(new_buyer__isnull=True) | ~Q(new_buyer=F("old_buyer")), name="identity_change_of_two"
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(new_buyer__isnull=False, answered_on__gte=F("effective_on")),
                name="identity_change_once_it_is_true",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class BuyerStanding(DatedFact):
    """Under which buyer one is followed from a day on: another that took it over, or itself again after a correction.

    A buyer without such a fact stands for itself. Who was taken over before is followed under the last of the row.
    """

    buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    standing = TenantForeignKey(Buyer, related_name="+", db_index=False)
    change = TenantForeignKey(IdentityChange, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar = [
            newest_first("buyer_standing_newest", "buyer"),
            models.Index(fields=["insurer", "standing"], name="buyer_standing_for_others"),
        ]
        constraints: ClassVar = [source_once("buyer_standing_once")]


class IdentityMove(TenantRow):
    """One running term, or one request under way, that followed its buyer. Append-only."""

    change = TenantForeignKey(IdentityChange, related_name="moves", db_index=False)
    term = TenantForeignKey(GuaranteeTerm, null=True, related_name="+", db_index=False)
    limit_request = TenantForeignKey(LimitRequest, null=True, related_name="+", db_index=False)
    from_buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    to_buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    effective_on = models.DateField()
    amount = amount_field()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["insurer", "term"], name="identity_move_of_term"),
            models.Index(fields=["insurer", "from_buyer"], name="identity_move_from_buyer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "change", "term"], name="identity_move_of_term_once"),
            models.UniqueConstraint(
                fields=["insurer", "change", "limit_request"], name="identity_move_of_request_once"
            ),
            models.CheckConstraint(
                condition=Q(term__isnull=True, limit_request__isnull=False)
                | Q(term__isnull=False, limit_request__isnull=True),
                name="identity_move_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(from_buyer=F("to_buyer")), name="identity_move_between_two"),
            not_negative("identity_move_amount_not_negative", "amount"),
        ]
