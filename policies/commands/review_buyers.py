"""What a new rating of a buyer does to the top-ups that run on it.

D-24 (E12): where the cap falls below what runs, the cut is announced with the days of the notice, the policyholder is
asked for a new request at the lower amount, and what still runs above the cap when the notice ends is cut. D-25 (E13):
a buyer rated out of the window keeps its running term, without renewal, which is told once; one that is insolvent, or
overdue for longer than the policy's maximum, ends cover of new deliveries at once. D-39: where the rating was wrong on
the first day, only the cession is corrected. E14: upwards nothing happens by itself, an increase is a request.
A buyer that took another one over is reviewed likewise (ADR 0018): its rating and size count for what came to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.trail import Change, record_changes
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import ZERO
from eligibility.domain.law import LawInForce
from eligibility.domain.rule import FAIL
from eligibility.queries.law_book import current_law_book
from policies.commands.change_cover import CoverCut, cut_cover
from policies.commands.chunks import CHUNK_ROWS, Kept, kept_by_nobody, through_terms
from policies.commands.correct_cessions import correct_cessions
from policies.commands.judging import Judged, judge_running
from policies.commands.offering import write_decisions
from policies.models import Reduction, ReductionCause, ReductionStatus, TermStatus
from policies.queries import rated_out, renewals_due
from policies.queries.renewals_due import DueTerm

# The grid's category and the window of the default probability (article 4): what E13 calls the window.
WINDOW_RULES: Final = frozenset({"SUB-01", "SUB-02", "SUBX-01", "SUBX-02"})
# One path, many causes: what the endorsement of a cut says of it.
_CUT_CAUSES: Final = {ReductionCause.RE_RATED.value: "reduction", ReductionCause.ONE_BUYER.value: "one_buyer"}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many top-ups were announced a cut, cut at the end of the notice, ended, had nothing left to cut, or were
    corrected in their cession alone."""

    announced: int = 0
    cut: int = 0
    ended: int = 0
    overtaken: int = 0
    corrected: int = 0

    def __add__(self, other: Reviewed) -> Reviewed:
        return Reviewed(
            self.announced + other.announced,
            self.cut + other.cut,
            self.ended + other.ended,
            self.overtaken + other.overtaken,
            self.corrected + other.corrected,
        )


def review_buyers(actor: Actor, *, on: date, at: datetime, kept: Kept = kept_by_nobody) -> Reviewed:
    """Judge the running top-ups of buyers rated anew, and carry out the cuts whose notice has ended.

    Run again on the same day it finds nothing to do. A fixed number of queries for each chunk; `kept` is told the
    counts of each chunk inside it.
    """
    corrected = correct_cessions(actor, on=on, kept=lambda count: kept(asdict(Reviewed(corrected=count))))
    overdue = _end_overdue(actor, on=on, at=at, kept=kept)
    merged = _announce(actor, renewals_due.merged, ReductionCause.ONE_BUYER, on=on, at=at, kept=kept)
    rated = _announce(actor, renewals_due.re_rated, ReductionCause.RE_RATED, on=on, at=at, kept=kept)
    done = merged + rated + _carry_out(actor, on=on, at=at, kept=kept)
    return overdue + done + Reviewed(corrected=corrected)


def _end_overdue(actor: Actor, *, on: date, at: datetime, kept: Kept) -> Reviewed:
    def work(rows: Sequence[DueTerm]) -> Reviewed:
        cut_cover(actor, [CoverCut(row, ZERO, "overdue") for row in rows], on=on, at=at)
        return _told(Reviewed(ended=len(rows)), kept)

    return _through(actor, renewals_due.overdue, work, on=on)


def _announce(
    actor: Actor,
    read: Callable[..., list[DueTerm]],
    cause: ReductionCause,
    *,
    on: date,
    at: datetime,
    kept: Kept,
) -> Reviewed:
    def work(rows: Sequence[DueTerm]) -> Reviewed:
        # What two buyers that became one bring together runs to its end: each is judged without the other (ADR 0018).
        judged = judge_running(actor, rows, on=on, is_alone=cause is ReductionCause.ONE_BUYER)
        failed = [(row, one) for row, one in judged if one.facts.buyer.insolvent]
        cut_cover(actor, [CoverCut(row, ZERO, "insolvency") for row, _ in failed], on=on, at=at)
        lower = [(row, one) for row, one in judged if not one.facts.buyer.insolvent and _is_above(row, one)]
        _tell_rated_out(actor, [row for row, one in judged if _is_rated_out(one)], on=on)
        return _told(Reviewed(announced=_write_reductions(actor, lower, cause, on=on), ended=len(failed)), kept)

    return _through(actor, read, work, on=on)


def _told(done: Reviewed, kept: Kept) -> Reviewed:
    kept(asdict(done))
    return done


def _through(
    actor: Actor,
    read: Callable[..., list[DueTerm]],
    work: Callable[[Sequence[DueTerm]], Reviewed],
    *,
    on: date,
) -> Reviewed:
    chunks = through_terms(actor, lambda after: read(actor, on=on, limit=CHUNK_ROWS, after_id=after), work)
    return sum(chunks, Reviewed())


