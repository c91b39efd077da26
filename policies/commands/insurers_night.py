"""One insurer's part of a night: its steps in order, chunk after chunk, under a lease, each chunk kept as it commits.

What a chunk did is written into its step's row in the chunk's own transaction. So a run that was cut off goes on from
the chunk where it stopped and its report counts everything once, whoever did it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import DatabaseError, connections
from django.db.models.functions import Now

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.leases import give_back_lease, still_held, take_lease
from policies.commands.accept_offers import end_offers
from policies.commands.chunks import CHUNK_ROWS, Kept
from policies.commands.follow_primary import follow_primary
from policies.commands.handle_exceptions import expire_exceptions
from policies.commands.renew_guarantees import lapse_terms, renew_terms
from policies.commands.review_buyers import review_buyers
from policies.domain.night import INSURER_STEPS, added, nothing_yet
from policies.models import NightRun, NightStep, OfferStatus, RequestStatus
from policies.queries import nights, renewals_due
from policies.queries import offers as offer_rows

NOTICE_DAYS: Final = (30, 15, 5)
# Steps of which it is counted beforehand how much they have to do.
_COUNTED_BEFORE: Final = ("renewals", "lapses")


@dataclass(frozen=True, slots=True)
class StepTold:
    """What watchers are told after each chunk: whose, which step, how many of how many (None: not counted)."""

    insurer: str
    step: str
    settled: int
    expected: int | None


Progress = Callable[[StepTold], None]


def run_insurers_night(actor: Actor, day: date, *, at: datetime, holder: str, progress: Progress | None = None) -> bool:
    """Do what is left of the insurer's part; False when somebody else is at it. Done already, it changes nothing.

    `holder` is the token of this run. Raises LeaseLost when another worker took over meanwhile; what was done stays.
    """
    key = nights.insurer_key(day, actor.insurer_id)
    if not take_lease(key, holder=holder):
        return False
    try:
        _work(_Part(actor, day, at, key, holder, progress))
    finally:
        # A database that went away has no lease to give back: it falls silent.
        with suppress(DatabaseError):
            give_back_lease(key, holder=holder)
    return True


@dataclass(frozen=True, slots=True)
class _Part:
    actor: Actor
    day: date
    at: datetime
    key: str
    holder: str
    progress: Progress | None


def _work(part: _Part) -> None:
    actor, day = part.actor, part.day
    with acting(actor):
        if NightRun.objects.filter(insurer_id=actor.insurer_id, day=day).exists():
            return
        ended = dict(NightStep.objects.filter(day=day).values_list("step", "finished_at"))
    idle: list[str] = []
    for step in INSURER_STEPS:
        if ended.get(step) is None:
            _step(part, step, idle, is_begun=step in ended)
    with acting(actor):
        still_held(part.key, holder=part.holder)
        _tell_idle(part, idle)
        counts = dict(NightStep.objects.filter(day=day).values_list("step", "counts"))
        report = {name: count for step in INSURER_STEPS for name, count in counts[step].items()}
        NightRun.objects.get_or_create(insurer_id=actor.insurer_id, day=day, defaults={"report": report})


def _step(part: _Part, step: str, idle: list[str], *, is_begun: bool) -> None:
    """Do a step; one that finds nothing to do joins the idle ones, which are told together, with what comes next."""
    expected = None
    if step in _COUNTED_BEFORE:
        with acting(part.actor):
            expected = _expected(part, step)
            if expected:
                _begun(part, step, expected, idle)
                is_begun = True

    def kept(counts: Mapping[str, int]) -> None:
        nonlocal is_begun
        is_begun = True
        # Asked for anew in each chunk: what a chunk that failed had begun is gone with it.
        row = _begun(part, step, expected, idle)
        still_held(part.key, holder=part.holder)
        row.counts = added(row.counts, counts)
        row.settled += sum(counts.values())
        row.chunks += 1
        row.save(update_fields=["counts", "settled", "chunks"])
        if part.progress is not None:
            part.progress(StepTold(part.actor.insurer_code, step, row.settled, row.expected))

    if expected != 0:
        _STEPS[step](part, kept)
    if not is_begun:
        idle.append(step)
        return
    with acting(part.actor):
        still_held(part.key, holder=part.holder)
        if not NightStep.objects.filter(day=part.day, step=step).update(finished_at=Now()):
            # All that it had begun failed, and was rolled back.
            idle.append(step)


def _begun(part: _Part, step: str, expected: int | None, idle: Sequence[str]) -> NightStep:
    row, is_new = NightStep.objects.get_or_create(
        insurer_id=part.actor.insurer_id,
        day=part.day,
        step=step,
        defaults={"counts": nothing_yet(step), "expected": expected},
    )
    if is_new:
        _tell_idle(part, idle)
    return row


def _tell_idle(part: _Part, steps: Sequence[str]) -> None:
    """Steps that found nothing to do, and are over."""
    NightStep.objects.bulk_create(
        [
            NightStep(
                insurer_id=part.actor.insurer_id,
                day=part.day,
                step=step,
                counts=nothing_yet(step),
                expected=0 if step in _COUNTED_BEFORE else None,
                finished_at=Now(),
            )
            for step in steps
        ],
        ignore_conflicts=True,
    )


def _expected(part: _Part, step: str) -> int:
    asked, not_asked = renewals_due.how_many(part.actor, on=part.day)
    return asked if step == "renewals" else not_asked


def _expire_offers(part: _Part, kept: Kept) -> None:
    while True:
        with acting(part.actor):
            due = offer_rows.due_to_expire(part.actor, on=part.day, limit=CHUNK_ROWS)
            if not due:
                return
            end_offers(part.actor, due, offer=OfferStatus.EXPIRED, request=RequestStatus.EXPIRED, on=part.day)
            kept({"offers_expired": len(due)})


def _expire_exceptions(part: _Part, kept: Kept) -> None:
    with acting(part.actor):
        ended = expire_exceptions(part.actor, on=part.day)
        if ended:
            kept({"exceptions_expired": ended})


def _renew(part: _Part, kept: Kept) -> None:
    renew_terms(part.actor, on=part.day, at=part.at, kept=kept)


def _lapse(part: _Part, kept: Kept) -> None:
    lapse_terms(part.actor, on=part.day, kept=kept)


def _follow_primary(part: _Part, kept: Kept) -> None:
    def told(counts: Mapping[str, int]) -> None:
        kept({f"complements_{what}": count for what, count in counts.items()})

    follow_primary(part.actor, on=part.day, at=part.at, kept=told)


def _review(part: _Part, kept: Kept) -> None:
    def told(counts: Mapping[str, int]) -> None:
        kept({f"reviewed_{what}": count for what, count in counts.items()})

    review_buyers(part.actor, on=part.day, at=part.at, kept=told)


_NOTICES: Final = """
INSERT INTO policies_notice (insurer_id, term_id, days_before, sent_on)
SELECT term.insurer_id, term.id, told.days, %(on)s
FROM unnest(%(days)s::int[], %(ends)s::date[]) AS told (days, cover_end)
JOIN policies_guaranteeterm term ON term.insurer_id = %(insurer)s AND term.status = 'running'
     AND term.cover_end = told.cover_end
ORDER BY told.days DESC, term.id
ON CONFLICT (insurer_id, term_id, days_before) DO NOTHING
"""


def _send_notices(part: _Part, kept: Kept) -> None:
    """Tell the policyholder that a term is ending: once each at 30, 15 and 5 days before. One statement."""
    with acting(part.actor), connections["default"].cursor() as cursor:
        ends = [part.day + timedelta(days=days) for days in NOTICE_DAYS]
        cursor.execute(
            _NOTICES, {"insurer": part.actor.insurer_id, "on": part.day, "days": list(NOTICE_DAYS), "ends": ends}
        )
        kept({"notices": cursor.rowcount})


_STEPS: Final[Mapping[str, Callable[[_Part, Kept], None]]] = {
    "offers": _expire_offers,
    "exceptions": _expire_exceptions,
    "renewals": _renew,
    "lapses": _lapse,
    "complements": _follow_primary,
    "reviews": _review,
    "notices": _send_notices,
}
