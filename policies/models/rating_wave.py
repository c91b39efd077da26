"""The sector of a buyer, and a wave that rates many buyers down at once: proposed with a preview, confirmed by another.

Until it is confirmed a wave changes nothing. Confirmed, each buyer has a new rating (a dated fact like any other) and
the night announces the cuts with their days of notice (D-24, D-29).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import DatedFact, TenantRow, amount_field, not_negative, source_once
from policies.models.parties import Buyer
from policies.models.two_people import ProposedRow, by_two_people


class BuyerActivity(DatedFact):
    """What a buyer does: its code of the NAF, or of the NACE abroad, as `49.41A`."""

    buyer = TenantForeignKey(Buyer, related_name="activities", db_index=False)
    code = models.CharField(max_length=6)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["insurer", "buyer", "-effective_on", "-id"], name="buyer_activity_newest"),
            models.Index(fields=["insurer", "code"], name="buyer_activity_by_code"),
        ]
        constraints: ClassVar = [
            source_once("buyer_activity_once"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2}(\.[0-9]{1,2}[A-Z]?)?$"), name="buyer_activity_code_well_written"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class RatingWave(ProposedRow):
    """Many buyers to be rated `to_grade`; `sector` is the beginning of their activity's code, empty for a file.

    `buyers`, `cuts`, `cut_amount` and `freed_amount` are what the preview told the first person, in euro.
    """

    sector = models.CharField(max_length=6, blank=True)
    to_grade = models.CharField(max_length=10)
    reason = models.CharField(max_length=500)
    buyers = models.PositiveIntegerField()
    cuts = models.PositiveIntegerField()
    cut_amount = amount_field()
    freed_amount = amount_field()
    rated = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            *by_two_people("rating_wave"),
            not_negative("rating_wave_amounts_not_negative", "cut_amount", "freed_amount"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(to_grade=""), name="rating_wave_says_what_and_why"),
        ]

    def __str__(self) -> str:
        return self.public_id


class RatingWaveBuyer(TenantRow):
    """One buyer of a wave, with the grade that it had when the wave was proposed. Append-only."""

    wave = TenantForeignKey(RatingWave, related_name="lines", db_index=False)
    buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    grade_before = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "wave", "buyer"], name="rating_wave_buyer_once"),
        ]

    def __str__(self) -> str:
        return self.grade_before
