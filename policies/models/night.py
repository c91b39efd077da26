"""The night: one for each business day, and within it one run for each insurer with its report."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from policies.models.dated import TenantRow


class Night(models.Model):
    """The night that opened a business day; finished once every insurer's run and the ceilings' check are done."""

    day = models.DateField(unique=True)
    opened_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"night of {self.day}"


class NightRun(TenantRow):
    """What a night did for one insurer. Its report is written with the run's last step, in the same transaction."""

    day = models.DateField()
    report = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["insurer", "day"], name="night_run_once")]
