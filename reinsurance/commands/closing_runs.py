"""Have a period closed by a worker: the wish is kept, a task does it treaty by treaty, and says how far it is.

A treaty that is closed already is passed over, so a run that was killed is simply done again. Progress is written by
the platform's connection: the close itself is one transaction for each treaty and shows nothing before it commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db.models.functions import Now

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import Actor
from capweb.audit.leases import give_back_lease, take_lease
from capweb.audit.outbox import wake_after_commit
from capweb.audit.trail import Change
from capweb.kernel.errors import DomainError
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.periods import Term
from reinsurance.commands import closable
from reinsurance.commands.book_entries import leave_trail
from reinsurance.commands.close_bordereau import close_bordereaux
from reinsurance.models import ClosingRun
from reinsurance.queries.closing_runs import expected_lines, lease_key
from reinsurance.queries.treaties import treaty_named

TASK: Final = "reinsurance.close_period"


def ask_to_close(actor: Actor, treaties: Sequence[str], *, period: Term, on: date) -> str:
    """Keep the wish to close a period for some treaties (public ids) and wake a worker; the public id of the run.

    Raises what `close_bordereaux` would refuse at once: NotAllowed, TreatyUnknown, PeriodNotEnded, PeriodOverlaps,
    PeriodLeavesGap, PeriodNotReported.
    """
    actor.must_be_allowed("bordereaux.write")
    with acting(actor):
        for public_id in treaties:
            treaty = treaty_named(actor, public_id)
            if not closable.standing(treaty, period):
                closable.must_follow(treaty, period, on=on)
        run = ClosingRun.objects.create(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("cls"),
            treaties=list(treaties),
            period_first=period.first,
            period_end=period.end,
            total=expected_lines(actor, treaties, period),
            asked_by=actor.name,
            booked_on=on,
        )
        became: dict[str, object] = {"treaties": len(run.treaties), "period": f"{period.first}..{period.end}"}
        leave_trail(actor, [Change("closing.asked", run.public_id, became=became)], on=on)
        wake_after_commit(TASK, run=run.public_id, insurer=actor.insurer_id)
    return run.public_id


def close_as_asked(actor: Actor, public_id: str, *, holder: str) -> None:
    """Do a run to its end, on the day on which it was asked for. Nothing, when somebody is at it or it has ended."""
    key = lease_key(public_id)
    if not take_lease(key, holder=holder):
        return
    try:
        with acting(actor):
            run = ClosingRun.objects.filter(
                insurer_id=actor.insurer_id, public_id=public_id, status__in=("waiting", "running")
            ).first()
        if run is not None:
            _do(actor, run, key=key, holder=holder)
    finally:
        give_back_lease(key, holder=holder)


def _do(actor: Actor, run: ClosingRun, *, key: str, holder: str) -> None:
    settled = 0

    def heard(lines: int) -> None:
        nonlocal settled
        settled += lines
        _tell(run, settled)
        take_lease(key, holder=holder, using="platform")

    _tell(run, 0)
    try:
        closed = close_bordereaux(
            actor, run.treaties, period=Term(run.period_first, run.period_end), on=run.booked_on, progress=heard
        )
    except DomainError as error:
        _end(actor, run, status="failed", failure=error.message[:2000], settled=settled)
        return
    _end(actor, run, status="done", failure="", settled=sum(one.line_count for one in closed))


def _tell(run: ClosingRun, settled: int) -> None:
    with acting_as_platform() as alias:
        ClosingRun.objects.using(alias).filter(pk=run.pk).update(status="running", settled=settled)


def _end(actor: Actor, run: ClosingRun, *, status: str, failure: str, settled: int) -> None:
    with acting(actor):
        ClosingRun.objects.filter(insurer_id=actor.insurer_id, pk=run.pk).update(
            status=status, failure=failure, settled=settled, total=settled, finished_at=Now()
        )
