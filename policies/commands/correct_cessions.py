"""A rating turns out to have been wrong on the day of a grant: the cession is corrected, the guarantee stands (D-39).

Towards the policyholder decision and endorsement stay as they are. The State's guarantee is acquired within its
conditions only: the stored decision is judged again with the right rating and nothing else changed, and what lies above
what it then allows is for the insurer's account from the first day, with its part of the premium. So it is of a term
that has ended: its run-off, and the claims of the days that it ran, rest on the same cession.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import msgspec
from django.db import connections

from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.money import ZERO, to_cent_half_up
from eligibility.domain.decision import NO_NEED, REFUSE, Decision
from eligibility.domain.facts import Facts
from eligibility.queries.law_book import current_law_book
from eligibility.queries.rejudged import rejudged
from policies.commands.chunks import CHUNK_ROWS, through_terms
from policies.queries.wrong_ratings import WronglyRated, wrongly_rated
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.recut_claims import recut_claims
from reinsurance.domain.cession import Amendment
from reinsurance.queries.cession_states import cession_states


def correct_cessions(actor: Actor, *, on: date, kept: Callable[[int], None]) -> int:
    """Correct the cessions of terms whose rating was wrong; how many. `kept` is told of each chunk, inside it.

    Run again it finds nothing to do: a cession only ever falls to what the right fact allowed. Where the law of the day
    lets cessions stand nothing is corrected. A fixed number of queries for each chunk and each time that a term in it
    follows another of its terms.
    """

    def work(rows: Sequence[WronglyRated]) -> int:
        if current_law_book(actor).on(on).choices["contracts/settings/wrong_rating"] == "cession_stands":
            return 0
        right = rejudged(actor, {row.decision_id: _with_right_rating(row) for row in rows})
        allowed = [(row, _allowed(right[row.decision_id], row)) for row in rows]
        lower = [(row, amount) for row, amount in allowed if amount < row.carried_amount]
        _correct(actor, lower, on=on)
        kept(len(lower))
        return len(lower)

    return sum(through_terms(actor, lambda after: wrongly_rated(actor, on=on, limit=CHUNK_ROWS, after_id=after), work))


def _with_right_rating(row: WronglyRated) -> Callable[[Facts], Facts]:
    def changed(case: Facts) -> Facts:
        buyer = msgspec.structs.replace(
            case.buyer,
            grade=row.grade or None,
            default_probability=row.default_probability,
            assessed_on=row.assessed_on,
            insolvent=row.is_insolvent,
        )
        return msgspec.structs.replace(case, buyer=buyer)

    return changed


def _allowed(right: Decision, row: WronglyRated) -> Decimal:
    """What might have been ceded of the term; of a case that waits for somebody, the most that could be approved."""
    if right.outcome in (REFUSE, NO_NEED):
        return ZERO
    amount = right.maximum if right.granted is None else right.granted
    return row.granted_amount if amount is None else amount


def _correct(actor: Actor, lower: Sequence[tuple[WronglyRated, Decimal]], *, on: date) -> None:
    if not lower:
        return
    states = cession_states(actor, [row.cession_id for row, _ in lower])
    for corrections in _earlier_ones_first(lower):
        amend_cessions(
            actor,
            [
                Amendment(
                    cession_id=row.cession_id,
                    amount=amount,
                    effective_on=row.first_day,
                    is_correction=True,
                    premium_credited=_credited(row, amount, states[row.cession_id].premium_left),
                )
                for row, amount in corrections
            ],
            on=on,
        )
    recut_claims(actor, [row.cession_id for row, _ in lower], on=on)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE policies_guaranteeterm term SET right_amount = corrected.amount "
            "FROM unnest(%s::bigint[], %s::numeric[]) AS corrected (id, amount) "
            "WHERE term.id = corrected.id AND term.insurer_id = %s",
            [[row.term_id for row, _ in lower], [amount for _, amount in lower], actor.insurer_id],
        )
    record_changes(
        [
            Change(
                "guarantee.cession_corrected",
                row.guarantee_public_id,
                was={"ceded_base": str(row.carried_amount)},
                became={
                    "ceded_base": str(amount),
                    "excess": str(row.granted_amount - amount),
                    "grade": row.grade,
                    "rating": row.rating_source,
                },
            )
            for row, amount in lower
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )


def _earlier_ones_first(lower: Sequence[tuple[WronglyRated, Decimal]]) -> list[list[tuple[WronglyRated, Decimal]]]:
    """In rounds, no cession in one with that which it replaced: what was right of that one bounds what it took over."""
    rounds: list[list[tuple[WronglyRated, Decimal]]] = []
    place: dict[int | None, int] = {}
    for row, amount in lower:
        number = place.get(row.replaced_cession_id, -1) + 1
        place[row.cession_id] = number
        if number == len(rounds):
            rounds.append([])
        rounds[number].append((row, amount))
    return rounds


def _credited(row: WronglyRated, amount: Decimal, premium_left: Decimal) -> Decimal:
    """Of what is left of the cession's premium, the part that the fall to an amount takes, half up to the cent.

    What an early end gave back already is not given back twice.
    """
    return to_cent_half_up(premium_left * (row.carried_amount - amount) / row.carried_amount)
