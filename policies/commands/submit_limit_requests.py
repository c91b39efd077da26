"""Hand in limit requests: a file or one request. Everything is kept, bad rows with their reasons and lines.

Nothing is decided here: the rows are stored and a task is woken. The same content from the same organisation is the
same submission, so a file sent twice is answered with the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from django.db.models import Q

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import Jsonb, copy_rows
from capweb.audit.outbox import wake_after_commit
from capweb.audit.trail import Change, record_changes
from capweb.kernel.identifiers import new_public_id
from policies.domain.bulk_rows import ReadFile, RequestRow, RowRead, read_rows
from policies.models import RowOutcome, Submission, SubmissionStatus

DECIDE_TASK = "policies.decide_submission"


@dataclass(frozen=True, slots=True)
class SubmissionReceipt:
    """What was stored: how many rows, how many of them cannot be taken, and whether it had been handed in before."""

    public_id: str
    row_count: int
    bad_rows: int
    is_repeat: bool
    ignored_columns: tuple[str, ...] = ()


def submit_file(actor: Actor, content: bytes, *, file_name: str, media_type: str | None, on: date) -> SubmissionReceipt:
    """Store a bulk file and have it decided. Raises UnreadableFile when nothing of it can be taken, NotAllowed."""
    actor.must_be_allowed("requests.write")
    read = read_rows(content, file_name=file_name, media_type=media_type)
    digest = hashlib.sha256(content).hexdigest()
    return _store(actor, read, digest=digest, file_name=file_name, on=on, wake=True)


def submit_request(actor: Actor, row: RequestRow, *, key: str, on: date) -> SubmissionReceipt:
    """Store one request as a submission of one row, for the caller to decide at once (`decide_submission`).

    `key` is the caller's own for this act: the same key again is the same submission.
    """
    actor.must_be_allowed("requests.write")
    given = {name: str(value) for name, value in msgspec.to_builtins(row).items() if value is not None}
    read = ReadFile("json", None, None, [RowRead(line=1, given=given, fields=row, errors=[])])
    digest = hashlib.sha256(f"one request, key {key}".encode()).hexdigest()
    return _store(actor, read, digest=digest, file_name="", on=on, wake=False)


def _store(actor: Actor, read: ReadFile, *, digest: str, file_name: str, on: date, wake: bool) -> SubmissionReceipt:
    with acting(actor):
        submission, is_new = Submission.objects.get_or_create(
            insurer_id=actor.insurer_id,
            organisation_id=actor.organisation_id,
            content_digest=digest,
            defaults={
                "public_id": new_public_id("sub"),
                "submitted_by": actor.name,
                "file_name": file_name[:200],
                "file_format": read.format,
                "row_count": len(read.rows),
                "booked_on": on,
                "status": SubmissionStatus.WAITING,
            },
        )
        if is_new:
            _store_rows(actor, submission, read.rows)
            record_changes(
                [Change("submission.handed_in", submission.public_id, became={"rows": len(read.rows)})],
                insurer_id=actor.insurer_id,
                actor=actor.name,
                actor_role=actor.role,
                booked_on=on,
            )
        if wake and submission.status == SubmissionStatus.WAITING:
            wake_after_commit(DECIDE_TASK, submission=submission.public_id, insurer=actor.insurer_id)
        bad = submission.rows.filter(Q(fields__isnull=True)).count()
    return SubmissionReceipt(
        public_id=submission.public_id,
        row_count=submission.row_count,
        bad_rows=bad,
        is_repeat=not is_new,
        ignored_columns=tuple(read.ignored_columns),
    )


def _store_rows(actor: Actor, submission: Submission, rows: Sequence[RowRead]) -> None:
    copy_rows(
        "policies_submissionrow",
        ("insurer_id", "submission_id", "line", "client_reference", "given", "fields", "errors", "outcome"),
        [
            (
                actor.insurer_id,
                submission.pk,
                row.line,
                (row.fields.reference if row.fields else row.given.get("reference", ""))[:64],
                Jsonb(row.given),
                Jsonb(msgspec.to_builtins(row.fields)) if row.fields else None,
                Jsonb([error.as_dict() for error in row.errors]) if row.errors else None,
                RowOutcome.FAILED.value if row.errors else None,
            )
            for row in rows
        ],
    )
