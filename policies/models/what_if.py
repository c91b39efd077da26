"""What was tried on the live book: a run of another law, and the parts in which its answers were found.

Nothing here is part of the books: a run reads them, and grants, cedes and holds nothing.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, one_of


class WhatIfStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "under way"
    DONE = "done", "done"
    CANCELLED = "cancelled", "cancelled"
    FAILED = "failed", "failed"


UNFINISHED = [WhatIfStatus.WAITING, WhatIfStatus.RUNNING]


class WhatIfRun(TenantRow):
    """Another law over the guarantees in force, on one day.

    `readings` and `draft` say what is tried (leaves `replaced` and `added`, `draft_rows` of tables). `total` guarantees
    up to the term `last_term_id` are looked at, `settled` of them so far, the last of them `after_term_id`. The two
    fingerprints tell under which laws; `report` is there when the run is done, `failure` when it cannot be.
    """

    public_id = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120, blank=True)
    day = models.DateField()
    readings = models.JSONField()
    draft = models.TextField(blank=True)
    replaced = models.JSONField()
    added = models.JSONField()
    draft_rows = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=WhatIfStatus, default=WhatIfStatus.WAITING)
    asked_by = models.CharField(max_length=200)
    law_before = models.CharField(max_length=71)
    law_after = models.CharField(max_length=71)
    total = models.PositiveIntegerField()
    settled = models.PositiveIntegerField(default=0)
    last_term_id = models.BigIntegerField()
    after_term_id = models.BigIntegerField(default=0)
    line_count = models.PositiveIntegerField(default=0)
    report = models.JSONField(null=True)
    failure = models.TextField(blank=True)
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            one_of("what_if_status_known", "status", WhatIfStatus),
            models.CheckConstraint(
                condition=Q(status="done", report__isnull=False) | ~Q(status="done") & Q(report__isnull=True),
                name="what_if_done_has_a_report",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") & ~Q(failure="") | ~Q(status="failed") & Q(failure=""),
                name="what_if_failure_says_why",
            ),
            models.CheckConstraint(condition=Q(settled__lte=F("total")), name="what_if_within_total"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="what_if_unfinished", condition=Q(status__in=UNFINISHED)),
        ]

    def __str__(self) -> str:
        return self.public_id


class WhatIfPart(TenantRow):
    """One block of guarantees, answered: its tally, and the lines that would change, as packed JSON lines.

    The block begins after the term `after_term_id`; `first_line` is the number of its first changed line in the run,
    counted from 1. Append-only, and written together with the run's progress: a run that is taken up
    again has each guarantee once.
    """

    run = TenantForeignKey(WhatIfRun, related_name="parts", db_index=False)
    after_term_id = models.BigIntegerField()
    first_line = models.PositiveIntegerField()
    line_count = models.PositiveIntegerField()
    tally = models.JSONField()
    lines = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "run", "after_term_id"], name="what_if_part_once"),
        ]

    def __str__(self) -> str:
        return f"from {self.after_term_id}"
