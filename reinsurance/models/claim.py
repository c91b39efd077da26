"""What happened to claims on cessions: indemnities paid, case reserves set, recoveries received, and corrections.

Append-only: what was wrong is reversed by a row that names the one it corrects. What of an amount the cession carries
is `amount`; what lies above it, for the insurer's own account, is `excess_amount` (D-39).
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.models.capacity import DisbursementYear
from reinsurance.models.cession import Cession
from reinsurance.models.columns import InsurersRow, euro_field, one_of

CLAIM_KINDS: Final = ("indemnity", "reserve", "recovery")


class ClaimMovement(InsurersRow):
    """One movement of one claim on one cession; its journal entry has the source key `claim:<source_key>`.

    `amount` is what the cession carries of it before the share is taken, `ceded_amount` the reinsurer's share. A
    reserve is set to a level: the row holds the difference, `is_reversal` where it falls, and the level after.
    """

    public_id = models.CharField(max_length=40)
    source_key = models.CharField(max_length=120)
    cession = TenantForeignKey(Cession, related_name="claim_movements", db_index=False)
    claim_reference = models.CharField(max_length=120)
    kind = models.CharField(max_length=9)
    is_reversal = models.BooleanField()
    amount = euro_field()
    excess_amount = euro_field(db_default=0)
    ceded_amount = euro_field()
    level_amount = euro_field(null=True)
    disbursement_year = TenantForeignKey(DisbursementYear, null=True, related_name="claim_movements", db_index=False)
    corrects = TenantForeignKey("self", null=True, related_name="corrected_by", db_index=False)
    effective_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["public_id"], name="claim_movement_public_id_once"),
            models.UniqueConstraint(fields=["insurer", "source_key"], name="claim_movement_source_key_once"),
            one_of("claim_movement_kind_known", "kind", CLAIM_KINDS),
            models.CheckConstraint(
                condition=Q(amount__gte=0, excess_amount__gte=0, ceded_amount__gte=0, ceded_amount__lte=F("amount")),
                name="claim_movement_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(kind="reserve") | Q(amount__gt=0) | Q(excess_amount__gt=0),
                name="claim_movement_moves_something",
            ),
            models.CheckConstraint(
                condition=Q(kind="reserve", level_amount__gte=0, excess_amount=0)
                | (~Q(kind="reserve") & Q(level_amount__isnull=True)),
                name="claim_reserve_has_a_level",
            ),
            models.CheckConstraint(
                condition=Q(kind="reserve", corrects__isnull=True)
                | Q(is_reversal=True, corrects__isnull=False)
                | Q(is_reversal=False, corrects__isnull=True),
                name="claim_reversal_says_what_it_corrects",
            ),
            models.CheckConstraint(
                condition=Q(disbursement_year__isnull=True) | Q(kind="indemnity"),
                name="claim_only_indemnities_are_disbursed",
            ),
            models.CheckConstraint(condition=~Q(claim_reference=""), name="claim_movement_names_its_claim"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "cession", "claim_reference"], name="claim_movement_of_cession"),
            models.Index(
                fields=["insurer", "corrects"], condition=Q(corrects__isnull=False), name="claim_movement_corrections"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.claim_reference} {self.public_id}"
