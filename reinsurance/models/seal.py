"""What has been sealed: entries and records in sequences without gap, and signed checkpoints over them.

An insurer has two sequences, one of journal entries and one of the rows that no entry names; so have the books without
insurer (the law, the envelopes). The platform role alone writes here. See domain/sealing.py and docs/adr.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reinsurance.models.columns import one_of
from reinsurance.models.ledger import JournalEntry

SEQUENCES = ("journal", "records")


class _SealRow(models.Model):
    """A row of an insurer's sequence, or of the books without insurer."""

    insurer = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        abstract = True


class SealedEntry(_SealRow):
    """A journal entry in its place: `position`, from 1 without gap, is its journal number.

    `manifest` names every row of the event with the hash of its bytes, a row on each line; `leaf_hash` is over it.
    """

    position = models.BigIntegerField()
    # Not a key of an insurer's table: the law's entries have no insurer, and the entry is sealed, not owned.
    entry = models.ForeignKey(
        JournalEntry, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    manifest = models.TextField()
    leaf_hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "position"], nulls_distinct=False, name="sealed_entry_position_once"
            ),
            models.UniqueConstraint(fields=["entry"], name="sealed_entry_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="sealed_entry_from_one"),
        ]

    def __str__(self) -> str:
        return f"seal {self.position}"


class SealedRecord(_SealRow):
    """A row that no entry names (terms, amendments, bordereaux and their lines …) in its place in the sequence.

    `part` is empty for what a row says from its first day, or names the columns that are written once later.
    """

    position = models.BigIntegerField()
    table = models.CharField(max_length=63)
    row = models.BigIntegerField()
    part = models.CharField(max_length=30, db_default="")
    leaf_hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "position"], nulls_distinct=False, name="sealed_record_position_once"
            ),
            models.UniqueConstraint(fields=["table", "part", "row"], name="sealed_record_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="sealed_record_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.table} {self.row}"


class Checkpoint(_SealRow):
    """A signed statement over one sequence: how many leaves, which root, on which business day.

    `note` is what was signed and what others are given; the other columns repeat it for queries. `peaks` are the roots
    of the full subtrees, from which the next checkpoint goes on without reading the whole sequence again.
    """

    sequence = models.CharField(max_length=7)
    number = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    sealed_on = models.DateField()
    peaks = models.BinaryField()
    note = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            one_of("checkpoint_sequence_known", "sequence", SEQUENCES),
            models.UniqueConstraint(
                fields=["insurer", "sequence", "number"], nulls_distinct=False, name="checkpoint_number_once"
            ),
            models.UniqueConstraint(
                fields=["insurer", "sequence", "sealed_on", "size"],
                nulls_distinct=False,
                name="checkpoint_once_a_day_and_size",
            ),
            models.CheckConstraint(condition=Q(number__gte=1, size__gte=1), name="checkpoint_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.size}"


class LedgerVerification(models.Model):
    """That verify_ledger was run over all books, and what it found: written by the night, append-only."""

    verified_on = models.DateField()
    compared = models.BigIntegerField()
    difference_count = models.IntegerField()
    # The first of them, as they were told.
    differences = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(compared__gte=0, difference_count__gte=0), name="verification_not_negative"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-verified_on", "-id"], name="verification_by_day")]

    def __str__(self) -> str:
        return f"{self.verified_on}: {self.difference_count} differences"
