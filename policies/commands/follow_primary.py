"""Complements follow their primary guarantee down, inside their term (D-27).

A complement only adds to a primary guarantee: reduced, its amount falls to what the rules now allow at most, without a
new term or a second premium; ended, it ends, and a substitution may be asked for that same day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO
from policies.commands.change_cover import CoverCut, cut_cover
from policies.commands.chunks import CHUNK_ROWS, Kept, kept_by_nobody, through_terms
from policies.commands.judging import judge_running
from policies.queries import renewals_due
from policies.queries.renewals_due import DueTerm


def follow_primary(actor: Actor, *, on: date, at: datetime, kept: Kept = kept_by_nobody) -> dict[str, int]:
    """Let every complement touched by a primary decision in effect follow it; how many were `reduced` and `ended`.

    Run twice on a day, the second run finds nothing to do. `kept` is told both counts of each chunk inside it.
    """

    def work(touched: Sequence[DueTerm]) -> dict[str, int]:
        ending = [row for row in touched if row.limit_decision in ("cessation", "refusal")]
        falling = _falling(actor, [row for row in touched if row not in ending], on=on)
        cuts = [CoverCut(row, ZERO, "primary_ended", primary_after=ZERO) for row in ending]
        cuts += [_fallen(row, amount) for row, amount in falling]
        cut_cover(actor, cuts, on=on, at=at)
        ended = sum(not cut.amount for cut in cuts)
        done = {"reduced": len(cuts) - ended, "ended": ended}
        kept(done)
        return done

    chunks = through_terms(
        actor,
        lambda after: renewals_due.touched_by_primary(actor, on=on, limit=CHUNK_ROWS, after_id=after),
        work,
    )
    return {what: sum(done[what] for done in chunks) for what in ("reduced", "ended")}


def _fallen(row: DueTerm, amount: Decimal) -> CoverCut:
    if not amount:
        return CoverCut(row, amount, "primary_ended", primary_after=ZERO)
    return CoverCut(row, amount, "primary_reduced", primary_after=row.primary_amount or ZERO)


def _falling(actor: Actor, rows: Sequence[DueTerm], *, on: date) -> list[tuple[DueTerm, Decimal]]:
    """The complements whose amount is above what the rules allow on today's primary, with that maximum."""
    found = []
    for row, one in judge_running(actor, rows, on=on):
        maximum = one.decision.maximum
        if maximum is not None and maximum < row.amount:
            found.append((row, maximum))
    return found
