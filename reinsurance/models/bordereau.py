"""Closed bordereaux and technical accounts, advices of large losses, and the runs that close a period.

What is closed is append-only: its lines point at the journal entries they tell, and a later line points at the earlier
one that it corrects. The content's SHA-256 stands beside it, so that whoever computes it again can tell.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.models.cession import Cession
from reinsurance.models.columns import InsurersRow, euro_field, one_of
from reinsurance.models.ledger import JournalEntry
from reinsurance.models.treaty import Treaty

BORDEREAU_KINDS: Final = ("risk", "premium", "claims", "recoveries")
LINE_KINDS: Final = (
    "ceded",
    "amended",
    "corrected",
    "ended",
    "replaced",
    "released",
    "indemnity",
    "indemnity_reversed",
    "reserve",
    "recovery",
    "recovery_reversed",
)
ACCOUNT_SPANS: Final = ("period", "year")
ADVICE_KINDS: Final = ("large_loss", "cash_call")
RUN_STATES: Final = ("waiting", "running", "done", "failed")
_DIGEST: Final = r"^[0-9a-f]{64}$"


def _days() -> Func:
    return Func(F("period_first"), F("period_end"), Value("[)"), function="daterange")


class Bordereau(InsurersRow):
    """One kind of movement of one treaty over one period, frozen: every entry booked before `period_end` with a journal
    number up to `journal_number` that the bordereau before it (closed at `after_journal_number`) did not tell.

    `facts` are the treaty, its parties and its terms as they were printed.
    """

    public_id = models.CharField(max_length=40, unique=True)
    treaty = TenantForeignKey(Treaty, related_name="bordereaux", db_index=False)
    kind = models.CharField(max_length=10)
    period_first = models.DateField()
    period_end = models.DateField()
    after_journal_number = models.BigIntegerField()
    journal_number = models.BigIntegerField()
    layout_version = models.SmallIntegerField()
    facts = models.JSONField()
    line_count = models.IntegerField()
    totals = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("bordereau_kind_known", "kind", BORDEREAU_KINDS),
            models.UniqueConstraint(
                fields=["insurer", "treaty", "kind", "period_first", "layout_version"], name="bordereau_closed_once"
            ),
            ExclusionConstraint(
                name="bordereau_periods_do_not_overlap",
                expressions=[
                    ("insurer", RangeOperators.EQUAL),
                    ("treaty", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("layout_version", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_first")), name="bordereau_period_in_order"),
            models.CheckConstraint(condition=Q(booked_on__gte=F("period_end")), name="bordereau_period_has_ended"),
            models.CheckConstraint(
                condition=Q(after_journal_number__gte=0, journal_number__gte=F("after_journal_number")),
                name="bordereau_journal_in_order",
            ),
            models.CheckConstraint(condition=Q(line_count__gte=0), name="bordereau_lines_counted"),
            models.CheckConstraint(condition=Q(content_sha256__regex=_DIGEST), name="bordereau_digest_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period_first} {self.public_id}"


class BordereauLine(InsurersRow):
    """What one entry did to one cession, signed; amounts are the ceded part, `gross_change` is before cession.

    `current_account_change` is what the insurer owes its reinsurer by this line; below zero, what it is owed.
    """

    bordereau = TenantForeignKey(Bordereau, related_name="lines", db_index=False)
    number = models.IntegerField()
    journal_number = models.BigIntegerField()
    entry = TenantForeignKey(JournalEntry, related_name="bordereau_lines")
    cession = TenantForeignKey(Cession, null=True, related_name="bordereau_lines", db_index=False)
    kind = models.CharField(max_length=18)
    treaty_year = models.SmallIntegerField()
    booked_on = models.DateField()
    effective_on = models.DateField()
    claim_reference = models.CharField(max_length=120, blank=True)
    # Lines of risk: the cession's amount after the event, what of it was ceded and live before, end of its run-off.
    amount_after = euro_field(null=True)
    ceded_before = euro_field(null=True)
    run_off_until = models.DateField(null=True)
    gross_change = euro_field(db_default=0)
    live_change = euro_field(db_default=0)
    run_off_change = euro_field(db_default=0)
    ceded_premium = euro_field(db_default=0)
    commission = euro_field(db_default=0)
    ceded_indemnity = euro_field(db_default=0)
    ceded_recovery = euro_field(db_default=0)
    reserve_change = euro_field(db_default=0)
    current_account_change = models.GeneratedField(
        expression=F("ceded_premium") - F("commission") - F("ceded_indemnity") + F("ceded_recovery"),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
    )
    corrects = TenantForeignKey("self", null=True, related_name="corrected_by", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "bordereau", "number"], name="bordereau_line_numbered_once"),
            one_of("bordereau_line_kind_known", "kind", LINE_KINDS),
            models.CheckConstraint(condition=Q(number__gte=1), name="bordereau_line_numbered_from_one"),
            models.CheckConstraint(condition=~Q(corrects=F("id")), name="bordereau_line_corrects_another"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["insurer", "cession", "bordereau"], name="bordereau_line_of_cession"),
            models.Index(
                fields=["insurer", "corrects"], condition=Q(corrects__isnull=False), name="bordereau_line_corrections"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class TechnicalAccount(InsurersRow):
    """The account of a treaty over a period, or over the year that ends with it; `balance` is what the period moved on
    the current account. `figures` is the whole account as stated; its SHA-256 is printed on the statement.
    """

    public_id = models.CharField(max_length=40, unique=True)
    treaty = TenantForeignKey(Treaty, related_name="technical_accounts", db_index=False)
    span = models.CharField(max_length=6)
    period_first = models.DateField()
    period_end = models.DateField()
    journal_number = models.BigIntegerField()
    layout_version = models.SmallIntegerField()
    balance = euro_field()
    figures = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("technical_account_span_known", "span", ACCOUNT_SPANS),
            models.UniqueConstraint(
                fields=["insurer", "treaty", "span", "period_first", "layout_version"],
                name="technical_account_closed_once",
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_first")), name="technical_account_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(booked_on__gte=F("period_end")), name="technical_account_period_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=_DIGEST), name="technical_account_digest_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.span} {self.period_first} {self.public_id}"


class LossAdvice(InsurersRow):
    """A claim whose ceded part passed a threshold of its treaty: told once as a large loss, once as a cash call.

    `incurred_amount` is paid plus outstanding less recovered, ceded, when it was found.
    """

    public_id = models.CharField(max_length=40, unique=True)
    treaty = TenantForeignKey(Treaty, related_name="loss_advices", db_index=False)
    kind = models.CharField(max_length=10)
    claim_reference = models.CharField(max_length=120)
    threshold_amount = euro_field()
    paid_amount = euro_field()
    outstanding_amount = euro_field()
    recovered_amount = euro_field()
    incurred_amount = euro_field()
    journal_number = models.BigIntegerField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("loss_advice_kind_known", "kind", ADVICE_KINDS),
            models.UniqueConstraint(fields=["insurer", "treaty", "claim_reference", "kind"], name="loss_advised_once"),
            models.CheckConstraint(
                condition=Q(incurred_amount=F("paid_amount") + F("outstanding_amount") - F("recovered_amount")),
                name="loss_advice_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(incurred_amount__gte=F("threshold_amount")), name="loss_advice_passes_threshold"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.claim_reference}"


class ClosingRun(InsurersRow):
    """A close of some treaties over a period that a worker does, with its progress in lines."""

    public_id = models.CharField(max_length=40, unique=True)
    treaties = models.JSONField()
    period_first = models.DateField()
    period_end = models.DateField()
    status = models.CharField(max_length=8, default="waiting")
    total = models.IntegerField(default=0)
    settled = models.IntegerField(default=0)
    failure = models.TextField(blank=True)
    asked_by = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            one_of("closing_run_state_known", "status", RUN_STATES),
            models.CheckConstraint(
                condition=Q(status="failed") & ~Q(failure="") | ~Q(status="failed") & Q(failure=""),
                name="closing_run_failure_says_why",
            ),
            models.CheckConstraint(condition=Q(period_end__gt=F("period_first")), name="closing_run_period_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.public_id}"
