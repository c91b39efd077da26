"""What was handed in: a submission, and each of its rows with the one outcome it ends with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from capweb.accounts.row_security import TenantForeignKey
from policies.models.dated import TenantRow, one_of


class SubmissionStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    DONE = "done", "done"


class SubmissionMode(models.TextChoices):
    EACH_ROW = "each_row", "each row by itself"


class RowOutcome(models.TextChoices):
    OFFERED = "offered", "offered"
    GRANTED = "granted", "granted"
    REFERRED = "referred", "referred"
    REFUSED = "refused", "refused"
    NO_NEED = "no_need", "no need"
    FAILED = "failed", "failed"
    NOT_ATTEMPTED = "not_attempted", "not attempted"


class Submission(TenantRow):
    """A file or a batch. The same content from the same organisation is the same submission."""

    public_id = models.CharField(max_length=40, unique=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    submitted_by = models.CharField(max_length=200)
    file_name = models.CharField(max_length=200, blank=True)
    file_format = models.CharField(max_length=10)
    content_digest = models.CharField(max_length=64)
    mode = models.CharField(max_length=12, choices=SubmissionMode, default=SubmissionMode.EACH_ROW)
    status = models.CharField(max_length=10, choices=SubmissionStatus, default=SubmissionStatus.WAITING)
    row_count = models.PositiveIntegerField()
    booked_on = models.DateField()
    recorded_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["insurer", "organisation", "content_digest"], name="submission_content_once"
            ),
            one_of("submission_status_known", "status", SubmissionStatus),
            one_of("submission_mode_known", "mode", SubmissionMode),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="submission_waiting", condition=Q(status="waiting")),
        ]


class SubmissionRow(TenantRow):
    """One line of a file: what was given, its fields as they were read, the errors if it cannot be taken, its outcome.

    `outcome` is null until the row is settled once; a trigger refuses a second outcome of another kind, so whatever
    fails and is repeated, a row never has two.
    """

    submission = TenantForeignKey(Submission, related_name="rows")
    line = models.PositiveIntegerField()
    client_reference = models.CharField(max_length=64, blank=True)
    given = models.JSONField()
    fields = models.JSONField(null=True)
    errors = models.JSONField(null=True)
    outcome = models.CharField(max_length=14, choices=RowOutcome, null=True)  # noqa: DJ001 (null is: not yet)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["insurer", "submission", "line"], name="submission_row_once"),
            one_of("submission_row_outcome_known", "outcome", RowOutcome),
            models.CheckConstraint(
                condition=~Q(outcome="failed") | Q(errors__isnull=False), name="submission_row_failure_has_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["submission", "line"], name="submission_row_open", condition=Q(outcome__isnull=True)),
        ]
