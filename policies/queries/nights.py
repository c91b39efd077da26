"""Nights: which one is next, what of it is still to be done and by whom, how far it is: for workers and for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connections

from capweb.accounts.acting import acting_as_platform
from capweb.audit.leases import SILENT_SECONDS
from policies.domain.night import CLOSING_STEPS, INSURER_STEPS, nothing_yet
from policies.models import Night, NightStep

# For queries of an insurer's night: the day from which on its last night before this one may have missed what was
# booked, since a night comes before what is entered on its day. Without an earlier night there is no such day.
SINCE_LAST_NIGHT: Final = """(
    SELECT COALESCE(max(run.day), '-infinity') FROM policies_nightrun run
    WHERE run.insurer_id = %(insurer)s AND run.day < %(on)s)"""


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of an insurer's night: `settled` of `expected` (None where that is not counted beforehand)."""

    step: str
    settled: int
    expected: int | None
    counts: dict[str, int]
    begun_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class InsurerState:
    """One insurer's part of a night; `is_at_work` when somebody working at it was heard of in the last minute."""

    insurer_id: int
    code: str
    name: str
    is_done: bool
    is_at_work: bool
    steps: tuple[StepState, ...]


@dataclass(frozen=True, slots=True)
class NightState:
    """A night as it stands; `closing` names the steps done once, each with whether it is done."""

    day: date
    begun_at: datetime | None
    finished_at: datetime | None
    insurers: tuple[InsurerState, ...]
    closing: tuple[tuple[str, bool], ...]
    is_closing: bool


@dataclass(frozen=True, slots=True)
class FinishedNight:
    """A night that was finished: what it did over all insurers, and what the ledger's checks found."""

    day: date
    begun_at: datetime | None
    finished_at: datetime
    counts: dict[str, int]
    was_verified: bool
    differences: tuple[str, ...]


def insurer_key(day: date, insurer_id: int) -> str:
    """The name of the lease of whoever works at an insurer's night."""
    return f"night:{day}:{insurer_id}"


def closing_key(day: date) -> str:
    """The name of the lease of whoever closes a night."""
    return f"night:{day}:closing"


def last_night() -> date | None:
    """The day of the last night that was finished."""
    with acting_as_platform() as alias:
        return (
            Night.objects.using(alias)
            .filter(finished_at__isnull=False)
            .order_by("-day")
            .values_list("day", flat=True)
            .first()
        )


def next_open() -> date | None:
    """The earliest night that was asked for and is not finished."""
    with acting_as_platform() as alias:
        return (
            Night.objects.using(alias)
            .filter(finished_at__isnull=True)
            .order_by("day")
            .values_list("day", flat=True)
            .first()
        )


_MISSING = """
    SELECT house.id FROM accounts_organisation house WHERE house.kind = 'insurer' AND NOT EXISTS (
        SELECT 1 FROM policies_nightrun run WHERE run.insurer_id = house.id AND run.day = %(day)s)
"""
_HEARD_OF = """EXISTS (
    SELECT 1 FROM audit_lease lease WHERE lease.key = {key}
    AND lease.heard_at >= clock_timestamp() - make_interval(secs => %(silent)s))"""
_AT_INSURER = _HEARD_OF.format(key="'night:' || %(day)s::text || ':' || house.id")
_AT_CLOSING = _HEARD_OF.format(key="'night:' || %(day)s::text || ':closing'")

_HOUSES = f"""
    SELECT house.id, house.code, house.name, EXISTS (
        SELECT 1 FROM policies_nightrun run WHERE run.insurer_id = house.id AND run.day = %(day)s), {_AT_INSURER}
    FROM accounts_organisation house WHERE house.kind = 'insurer' ORDER BY house.id
"""  # noqa: S608 (our own words)


def missing(day: date) -> list[int]:
    """The insurers whose part of the night is not done, in order of their ids."""
    return [row[0] for row in _rows(_MISSING + " ORDER BY house.id", day)]


def without_worker(day: date) -> list[int]:
    """Those of them at which nobody works."""
    return [row[0] for row in _rows(f"{_MISSING} AND NOT {_AT_INSURER} ORDER BY house.id", day)]


def is_being_closed(day: date) -> bool:
    """Whether somebody closing the night was heard of in the last minute."""
    return bool(_rows(f"SELECT {_AT_CLOSING}", day)[0][0])


def state(day: date) -> NightState | None:
    """How far a night is; None when it was not asked for. Four queries for any number of insurers."""
    with acting_as_platform() as alias:
        night = Night.objects.using(alias).filter(day=day).first()
        if night is None:
            return None
        steps = {
            (row.insurer_id, row.step): StepState(
                row.step, row.settled, row.expected, row.counts, row.begun_at, row.finished_at
            )
            for row in NightStep.objects.using(alias).filter(day=day)
        }
    return NightState(
        day=day,
        begun_at=None if night.moment is None else night.opened_at,
        finished_at=night.finished_at,
        insurers=tuple(
            InsurerState(
                insurer_id,
                code,
                name,
                is_done,
                is_at_work,
                tuple(steps.get((insurer_id, step)) or _not_begun(step) for step in INSURER_STEPS),
            )
            for insurer_id, code, name, is_done, is_at_work in _rows(_HOUSES, day)
        ),
        closing=tuple((step, step in night.closing or night.finished_at is not None) for step in CLOSING_STEPS),
        is_closing=is_being_closed(day),
    )


def finished(*, limit: int) -> list[FinishedNight]:
    """The latest finished nights, newest first; one query."""
    with acting_as_platform() as alias:
        rows = list(Night.objects.using(alias).filter(finished_at__isnull=False).order_by("-day")[:limit])
    return [_finished(row) for row in rows]


def _finished(row: Night) -> FinishedNight:
    report: dict[str, Any] = row.report or {}
    total: dict[str, int] = {}
    for counts in report.get("insurers", {}).values():
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    assert row.finished_at is not None
    return FinishedNight(
        day=row.day,
        begun_at=row.opened_at,
        finished_at=row.finished_at,
        counts=total,
        was_verified=report.get("was_verified", True),
        differences=tuple(report.get("ledger_differences", ())),
    )


def _not_begun(step: str) -> StepState:
    return StepState(step, 0, None, nothing_yet(step), None, None)


def _rows(query: str, day: date) -> list[tuple[Any, ...]]:
    with acting_as_platform() as alias, connections[alias].cursor() as cursor:
        cursor.execute(query, {"day": day, "silent": SILENT_SECONDS})
        return list(cursor.fetchall())
