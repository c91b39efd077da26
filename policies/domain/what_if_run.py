"""A what-if run as people see it: what is tried, how far it is, and its report once it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from policies.domain.what_if import Tally


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in a list: what was tried, how far it is, how many guarantees would change."""

    public_id: str
    title: str
    day: date
    readings: dict[str, str]
    replaced: list[str]
    added: list[str]
    draft_rows: int
    status: str
    asked_by: str
    booked_on: date
    total: int
    settled: int
    line_count: int


@dataclass(frozen=True, slots=True)
class RunDetail(RunLine):
    """One run whole: the draft's text, both laws, why it failed, and once it is done its report."""

    draft: str
    law_before: str
    law_after: str
    failure: str
    recorded_at: datetime
    finished_at: datetime | None
    report: Tally | None
