"""Cede what an insurer's claim system delivers: each row finds the cession of its delivery day, and its policy year.

A batch books every good row and tells what is wrong with each of the others, by line and field. Indemnities use the
disbursement limit of their policy's year where one holds (D-17).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, cast

from capweb.accounts.actor import Actor
from capweb.kernel.errors import FieldError
from policies.commands.policy_years import PaidCover, Year, YearRoom, policy_years
from policies.domain.claim_rows import ClaimFileRead, ClaimRow, ClaimRowRead, read_claim_rows
from policies.domain.row_messages import RowError
from policies.queries.claimed_terms import ClaimedTerm, NamedCover, claimed_terms
from reinsurance.commands.book_claims import claim_outcomes
from reinsurance.commands.claim_refusals import ClaimRefused
from reinsurance.domain.claim import (
    ClaimOrder,
    ClaimReceipt,
    CorrectionOrder,
    IndemnityOrder,
    RecoveryOrder,
    ReserveOrder,
)

# In which field of a row the error of an order is told.
_FIELDS: Final = {"cession": "guarantee"}


@dataclass(frozen=True, slots=True)
class MovementOutcome:
    """What became of a row: `booked`, `repeated` (it stood already), or `refused` with what is wrong."""

    line: int
    source_key: str
    outcome: Literal["booked", "repeated", "refused"]
    receipt: ClaimReceipt | None
    errors: list[FieldError]
    given: dict[str, str]


@dataclass(frozen=True, slots=True)
class MovementReceipt:
    """One outcome for each row of a file, in its order, and the columns that were left aside."""

    rows: list[MovementOutcome]
    ignored_columns: list[str]

    def count(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)


def cede_claim_file(
    actor: Actor, content: bytes, *, file_name: str, media_type: str | None, on: date
) -> MovementReceipt:
    """Cede the movements of a file; runs inside acting(actor). Raises UnreadableFile, NotAllowed without `claims.cede`.

    The same file again books nothing: each source key is booked once, and answers with what it booked.
    """
    actor.must_be_allowed("claims.cede")
    read: ClaimFileRead = read_claim_rows(content, file_name=file_name, media_type=media_type)
    return MovementReceipt(cede_claim_movements(actor, read.rows, on=on), read.ignored_columns)


def cede_claim_movements(actor: Actor, rows: Sequence[ClaimRowRead], *, on: date) -> list[MovementOutcome]:
    """The outcome of each row, in order; a fixed number of queries. Runs inside acting(actor). Raises NotAllowed."""
    actor.must_be_allowed("claims.cede")
    good = [row.fields for row in rows if row.fields is not None]
    terms, uncovered = claimed_terms(actor, [cover for cover in map(_cover, good) if cover is not None])
    years = _policy_years(actor, good, terms, on=on)
    outcomes: dict[int, MovementOutcome] = {}
    orders: list[tuple[int, ClaimOrder]] = []
    for place, row in enumerate(rows):
        errors = row.errors if row.fields is None else list(_unresolved(row.fields, terms, uncovered, line=row.line))
        if row.fields is None or errors:
            outcomes[place] = _refused(row, errors)
        else:
            orders.append((place, _order(row.fields, terms, years)))
    booked = claim_outcomes(actor, [order for _, order in orders], on=on)
    for (place, _), outcome in zip(orders, booked, strict=True):
        outcomes[place] = _outcome(rows[place], outcome)
    return [outcomes[place] for place in range(len(rows))]


def _cover(row: ClaimRow) -> NamedCover | None:
    return None if row.delivered_on is None else NamedCover(row.guarantee, row.delivered_on)


def _unresolved(
    row: ClaimRow, terms: dict[NamedCover, ClaimedTerm], uncovered: set[NamedCover], *, line: int
) -> Iterable[FieldError]:
    cover = _cover(row)
    if cover is None or cover in terms:
        return
    if cover in uncovered:
        day = cover.delivered_on.isoformat()
        yield RowError("delivered_on", "not_under_cover", line=line, value=row.guarantee, day=day)
    else:
        yield RowError("guarantee", "unknown_cover", line=line, value=row.guarantee)


def _policy_years(
    actor: Actor, rows: Sequence[ClaimRow], terms: dict[NamedCover, ClaimedTerm], *, on: date
) -> dict[Year, YearRoom]:
    covers = []
    for row in rows:
        cover = _cover(row)
        term = None if cover is None else terms.get(cover)
        if term is not None and row.kind == "indemnity":
            covers.append(_paid(term, row))
    return policy_years(actor, covers, on=on)


def _paid(term: ClaimedTerm, row: ClaimRow) -> PaidCover:
    return PaidCover(
        policy_number=term.policy_number,
        policy_first_day=term.policy_first_day,
        kind=term.kind,
        market=term.market,
        term_first=term.granted_first,
        paid_on=row.effective_on,
    )


def _order(row: ClaimRow, terms: dict[NamedCover, ClaimedTerm], years: dict[Year, YearRoom]) -> ClaimOrder:
    if row.kind == "correction":
        return CorrectionOrder(
            source_key=row.source_key, effective_on=row.effective_on, corrects=row.corrects, amount=row.amount
        )
    term = terms[cast("NamedCover", _cover(row))]
    amount = cast("Decimal", row.amount)
    if row.kind == "reserve":
        return ReserveOrder(
            source_key=row.source_key,
            effective_on=row.effective_on,
            cession_id=term.cession_id,
            claim_reference=row.claim_reference,
            level=amount,
        )
    if row.kind == "recovery":
        return RecoveryOrder(
            source_key=row.source_key,
            effective_on=row.effective_on,
            cession_id=term.cession_id,
            claim_reference=row.claim_reference,
            received=amount,
            costs=row.costs,
        )
    paid = _paid(term, row)
    year = years.get(paid.year) if paid.is_limited else None
    return IndemnityOrder(
        source_key=row.source_key,
        effective_on=row.effective_on,
        cession_id=term.cession_id,
        claim_reference=row.claim_reference,
        amount=amount,
        disbursement_year_id=None if year is None else year.id,
        reserve_level=row.reserve_level,
        is_ex_gratia=row.ex_gratia,
    )


def _refused(row: ClaimRowRead, errors: list[FieldError]) -> MovementOutcome:
    return MovementOutcome(row.line, row.given.get("source_key", ""), "refused", None, errors, row.given)


def _outcome(row: ClaimRowRead, outcome: ClaimReceipt | ClaimRefused) -> MovementOutcome:
    if isinstance(outcome, ClaimRefused):
        field = _FIELDS.get(outcome.field, outcome.field)
        return _refused(row, [FieldError(field, outcome.message, code=outcome.code, line=row.line)])
    done: Literal["repeated", "booked"] = "repeated" if outcome.is_repeat else "booked"
    return MovementOutcome(row.line, outcome.source_key, done, outcome, [], row.given)
