"""Settlement: what a reinsurer answers to bordereau lines, statements that settle acknowledged lines, payments and
what they pay, and what a reinsurer advises of its own accounts.

Append-only: the last answer to a line holds, a line is settled once, a payment is matched piece by piece.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.domain.chart import CODES_BY_ENTRY_KIND, KINDS, MARKETS
from reinsurance.domain.settlement import ANSWERS, DIRECTIONS, DISPUTE_REASONS
from reinsurance.models.bordereau import BordereauLine
from reinsurance.models.columns import InsurersRow, euro_field, one_of
from reinsurance.models.treaty import Treaty

ADVICE_CODES: Final = tuple(sorted(CODES_BY_ENTRY_KIND["advice"]))


class LineAnswer(InsurersRow):
    """What the reinsurer says of a bordereau line; the last position holds. Written by the platform role alone."""

    line = TenantForeignKey(BordereauLine, related_name="answers", db_index=False)
    position = models.SmallIntegerField()
    answer = models.CharField(max_length=12)
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=500, blank=True)
    answered_by = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "line", "position"], name="line_answer_in_order"),
            models.CheckConstraint(condition=Q(position__gte=1), name="line_answer_from_one"),
            one_of("line_answer_known", "answer", ANSWERS),
            models.CheckConstraint(
                condition=Q(answer="disputed", reason__in=sorted(DISPUTE_REASONS))
                | Q(answer="acknowledged", reason=""),
                name="line_dispute_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.answer}"


class AccountStatement(InsurersRow):
    """The acknowledged lines of a treaty, settled together. Amounts are signed: above zero the insurer owes it."""

    public_id = models.CharField(max_length=40)
    treaty = TenantForeignKey(Treaty, related_name="account_statements", db_index=False)
    up_to = models.DateField()
    line_count = models.IntegerField()
    premium_amount = euro_field()
    commission_amount = euro_field()
    indemnity_amount = euro_field()
    recovery_amount = euro_field()
    balance = models.GeneratedField(
        expression=F("premium_amount") + F("commission_amount") + F("indemnity_amount") + F("recovery_amount"),
        output_field=models.DecimalField(max_digits=18, decimal_places=2),
        db_persist=True,
    )
    # Null where the treaty sets no settlement delay; none is invented.
    due_on = models.DateField(null=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["public_id"], name="account_statement_public_id_once"),
            models.CheckConstraint(condition=Q(line_count__gte=1), name="account_statement_settles_something"),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("booked_on")), name="account_statement_due_later"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "treaty", "booked_on"], name="statement_of_treaty")]

    def __str__(self) -> str:
        return self.public_id


class SettledLine(InsurersRow):
    """A bordereau line and the one statement that settles it."""

    statement = TenantForeignKey(AccountStatement, related_name="settled_lines")
    line = TenantForeignKey(BordereauLine, related_name="settled_by", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "line"], name="line_settled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.line_id}"


class Payment(InsurersRow):
    """Money that went from the insurer to its reinsurer (`paid`) or came back (`received`), known by its reference."""

    public_id = models.CharField(max_length=40)
    treaty = TenantForeignKey(Treaty, related_name="payments", db_index=False)
    reference = models.CharField(max_length=120)
    direction = models.CharField(max_length=8)
    amount = euro_field()
    paid_on = models.DateField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["public_id"], name="payment_public_id_once"),
            models.UniqueConstraint(fields=["insurer", "reference"], name="payment_reference_once"),
            one_of("payment_direction_known", "direction", DIRECTIONS),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_nothing"),
            models.CheckConstraint(condition=~Q(reference=""), name="payment_has_a_reference"),
            models.CheckConstraint(condition=Q(paid_on__lte=F("booked_on")), name="payment_has_happened"),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "treaty", "paid_on"], name="payment_of_treaty")]

    def __str__(self) -> str:
        return f"{self.direction} {self.reference}"


class PaymentMatch(InsurersRow):
    """What of a payment pays what of a statement. A payment's amount less its matches is credit that is left."""

    payment = TenantForeignKey(Payment, related_name="matches", db_index=False)
    statement = TenantForeignKey(AccountStatement, related_name="matches")
    amount = euro_field()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "payment", "statement"], name="payment_matched_once_a_statement"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_match_above_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.statement_id}"


class AccountAdvice(models.Model):
    """What a reinsurer advises of the account it keeps for the State, with the document that says so. No insurer's."""

    public_id = models.CharField(max_length=40)
    reinsurer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    market = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, null=True)  # noqa: DJ001 (null is: one account for all categories)
    code = models.CharField(max_length=20)
    amount = euro_field()
    reference = models.CharField(max_length=120)
    effective_on = models.DateField()
    entered_by = models.CharField(max_length=200)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["public_id"], name="advice_public_id_once"),
            models.UniqueConstraint(fields=["reinsurer", "reference"], name="advice_reference_once"),
            one_of("advice_market_known", "market", MARKETS),
            one_of("advice_code_known", "code", ADVICE_CODES),
            models.CheckConstraint(
                condition=Q(market="domestic", kind__in=sorted(KINDS)) | Q(market="export", kind__isnull=True),
                name="advice_of_a_category_at_home",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="advice_above_nothing"),
            models.CheckConstraint(condition=~Q(reference=""), name="advice_has_a_reference"),
            models.CheckConstraint(condition=Q(effective_on__lte=F("booked_on")), name="advice_has_happened"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.reference}"
