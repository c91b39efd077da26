"""The night: one for each business day; within it one run for each insurer, step by step, and its report.

The rows are the queue of record: a night that was asked for and not finished is taken up by whoever looks next.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from policies.models.dated import TenantRow, one_of


class NightStepName(models.TextChoices):
    OFFERS = "offers", "offers expired"
    EXCEPTIONS = "exceptions", "exceptions ended"
    RENEWALS = "renewals", "renewals judged"
    LAPSES = "lapses", "terms lapsed"
    COMPLEMENTS = "complements", "complements followed their primary"
    REVIEWS = "reviews", "buyers rated anew reviewed"
    NOTICES = "notices", "notices sent"


class Night(models.Model):
    """The night that opens a business day: asked for, begun, and finished once every insurer's run is done and closed.

    `moment` is what the documents of this night tell as their time of issue, set as it begins: a night that was cut off
    goes on with it. `closing` holds what each step done once has found, by the step's name.
    """

    day = models.DateField(unique=True)
    opened_at = models.DateTimeField(db_default=Now())
    moment = models.DateTimeField(null=True)
    closing = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["day"], name="night_unfinished", condition=models.Q(finished_at__isnull=True))
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=True) | models.Q(report__isnull=False),
                name="night_finished_has_a_report",
            )
        ]

    def __str__(self) -> str:
        return f"night of {self.day}"


class NightStep(TenantRow):
    """How far one step of an insurer's night is; written in the transaction of each chunk, so that it never tells of
    work that was rolled back. `expected` is how many it found to do, where that is counted beforehand.
    """

    day = models.DateField()
    step = models.CharField(max_length=12, choices=NightStepName)
    expected = models.PositiveIntegerField(null=True)
    settled = models.PositiveIntegerField(default=0)
    chunks = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    begun_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "day", "step"], name="night_step_once"),
            one_of("night_step_known", "step", NightStepName),
        ]


class NightRun(TenantRow):
    """What a night did for one insurer. Its report is written with the run's last step, in the same transaction."""

    day = models.DateField()
    report = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["insurer", "day"], name="night_run_once")]