def _is_above(row: DueTerm, one: Judged) -> bool:
    """Whether a cap still stands and lies below what runs; out of the window there is none, and the term is kept."""
    maximum = one.decision.maximum
    return one.decision.outcome != "refuse" and maximum is not None and ZERO < maximum < row.amount


def _is_rated_out(one: Judged) -> bool:
    """Whether grade or default probability alone, or with others, would refuse it today; the buyer being no failure."""
    failed = {reason.code for reason in one.decision.reasons if reason.verdict == FAIL}
    return not one.facts.buyer.insolvent and not failed.isdisjoint(WINDOW_RULES)


def _tell_rated_out(actor: Actor, rows: Sequence[DueTerm], *, on: date) -> None:
    """That the term runs to its end and will not be renewed (D-25): once a term, however often the buyer is rated."""
    if not rows:
        return
    told = rated_out.told_of(actor, [row.guarantee_public_id for row in rows])
    _record(
        actor,
        [
            Change(
                "guarantee.rated_out",
                row.guarantee_public_id,
                became={"term": row.sequence, "amount": str(row.amount), "end_day": row.cover_end.isoformat()},
            )
            for row in rows
            if (row.guarantee_public_id, row.sequence) not in told
        ],
        on=on,
    )


def _write_reductions(actor: Actor, lower: Sequence[tuple[DueTerm, Judged]], cause: ReductionCause, *, on: date) -> int:
    if not lower:
        return 0
    announced = set(
        Reduction.objects.filter(
            term__in=[row.term_id for row, _ in lower], status=ReductionStatus.ANNOUNCED
        ).values_list("term_id", flat=True)
    )
    new = [(row, one) for row, one in lower if row.term_id not in announced]
    law_book = current_law_book(actor)
    decision_ids = write_decisions(actor, [one for _, one in new], law_book=law_book, on=on)
    effective_on = _after_notice(law_book.on(on), on)
    made = Reduction.objects.bulk_create(
        [
            Reduction(
                insurer_id=actor.insurer_id,
                public_id=new_public_id("red"),
                term_id=row.term_id,
                cause=cause,
                amount_before=row.amount,
                maximum=one.decision.maximum or ZERO,
                decision_id=decision_id,
                announced_on=on,
                effective_on=effective_on,
            )
            for (row, one), decision_id in zip(new, decision_ids, strict=True)
        ]
    )
    _record(
        actor,
        [
            Change(
                "reduction.announced",
                row.guarantee_public_id,
                was={"amount": str(row.amount)},
                became={
                    "maximum": str(one.maximum),
                    "effective_on": effective_on.isoformat(),
                    "id": one.public_id,
                    "cause": cause.value,
                },
            )
            for (row, _), one in zip(new, made, strict=True)
        ],
        on=on,
    )
    return len(made)


def _after_notice(law: LawInForce, on: date) -> date:
    return on + timedelta(days=law.counts["contracts/settings/notice_days"])


def _carry_out(actor: Actor, *, on: date, at: datetime, kept: Kept) -> Reviewed:
    def work(rows: Sequence[DueTerm]) -> Reviewed:
        open_ones = Reduction.objects.filter(term__in=[row.term_id for row in rows], status=ReductionStatus.ANNOUNCED)
        announced = {one.term_id: one for one in open_ones}
        judged = {row.term_id: one for row, one in judge_running(actor, rows, on=on)}
        caps = [(row, _cap(announced[row.term_id], judged.get(row.term_id))) for row in rows]
        cuts = [CoverCut(row, cap, _CUT_CAUSES[announced[row.term_id].cause]) for row, cap in caps if cap < row.amount]
        cut_cover(actor, cuts, on=on, at=at)
        applied = [cut.row.term_id for cut in cuts]
        open_ones.filter(term__in=applied).update(status=ReductionStatus.APPLIED, settled_on=on)
        left = open_ones.exclude(term__in=applied).update(status=ReductionStatus.OVERTAKEN, settled_on=on)
        return _told(Reviewed(cut=len(cuts), overtaken=left), kept)

    return _overtake(actor, on=on, kept=kept) + _through(actor, renewals_due.cuts_due, work, on=on)


def _cap(announced: Reduction, judged: Judged | None) -> Decimal:
    """Today's cap; the announced one where today none can be told, never less than was announced."""
    floor: Decimal = announced.maximum
    maximum = None if judged is None or judged.decision.outcome == "refuse" else judged.decision.maximum
    return floor if maximum is None else max(maximum, floor)


def _overtake(actor: Actor, *, on: date, kept: Kept) -> Reviewed:
    """Announced cuts of terms that run no longer."""
    with acting(actor):
        open_ones = Reduction.objects.filter(insurer_id=actor.insurer_id, status=ReductionStatus.ANNOUNCED)
        gone = open_ones.exclude(term__status=TermStatus.RUNNING)
        done = Reviewed(overtaken=gone.update(status=ReductionStatus.OVERTAKEN, settled_on=on))
        if done.overtaken:
            kept(asdict(done))
    return done


def _record(actor: Actor, changes: Sequence[Change], *, on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
