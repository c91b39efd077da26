"""Submissions: who handed them in, how far they are, which wait with nobody at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections
from django.db.models import Count, Q

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from capweb.accounts.models import Organisation
from capweb.accounts.queries import memberships
from capweb.audit.leases import SILENT_SECONDS
from policies.models import LimitRequest, Offer, Submission, SubmissionRow


@dataclass(frozen=True, slots=True)
class WaitingSubmission:
    public_id: str
    insurer_id: int


@dataclass(frozen=True, slots=True)
class SubmissionProgress:
    """How far a submission is: `settled` of `row_count` rows have their outcome; `outcomes` counts them by kind."""

    public_id: str
    file_name: str
    submitted_by: str
    booked_on: date
    status: str
    row_count: int
    settled: int
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class RowState:
    """One line of a submission as its sender sees it."""

    line: int
    client_reference: str
    given: dict[str, Any]
    outcome: str | None
    errors: list[dict[str, Any]] | None
    request: str | None
    offer: str | None


class SubmissionUnknown(LookupError):
    """There is no such submission, or this actor may not see it."""


def submitter(public_id: str, *, insurer_id: int) -> Actor:
    """The actor as whom a submission is decided: its own organisation, so a broker's file sees its clients only."""
    house = Organisation.objects.get(pk=insurer_id)
    system = memberships.system_actor(house, name="worker")
    with acting(system):
        row = Submission.objects.select_related("organisation").get(public_id=public_id)
    return Actor(
        name=row.submitted_by,
        role=system.role,
        insurer_id=insurer_id,
        insurer_code=house.code,
        organisation_id=row.organisation_id,
        organisation_kind=row.organisation.kind,
    )


def without_live_lease() -> list[WaitingSubmission]:
    """Submissions of all insurers that wait and whose worker, if any, has fallen silent."""
    with acting_as_platform() as alias, connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT public_id, insurer_id FROM policies_submission submission WHERE status = 'waiting' "
            "AND NOT EXISTS (SELECT 1 FROM audit_lease lease WHERE lease.key = 'submission:' || submission.public_id "
            "AND lease.heard_at >= clock_timestamp() - make_interval(secs => %s)) ORDER BY id",
            [SILENT_SECONDS],
        )
        return [WaitingSubmission(*row) for row in cursor.fetchall()]


def insurers_with_unrendered() -> list[int]:
    """The insurers with endorsements that have no PDF yet."""
    with acting_as_platform() as alias, connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT endorsement.insurer_id FROM policies_endorsement endorsement WHERE NOT EXISTS "
            "(SELECT 1 FROM policies_renderedendorsement made WHERE made.endorsement_id = endorsement.id)"
        )
        return [row[0] for row in cursor.fetchall()]


def progress_of(actor: Actor, public_id: str) -> SubmissionProgress:
    """How far one submission is. Raises SubmissionUnknown. Runs inside acting(actor)."""
    row = _visible(actor).filter(public_id=public_id).first()
    if row is None:
        raise SubmissionUnknown(public_id)
    return _progress([row])[0]


def latest(actor: Actor, *, limit: int = 20) -> list[SubmissionProgress]:
    """The latest submissions that this actor may see, newest first. Two queries; inside acting(actor)."""
    return _progress(list(_visible(actor).order_by("-pk")[:limit]))


def rows_of(
    actor: Actor, public_id: str, *, outcome: str | None = None, after_line: int = 0, limit: int = 200
) -> list[RowState]:
    """Rows of a submission in the order of their lines, after a line, of one outcome or all.

    A request that had several offers is told with the latest. Four queries for any number; inside acting(actor).
    """
    found = _visible(actor).filter(public_id=public_id).values_list("pk", flat=True).first()
    if found is None:
        return []
    # The rows alone first: in the order of their index, so that a page far down a large file costs what the first does.
    rows = SubmissionRow.objects.filter(insurer_id=actor.insurer_id, submission_id=found, line__gt=after_line)
    if outcome is not None:
        rows = rows.filter(outcome=outcome)
    fields = ("pk", "line", "client_reference", "given", "outcome", "errors")
    page = list(rows.order_by("line").values_list(*fields)[:limit])
    requests, offers = _came_of(actor, [row[0] for row in page])
    return [
        RowState(line, reference, given, ended_as, errors, requests.get(pk), offers.get(pk))
        for pk, line, reference, given, ended_as, errors in page
    ]


def _came_of(actor: Actor, row_ids: list[int]) -> tuple[dict[int, str], dict[int, str]]:
    """The request, and its latest offer, by row."""
    requests = LimitRequest.objects.filter(insurer_id=actor.insurer_id, submission_row__in=row_ids)
    by_row = dict(requests.values_list("submission_row_id", "public_id"))
    offers = Offer.objects.filter(insurer_id=actor.insurer_id, limit_request__submission_row__in=row_ids)
    latest = dict(offers.order_by("pk").values_list("limit_request__submission_row_id", "public_id"))
    return {row: one for row, one in by_row.items() if row}, {row: one for row, one in latest.items() if row}


def _visible(actor: Actor) -> Any:
    rows = Submission.objects.filter(insurer_id=actor.insurer_id)
    return rows if actor.is_insurer else rows.filter(organisation_id=actor.organisation_id)


def _progress(rows: list[Submission]) -> list[SubmissionProgress]:
    counted = (
        SubmissionRow.objects.filter(submission__in=[row.pk for row in rows])
        .exclude(Q(outcome__isnull=True))
        .values_list("submission_id", "outcome")
        .annotate(count=Count("pk"))
    )
    outcomes: dict[int, dict[str, int]] = {}
    for submission_id, outcome, count in counted:
        outcomes.setdefault(submission_id, {})[str(outcome)] = count
    return [
        SubmissionProgress(
            public_id=row.public_id,
            file_name=row.file_name,
            submitted_by=row.submitted_by,
            booked_on=row.booked_on,
            status=row.status,
            row_count=row.row_count,
            settled=sum(outcomes.get(row.pk, {}).values()),
            outcomes=outcomes.get(row.pk, {}),
        )
        for row in rows
    ]
