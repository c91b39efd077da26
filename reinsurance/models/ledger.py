"""The ledger: accounts with running totals, entries (events), transfers (movements), and each envelope's history.

The application inserts entries and transfers; totals and history are written by a trigger alone (reinsurance/sql).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from reinsurance.domain.chart import (
    CODES_WITHOUT_INSURER,
    DEBIT_NORMAL,
    DISBURSEMENT_CLASSES,
    ENTRY_KINDS,
    KINDS_WITHOUT_INSURER,
    MARKET_CLASSES,
    MARKETS,
    MEMORANDUM_CLASSES,
    NEVER_OVERDRAWN,
    TREATY_CLASSES,
)
from reinsurance.models.capacity import DisbursementYear
from reinsurance.models.cession import Cession
from reinsurance.models.columns import euro_field, one_of
from reinsurance.models.treaty import Treaty


def total_field() -> models.DecimalField:  # type: ignore[type-arg]
    """A running total: two digits wider than the amounts it sums."""
    return models.DecimalField(max_digits=20, decimal_places=2, db_default=0)


class LedgerAccount(models.Model):
    """An account of a market (shared, without insurer), a treaty, a policy's insurance year, or of the memorandum of
    what a reinsurer advises (by category at home: `kind`). Totals only grow, save what is pending.
    """

    insurer = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    treaty = TenantForeignKey(Treaty, null=True, related_name="accounts", db_index=False)
    disbursement_year = TenantForeignKey(DisbursementYear, null=True, related_name="accounts", db_index=False)
    market = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, null=True)  # noqa: DJ001 (part of a key: null is "all categories")
    account_class = models.CharField(max_length=20)
    debits_posted = total_field()
    credits_posted = total_field()
    debits_pending = total_field()
    credits_pending = total_field()
    movements = models.BigIntegerField(db_default=0)

    class Meta:
        constraints: ClassVar = [
            one_of("account_market_known", "market", MARKETS),
            models.CheckConstraint(
                condition=Q(treaty__isnull=True, insurer__isnull=True, disbursement_year__isnull=True)
                & (Q(account_class__in=MARKET_CLASSES, kind__isnull=True) | Q(account_class__in=MEMORANDUM_CLASSES))
                | Q(treaty__isnull=False, insurer__isnull=False, disbursement_year__isnull=True, kind__isnull=True)
                & Q(account_class__in=TREATY_CLASSES)
                | Q(treaty__isnull=True, insurer__isnull=False, disbursement_year__isnull=False, kind__isnull=True)
                & Q(account_class__in=DISBURSEMENT_CLASSES),
                name="account_of_market_or_treaty",
            ),
            models.UniqueConstraint(
                fields=["market", "kind", "account_class"],
                condition=Q(insurer__isnull=True),
                nulls_distinct=False,
                name="account_one_per_market",
            ),
            models.UniqueConstraint(
                fields=["insurer", "disbursement_year", "account_class"],
                condition=Q(disbursement_year__isnull=False),
                name="account_one_per_disbursement_year",
            ),
            models.UniqueConstraint(
                fields=["insurer", "treaty", "account_class"],
                condition=Q(treaty__isnull=False),
                name="account_one_per_treaty",
            ),
            # What transfers point at: the account together with its class.
            models.UniqueConstraint(fields=["id", "account_class"], name="account_and_class"),
            models.CheckConstraint(
                condition=Q(debits_posted__gte=0, credits_posted__gte=0, debits_pending__gte=0, credits_pending__gte=0),
                name="account_totals_not_negative",
            ),
            # Capacity's own rule needs the entry and the order, so the trigger sees to it, under the same name.
            models.CheckConstraint(
                condition=(
                    ~Q(account_class__in=sorted(NEVER_OVERDRAWN - DEBIT_NORMAL))
                    | Q(credits_posted__gte=F("debits_posted"))
                )
                & (
                    ~Q(account_class__in=sorted(NEVER_OVERDRAWN & DEBIT_NORMAL))
                    | Q(debits_posted__gte=F("credits_posted"))
                ),
                name="account_not_overdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_class} {self.market}"


class AllowedPair(models.Model):
    """The chart of accounts as the database knows it; a test holds it equal to reinsurance.domain.chart.PAIRS."""

    debit_class = models.CharField(max_length=20)
    credit_class = models.CharField(max_length=20)
    code = models.CharField(max_length=24)
    state = models.CharField(max_length=7)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["debit_class", "credit_class", "code", "state"], name="allowed_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.debit_class} → {self.credit_class}: {self.code}"


class JournalEntry(models.Model):
    """One event; without insurer for what the law does to the envelopes and for what a reinsurer advises of its own
    accounts, which only the platform role can write.
    """

    insurer = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    kind = models.CharField(max_length=16)
    source_key = models.CharField(max_length=160)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    # Nobody asks for the entries of a cession: they are found by their source key, from the cession's own.
    cession = TenantForeignKey(Cession, null=True, related_name="entries", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "source_key"], nulls_distinct=False, name="entry_source_key_once"
            ),
            one_of("entry_kind_known", "kind", ENTRY_KINDS),
            models.CheckConstraint(
                condition=Q(insurer__isnull=True, kind__in=sorted(KINDS_WITHOUT_INSURER))
                | (Q(insurer__isnull=False) & ~Q(kind__in=sorted(KINDS_WITHOUT_INSURER))),
                name="entry_of_insurer_or_law",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["insurer", "booked_on", "id"], name="entry_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_key}"


class Transfer(models.Model):
    """One movement, in euro. Foreign keys to the allowed pair and to (account, class) are in reinsurance/sql."""

    # The entry's composite key holds the insurer; a check of its own would be paid for on every row.
    insurer = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    entry = TenantForeignKey(JournalEntry, related_name="transfers")
    debit_account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    debit_class = models.CharField(max_length=20)
    credit_account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    credit_class = models.CharField(max_length=20)
    code = models.CharField(max_length=24)
    state = models.CharField(max_length=7)
    amount = euro_field()
    currency = models.CharField(max_length=3, db_default="EUR")
    pending = TenantForeignKey("self", null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_moves_something"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="transfer_in_euro"),
            models.CheckConstraint(
                condition=Q(state__in=["posted", "pending"], pending__isnull=True)
                | Q(state__in=["post", "void"], pending__isnull=False),
                name="transfer_names_its_hold",
            ),
            models.CheckConstraint(
                condition=Q(insurer__isnull=True, code__in=sorted(CODES_WITHOUT_INSURER))
                | (Q(insurer__isnull=False) & ~Q(code__in=sorted(CODES_WITHOUT_INSURER))),
                name="transfer_of_insurer_or_law",
            ),
            models.UniqueConstraint(
                fields=["insurer", "pending"], condition=Q(pending__isnull=False), name="transfer_hold_resolved_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.amount}"


class EnvelopeMovement(models.Model):
    """What each entry did to the free room of an envelope or an allotment, in the order in which the lock let it: no
    gap in `position`.

    Written by the trigger, read by the platform role: the exact history that no ceiling was ever exceeded.
    """

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.BigIntegerField()
    # Written from the transfer that the entry's own key guards, in the same statement.
    entry = models.ForeignKey(
        JournalEntry, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    change = total_field()
    free_after = total_field()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "position"], name="envelope_movement_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.change}"
