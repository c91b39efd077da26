"""The rows of one contractual table as an insurer sees them: whose they are, since when known, by whose leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q

from capweb.accounts.actor import Actor
from eligibility.models import contract_tables as stored
from eligibility.queries import stored_rows

MODELS: Final[dict[str, tuple[type[stored.DatedRow], Callable[[Any], Any]]]] = {
    "scale": (stored.GradeScaleRow, stored_rows.as_scale),
    "grid": (stored.RatingGridRow, stored_rows.as_grid),
    "country": (stored.CountryStatusRow, stored_rows.as_country),
    "zone": (stored.CountryZoneRow, stored_rows.as_zone),
    "tariff": (stored.TariffRow, stored_rows.as_tariff),
    "reading": (stored.ReadingRow, stored_rows.as_reading),
    "value": (stored.ValueRow, stored_rows.as_value),
}


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One row. `row` is the domain's row of its kind (`eligibility.domain.tables`).

    `is_own` is false for a shared row, which ships with its source; `proposal` is the public id of the proposal that
    brought an own row in, with who proposed and who approved it (empty for rows from before four eyes).
    """

    id: int
    row: Any
    is_own: bool
    booked_on: date
    recorded_at: datetime
    entered_by: str
    proposal: str
    approved_by: str
    reason: str


def rows_of(
    actor: Actor, kind: str, *, on: date | None = None, known_on: date | None = None, only_own: bool = False
) -> list[ContractRow]:
    """The rows of a kind in the order of entry: of two that cover a day, the later one counts.

    `on` leaves the rows in force on that day, `known_on` those that had been entered by that day. One query; inside
    acting(actor). Raises KeyError for an unknown kind.
    """
    model, read = MODELS[kind]
    rows = model._default_manager.filter(Q(insurer_id=actor.insurer_id) | Q(insurer_id=None))
    if only_own:
        rows = rows.filter(insurer_id=actor.insurer_id)
    if on is not None:
        rows = rows.filter(Q(end_day=None) | Q(end_day__gt=on), first_day__lte=on)
    if known_on is not None:
        rows = rows.filter(booked_on__lte=known_on)
    found = rows.select_related("insurer", "settlement__proposal").order_by("id")
    return [_row(one, read) for one in found]


def _row(one: stored.DatedRow, read: Callable[[Any], Any]) -> ContractRow:
    settlement = one.settlement
    return ContractRow(
        id=one.pk,
        row=read(one),
        is_own=one.insurer_id is not None,
        booked_on=one.booked_on,
        recorded_at=one.recorded_at,
        entered_by=one.entered_by,
        proposal=settlement.proposal.public_id if settlement is not None else "",
        approved_by=settlement.settled_by if settlement is not None else "",
        reason=settlement.proposal.reason if settlement is not None else "",
    )
