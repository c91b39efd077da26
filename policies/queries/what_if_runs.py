"""What-if runs for people: the list, one run with its report, its changed lines; and runs with nobody at them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.db import connections
from django.db.models import F

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from capweb.audit.leases import SILENT_SECONDS
from policies.domain.what_if import Line, Tally
from policies.domain.what_if_run import RunDetail, RunLine
from policies.models import WhatIfPart, WhatIfRun
from policies.queries.pages import newest_after

LINES_AT_ONCE: Final = 2_000
_read_line: Final = msgspec.json.Decoder(Line)


class RunUnknown(LookupError):
    """There is no such run, or it is another insurer's."""


@dataclass(frozen=True, slots=True)
class WaitingRun:
    public_id: str
    insurer_id: int


def lease_key(public_id: str) -> str:
    """The name of the lease of whoever works at a run."""
    return f"what-if:{public_id}"


def latest(actor: Actor, *, cursor: str = "", limit: int = 50) -> list[RunLine]:
    """The latest runs of the actor's insurer, newest first. Raises CursorUnknown. Inside acting(actor)."""
    rows = WhatIfRun.objects.filter(insurer_id=actor.insurer_id).defer("draft", "report")
    return [RunLine(**_of_line(row)) for row in newest_after(rows, cursor)[:limit]]


def detail(actor: Actor, public_id: str) -> RunDetail:
    """One run. Raises RunUnknown. One query; inside acting(actor)."""
    row = WhatIfRun.objects.filter(insurer_id=actor.insurer_id, public_id=public_id).first()
    if row is None:
        raise RunUnknown(public_id)
    return RunDetail(
        **_of_line(row),
        draft=row.draft,
        law_before=row.law_before,
        law_after=row.law_after,
        failure=row.failure,
        recorded_at=row.recorded_at,
        finished_at=row.finished_at,
        report=None if row.report is None else msgspec.convert(row.report, Tally),
    )


def lines(actor: Actor, public_id: str, *, after: int = 0, change: str = "", limit: int = LINES_AT_ONCE) -> list[Line]:
    """The changed lines of a finished run after a number, in order, of one kind of change or all.

    Empty when there are no more, or the run is not done. Two queries; inside acting(actor).
    """
    found: list[Line] = []
    run_id = (
        WhatIfRun.objects.filter(insurer_id=actor.insurer_id, public_id=public_id, status="done")
        .values_list("pk", flat=True)
        .first()
    )
    if run_id is None:
        return []
    parts = (
        WhatIfPart.objects.filter(insurer_id=actor.insurer_id, run_id=run_id, line_count__gt=0)
        .filter(first_line__gt=after - F("line_count"))
        .order_by("after_term_id")
        .values_list("lines", flat=True)
    )
    for blob in parts.iterator(chunk_size=1):
        found += [line for line in _unpacked(bytes(blob)) if line.number > after and change in ("", line.change)]
        if len(found) >= limit:
            break
    return found[:limit]


def in_pieces(actor: Actor, public_id: str, *, after: int = 0, change: str = "") -> Iterator[list[Line]]:
    """All changed lines after a number for a file, in pieces; each is read in a short transaction of its own."""
    while True:
        with acting(actor):
            piece = lines(actor, public_id, after=after, change=change)
        if not piece:
            return
        yield piece
        after = piece[-1].number


def without_live_lease() -> list[WaitingRun]:
    """Runs of all insurers that are open and whose worker, if any, has fallen silent."""
    with acting_as_platform() as alias, connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT public_id, insurer_id FROM policies_whatifrun run WHERE status IN ('waiting', 'running') "
            "AND NOT EXISTS (SELECT 1 FROM audit_lease lease WHERE lease.key = 'what-if:' || run.public_id "
            "AND lease.heard_at >= clock_timestamp() - make_interval(secs => %s)) ORDER BY id",
            [SILENT_SECONDS],
        )
        return [WaitingRun(*row) for row in cursor.fetchall()]


def _of_line(row: WhatIfRun) -> dict[str, Any]:
    return {
        "public_id": row.public_id,
        "title": row.title,
        "day": row.day,
        "readings": row.readings,
        "replaced": row.replaced,
        "added": row.added,
        "draft_rows": row.draft_rows,
        "status": row.status,
        "asked_by": row.asked_by,
        "booked_on": row.booked_on,
        "total": row.total,
        "settled": row.settled,
        "line_count": row.line_count,
    }


def _unpacked(blob: bytes) -> Iterator[Line]:
    for text in zlib.decompress(blob).split(b"\n"):
        yield _read_line.decode(text)
