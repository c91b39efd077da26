"""Cessions and what became of them: the frozen facts of a bordereau line, then dated changes, then released run-off.

All three are append-only: a cession's figures today are those of its last change, or its own when it has none.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.models.columns import InsurersRow, euro_field, one_of, share_field
from reinsurance.models.treaty import Treaty

CHANGE_KINDS = ("amended", "corrected", "ended", "replaced")


class Cession(InsurersRow):
    """One term of a guarantee, ceded. `source_key` is the term's natural key; the rest is frozen as granted."""

    public_id = models.CharField(max_length=40)
    treaty = TenantForeignKey(Treaty, related_name="cessions", db_index=False)
    source_key = models.CharField(max_length=120)
    treaty_year = models.SmallIntegerField()
    replaces = TenantForeignKey("self", null=True, related_name="+", db_index=False)
    guarantee_id = models.CharField(max_length=64)
    product = models.CharField(max_length=22)
    policy_number = models.CharField(max_length=60)
    policyholder_id = models.CharField(max_length=64)
    policyholder_name = models.CharField(max_length=200)
    buyer_id = models.CharField(max_length=64)
    buyer_name = models.CharField(max_length=200)
    buyer_country = models.CharField(max_length=2)
    term_first = models.DateField()
    term_end = models.DateField()
    amount = euro_field()
    ceded_ratio = share_field()
    ceded_amount = euro_field()
    premium = euro_field()
    ceded_premium = euro_field()
    ceding_commission = share_field()
    commission = euro_field()
    premium_rate = share_field()
    is_illustrative = models.BooleanField()
    currency = models.CharField(max_length=3, db_default="EUR")
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            # Not unique=True on the field, which would add a second index for LIKE.
            models.UniqueConstraint(fields=["public_id"], name="cession_public_id_once"),
            models.UniqueConstraint(fields=["insurer", "source_key"], name="cession_source_key_once"),
            models.UniqueConstraint(
                fields=["insurer", "replaces"], condition=Q(replaces__isnull=False), name="cession_replaced_once"
            ),
            models.CheckConstraint(condition=Q(term_end__gt=F("term_first")), name="cession_term_in_order"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, ceded_amount__gt=0, ceded_amount__lte=F("amount")),
                name="cession_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(premium__gte=0, ceded_premium__gte=0, ceded_premium__lte=F("premium"))
                & Q(commission__gte=0, commission__lte=F("ceded_premium")),
                name="cession_within_premium",
            ),
            models.CheckConstraint(
                condition=Q(ceded_ratio__gt=0, ceded_ratio__lte=1), name="cession_ceded_ratio_in_range"
            ),
            models.CheckConstraint(condition=Q(currency="EUR"), name="cession_in_euro"),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "treaty", "booked_on"], name="cession_of_treaty")]

    def __str__(self) -> str:
        return self.public_id


class CessionChange(InsurersRow):
    """What a cession became: its live amount after, what of it went to run-off (until when), what premium came back.

    A correction (D-39) tells in `right_amount` what might have been ceded from the first day, before the share. What it
    puts into run-off is what is left of a lot that it took back; its live amount may be nothing, after the end.
    """

    cession = TenantForeignKey(Cession, related_name="changes", db_index=False)
    position = models.SmallIntegerField()
    kind = models.CharField(max_length=10)
    live_amount = euro_field()
    live_ceded_amount = euro_field()
    run_off_amount = euro_field()
    run_off_until = models.DateField(null=True)
    right_amount = euro_field(null=True)
    premium_credited = euro_field()
    ceded_premium_credited = euro_field()
    commission_returned = euro_field()
    effective_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "cession", "position"], name="cession_change_in_order"),
            # Ended or replaced is the last word, said once.
            models.UniqueConstraint(
                fields=["insurer", "cession"], condition=Q(kind__in=["ended", "replaced"]), name="cession_ends_once"
            ),
            one_of("cession_change_known", "kind", CHANGE_KINDS),
            models.CheckConstraint(
                condition=Q(live_amount__gte=0, live_ceded_amount__gte=0, run_off_amount__gte=0)
                & Q(premium_credited__gte=0, ceded_premium_credited__gte=0, commission_returned__gte=0),
                name="cession_change_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["ended", "replaced"]) | Q(live_amount=0, live_ceded_amount=0),
                name="cession_ends_at_nothing",
            ),
            models.CheckConstraint(
                condition=Q(run_off_amount=0) | Q(run_off_until__isnull=False), name="cession_run_off_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(right_amount__isnull=True) | Q(kind="corrected", right_amount__gte=F("live_amount")),
                name="cession_right_amount_of_corrections",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "run_off_until"], condition=Q(run_off_amount__gt=0), name="run_off_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.effective_on}"


class RunOffRelease(InsurersRow):
    """The run-off of one change, given back to the envelope: once. When its time has come, or by a correction (D-39),
    which is named then.
    """

    change = TenantForeignKey(CessionChange, related_name="releases", db_index=False)
    correction = TenantForeignKey(CessionChange, null=True, related_name="lots_taken_back", db_index=False)
    is_declared_nil = models.BooleanField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "change"], name="run_off_released_once"),
            models.CheckConstraint(
                condition=Q(correction__isnull=True) | (Q(is_declared_nil=False) & ~Q(correction=F("change"))),
                name="run_off_taken_back_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["insurer", "correction"], condition=Q(correction__isnull=False), name="run_off_taken_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change} released {self.booked_on}"
