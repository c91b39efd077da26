"""Enters tariffs of an insurer: dated rows with their source. A correction is a later row, which wins (D-33)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.domain import table_columns, tables
from eligibility.domain.tables import TariffRow

TABLE: Final = "eligibility_tariffrow"
FINEST_RATE: Final = Decimal("0.00000001")
HIGHEST_ZONE: Final = 4


def enter_tariffs(actor: Actor, rows: Sequence[TariffRow], *, booked_on: date) -> list[int]:
    """Append the rates for the actor's insurer; their ids in order. Inside acting(actor).

    Raises NotAllowed without the right `tariffs.write`, FieldErrors naming every row that cannot be taken.
    """
    must_be_acting(actor)
    actor.must_be_allowed("tariffs.write")
    errors = [error for index, row in enumerate(rows) for error in _mistakes(actor, index, row)]
    if errors:
        raise FieldErrors(errors)
    ids = draw_ids(TABLE, len(rows))
    if not ids:
        return []
    written = [
        {
            "id": row_id,
            "insurer_id": actor.insurer_id,
            "booked_on": booked_on,
            "entered_by": actor.name,
            **table_columns.of_tariff(row),
        }
        for row_id, row in zip(ids, rows, strict=True)
    ]
    columns = tuple(written[0])
    copy_rows(TABLE, columns, [tuple(row.values()) for row in written])
    changes = [
        Change("tariff.entered", f"tariff_{row_id}", became={"product": row.product, "rate": str(row.quarterly_rate)})
        for row_id, row in zip(ids, rows, strict=True)
    ]
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=booked_on)
    return ids


def _mistakes(actor: Actor, index: int, row: TariffRow) -> list[FieldError]:
    rate = row.quarterly_rate
    told = {
        "product": row.product not in tables.PRODUCTS and f"{row.product!r} is none of {', '.join(tables.PRODUCTS)}",
        "quarterly_rate": not _is_rate(rate) and f"{rate} is no rate from 0 to 1 with at most eight decimals",
        "insurer": row.insurer not in (None, actor.insurer_code) and f"{row.insurer} is not {actor.insurer_code}",
        "end_day": row.end_day is not None and row.end_day <= row.first_day and "the row ends before it begins",
        "zone": row.zone is not None and not 1 <= row.zone <= HIGHEST_ZONE and f"there is no zone {row.zone}",
        "reference": not (row.reference.text and row.reference.url.startswith("https://"))
        and "no rate without its source: text and https address",
    }
    return [FieldError(f"{index}.{field}", message, code="tariff") for field, message in told.items() if message]


def _is_rate(rate: Decimal) -> bool:
    return rate.is_finite() and 0 <= rate <= 1 and rate == rate.quantize(FINEST_RATE)
