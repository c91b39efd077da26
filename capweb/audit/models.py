"""The trail of every change, counters without gaps, and leases on work under way.

Plain ids only: the audit room stands below the others and knows nobody's tables. Row security on the trail and the
counters is set by a migration of `capweb.accounts`, which stands above.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class CurrentTransaction(Func):
    """The number of the writing transaction. It rises as transactions first write, and never repeats in a cluster."""

    template = "(pg_current_xact_id()::text)::bigint"
    output_field: ClassVar = models.BigIntegerField()


class TrailEntry(models.Model):
    """One change of one subject: who, when, what it was and what it became. Append-only.

    `written_in` is the number of the transaction that wrote it, by which the publisher of events finds late commits.
    """

    insurer_id = models.BigIntegerField(null=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=200)
    actor_role = models.CharField(max_length=40)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=64)
    was = models.JSONField(null=True)
    became = models.JSONField(null=True)
    written_in = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["insurer_id", "subject", "id"], name="trail_by_subject"),
            models.Index(fields=["insurer_id", "written_in", "id"], name="trail_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class PublishedEvent(models.Model):
    """The place of one entry of the trail in its insurer's stream of events. Append-only; a trigger allows no gap."""

    insurer_id = models.BigIntegerField()
    position = models.BigIntegerField()
    trail_entry = models.ForeignKey(TrailEntry, on_delete=models.PROTECT, related_name="published", db_index=False)
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer_id", "position"], name="event_position_once"),
            models.UniqueConstraint(fields=["insurer_id", "trail_entry"], name="event_published_once"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="event_position_from_one"),
        ]

    def __str__(self) -> str:
        return f"event {self.position}"


class EventPosition(models.Model):
    """How far the stream of an insurer has come; its row is the lock of whoever publishes.

    `settled_below`: every event written by a transaction of a lower number has its position.
    """

    insurer_id = models.BigIntegerField()
    last_position = models.BigIntegerField(default=0)
    settled_below = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer_id"], name="event_position_one_per_insurer"),
            models.CheckConstraint(condition=models.Q(last_position__gte=0), name="event_position_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.last_position}"


class NumberCounter(models.Model):
    """The last number given in a series of one insurer; locked by whoever takes the next, so that no number is lost."""

    insurer_id = models.BigIntegerField()
    series = models.CharField(max_length=60)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer_id", "series"], name="number_series_unique"),
            models.CheckConstraint(condition=models.Q(last_number__gte=0), name="number_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.series}: {self.last_number}"


class Lease(models.Model):
    """Who works on a piece of work (a submission, a night), and when it was last heard of.

    `holder` is a token of one run, so a worker that was thought dead finds its lease gone before it writes anything.
    """

    key = models.CharField(max_length=100, unique=True)
    holder = models.CharField(max_length=64)
    heard_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.key} held by {self.holder}"


class IdempotentAnswer(models.Model):
    """The first answer to one act of one caller: the same act again is answered with it, and nothing is done twice.

    Written in the transaction of the act itself, so an act that was rolled back leaves no answer. `payload_digest` is a
    SHA-256; `part_digests` holds one for each named field, so that a reused key can be told which of them differ
    without keeping what was sent. A trigger lets an answer be written once and never changed.
    """

    insurer_id = models.BigIntegerField()
    caller = models.CharField(max_length=240)
    operation = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    payload_digest = models.CharField(max_length=64)
    part_digests = models.JSONField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    location = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer_id", "caller", "operation", "key"], name="idempotent_answer_once"),
            models.CheckConstraint(
                condition=models.Q(status__isnull=True) | models.Q(status__gte=200, status__lt=600),
                name="idempotent_answer_status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}: {self.status}"
