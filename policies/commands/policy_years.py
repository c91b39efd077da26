"""The insurance years of policies in which indemnities are limited (D-17): found where open, opened where not yet.

The limit of the law holds for domestic substitution: per policy and insurance year, by the day of the payment, at what
the law said on the first day of the term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from capweb.accounts.actor import Actor
from capweb.kernel.periods import add_years
from eligibility.queries.law_book import current_law_book
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.domain.claim import DisbursementOpening
from reinsurance.queries.disbursements import DisbursementState, disbursement_years

LIMIT: Final = "substitution/domestic/disbursement_limit"
Year = tuple[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidCover:
    """A cover on which an indemnity is paid on a day: its policy, its kind and market, the first day of its term."""

    policy_number: str
    policy_first_day: date
    kind: str
    market: str
    term_first: date
    paid_on: date

    @property
    def is_limited(self) -> bool:
        return (self.kind, self.market) == ("substitution", "domestic")

    @property
    def year(self) -> Year:
        return self.policy_number, self.paid_on


@dataclass(frozen=True, slots=True)
class YearRoom:
    """An open policy year: its row, what is left to be paid in it, of which limit, until which day."""

    id: int
    room: Decimal
    limit: Decimal
    end_day: date


def policy_years(actor: Actor, covers: Sequence[PaidCover], *, on: date) -> dict[Year, YearRoom]:
    """The open policy year of each limited cover, by policy and day of payment; opened where none is yet.

    A fixed number of queries. Inside acting(actor); raises what `open_disbursement_years` raises.
    """
    law_book = current_law_book(actor)
    limits: dict[date, tuple[Decimal, str] | None] = {}
    asked: dict[Year, DisbursementOpening] = {}
    for cover in covers:
        if not cover.is_limited:
            continue
        day = cover.term_first
        if day not in limits:
            law = law_book.on(day)
            limit = law.amounts.get(LIMIT)
            reference = law.blocks[LIMIT].reference if limit is not None else None
            limits[day] = None if limit is None else (limit, LIMIT if reference is None else reference.text)
        found = limits[day]
        if found is not None:
            asked.setdefault(cover.year, _opening(cover, *found))
    return _opened(actor, asked, on=on)


def _opening(cover: PaidCover, limit: Decimal, reference: str) -> DisbursementOpening:
    first, day = cover.policy_first_day, cover.paid_on
    years = max(day.year - first.year, 0)
    if add_years(first, years) > day and years:
        years -= 1
    return DisbursementOpening(
        policy_number=cover.policy_number,
        market="domestic",
        first_day=add_years(first, years),
        end_day=add_years(first, years + 1),
        limit_amount=limit.quantize(Decimal("0.01")),
        reference=reference[:200],
    )


def _opened(actor: Actor, asked: dict[Year, DisbursementOpening], *, on: date) -> dict[Year, YearRoom]:
    if not asked:
        return {}
    known = disbursement_years(actor, {policy for policy, _ in asked})
    found = {
        key: YearRoom(state.id, state.room, state.limit_amount, state.end_day)
        for key in asked
        if (state := _holding(known, key)) is not None
    }
    missing = {key: opening for key, opening in asked.items() if key not in found}
    receipts = open_disbursement_years(actor, list(missing.values()), on=on)
    return found | {
        key: YearRoom(
            one.disbursement_year_id, one.limit_amount - one.disbursed, one.limit_amount, missing[key].end_day
        )
        for key, one in zip(missing, receipts, strict=True)
    }


def _holding(known: Sequence[DisbursementState], key: Year) -> DisbursementState | None:
    policy, day = key
    for state in known:
        if (state.policy_number, state.market) == (policy, "domestic") and state.first_day <= day < state.end_day:
            return state
    return None
