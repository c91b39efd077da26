"""A wave of limits: the insurer's own limits on a sector or a list of buyers cut at once, by two people (D-29).

Until it is confirmed a wave changes nothing. Confirmed, each of its lines is a decision on a limit like any other, with
its days of notice, its letter and its message; the line finds them by the decision's source reference.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, amount_field, in_ratio_range, not_negative, one_of, ratio_field
from policies.models.parties import Buyer
from policies.models.policy import Policy
from policies.models.short_notice import ExceptionalCase
from policies.models.two_people import ProposedRow, by_two_people


class CutMeasure(models.TextChoices):
    SHARE = "share", "by a share of each"
    TO_AMOUNT = "to_amount", "to an amount"
    END = "end", "ended"


class LimitWave(ProposedRow):
    """Many limits to be cut by `share` (a ratio), to `to_amount` (euro), or ended.

    `sector` is the beginning of the buyers' activity code, empty for a file. `not_before`: they count from this day at
    the earliest, and never before their notice has run unless the case is exceptional. The counts and amounts are
    what the preview told the first person; `changed` how many decisions came of it.
    """

    sector = models.CharField(max_length=6, blank=True)
    measure = models.CharField(max_length=9, choices=CutMeasure)
    share = ratio_field(null=True)
    to_amount = amount_field(null=True)
    not_before = models.DateField(null=True)
    exceptional_case = models.CharField(max_length=10, choices=ExceptionalCase, blank=True)
    reason = models.CharField(max_length=500)
    limits = models.PositiveIntegerField()
    cut_amount = amount_field()
    top_ups = models.PositiveIntegerField()
    top_up_amount = amount_field()
    changed = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            *by_two_people("limit_wave"),
            one_of("limit_wave_measure_known", "measure", CutMeasure),
            in_ratio_range("limit_wave_share_is_a_ratio", "share"),
            not_negative("limit_wave_amounts_not_negative", "cut_amount", "top_up_amount"),
            models.CheckConstraint(
                condition=Q(measure="share", share__gt=0, share__lt=1, to_amount__isnull=True)
                | Q(measure="to_amount", to_amount__gt=0, share__isnull=True)
                | Q(measure="end", share__isnull=True, to_amount__isnull=True),
                name="limit_wave_measure_has_its_figure",
            ),
            models.CheckConstraint(
                condition=Q(exceptional_case="") | Q(exceptional_case__in=ExceptionalCase.values),
                name="limit_wave_case_known",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="limit_wave_says_why"),
        ]

    def __str__(self) -> str:
        return self.public_id


class LimitWaveLine(TenantRow):
    """One limit of a wave, as it stood when the wave was proposed and what it is to become. Append-only."""

    wave = TenantForeignKey(LimitWave, related_name="lines", db_index=False)
    policy = TenantForeignKey(Policy, related_name="+", db_index=False)
    buyer = TenantForeignKey(Buyer, related_name="+", db_index=False)
    amount_before = amount_field()
    amount = amount_field()
    source_reference = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "wave", "policy", "buyer"], name="limit_wave_line_once"),
            models.UniqueConstraint(fields=["insurer", "source_reference"], name="limit_wave_line_reference_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lt=F("amount_before")), name="limit_wave_line_takes_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_before} to {self.amount}"
