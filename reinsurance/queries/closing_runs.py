"""Closes that a worker does: the latest, one with its progress, those with nobody at them; and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections

from capweb.accounts.acting import acting_as_platform
from capweb.accounts.actor import Actor
from capweb.audit.leases import SILENT_SECONDS
from capweb.kernel.periods import Term
from reinsurance.models import ClosingRun
from reinsurance.queries.books import alias_of

_EXPECTED = """
    SELECT count(*) FROM reinsurance_journalentry e
    JOIN reinsurance_cession c ON c.insurer_id = e.insurer_id AND c.id = e.cession_id
    JOIN reinsurance_treaty t ON t.insurer_id = c.insurer_id AND t.id = c.treaty_id
    WHERE e.insurer_id = %(insurer)s AND e.booked_on >= %(first)s AND e.booked_on < %(end)s
      AND t.public_id = ANY (%(treaties)s)
"""


@dataclass(frozen=True, slots=True)
class ClosingRunRow:
    """A run: `settled` of about `total` lines are written; the total is exact once it is done."""

    public_id: str
    period: Term
    treaty_count: int
    status: str
    total: int
    settled: int
    failure: str
    asked_by: str
    booked_on: date

    @property
    def is_open(self) -> bool:
        return self.status in ("waiting", "running")


@dataclass(frozen=True, slots=True)
class WaitingRun:
    public_id: str
    insurer_id: int
    asked_by: str


def lease_key(public_id: str) -> str:
    """The name of the lease of whoever works at a run."""
    return f"closing:{public_id}"


def expected_lines(actor: Actor, treaties: Sequence[str], period: Term) -> int:
    """About how many lines a close will write: an entry has one of risk and mostly one of premium. One query."""
    facts: dict[str, Any] = {
        "insurer": actor.insurer_id,
        "first": period.first,
        "end": period.end,
        "treaties": list(treaties),
    }
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_EXPECTED, facts)
        return 2 * int(cursor.fetchone()[0])


def latest(actor: Actor, *, limit: int = 5) -> list[ClosingRunRow]:
    """The latest runs of the actor's insurer, newest first; one query."""
    rows = ClosingRun.objects.using(alias_of(actor)).filter(insurer_id=actor.insurer_id)
    return [_row(row) for row in rows.order_by("-id")[:limit]]


def run_named(actor: Actor, public_id: str) -> ClosingRunRow | None:
    """One of them; None when the insurer has none of that name."""
    rows = ClosingRun.objects.using(alias_of(actor)).filter(insurer_id=actor.insurer_id, public_id=public_id)
    row = rows.first()
    return None if row is None else _row(row)


def without_live_lease() -> list[WaitingRun]:
    """Runs of all insurers that are open and whose worker, if any, has fallen silent."""
    with acting_as_platform() as alias, connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT public_id, insurer_id, asked_by FROM reinsurance_closingrun run "
            "WHERE status IN ('waiting', 'running') "
            "AND NOT EXISTS (SELECT 1 FROM audit_lease lease WHERE lease.key = 'closing:' || run.public_id "
            "AND lease.heard_at >= clock_timestamp() - make_interval(secs => %s)) ORDER BY id",
            [SILENT_SECONDS],
        )
        return [WaitingRun(*row) for row in cursor.fetchall()]


def asked_by(public_id: str) -> str:
    """Who asked for a run; empty when there is none of that name."""
    with acting_as_platform() as alias:
        rows = ClosingRun.objects.using(alias).filter(public_id=public_id)
        return rows.values_list("asked_by", flat=True).first() or ""


def _row(row: ClosingRun) -> ClosingRunRow:
    return ClosingRunRow(
        public_id=row.public_id,
        period=Term(row.period_first, row.period_end),
        treaty_count=len(row.treaties),
        status=row.status,
        total=max(row.total, row.settled),
        settled=row.settled,
        failure=row.failure,
        asked_by=row.asked_by,
        booked_on=row.booked_on,
    )
