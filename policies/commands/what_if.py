"""What if the law were another? A run over all guarantees in force, in blocks, that changes nothing in the books.

A run is asked for, worked at by a task in slices under a lease, and may be cancelled. Each block is one transaction
that writes its part and the run's progress together: a worker that is killed loses one block and counts none twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from django.db.models.functions import Now

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.leases import LeaseLost, give_back_lease, still_held, take_lease
from capweb.audit.outbox import wake_after_commit
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import DomainError, FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from eligibility.domain import draft_law
from eligibility.domain.draft_law import DraftLaw
from eligibility.domain.law import LawBook, LawInForce
from eligibility.domain.parameters import LawMissing, UnknownReading
from eligibility.domain.tables import DEFAULT_READING
from eligibility.queries.law_book import current_law_book
from policies.commands.compare_laws import Laws, compare_block, laws_of, packed
from policies.commands.judging import open_treaties_on
from policies.domain.what_if import Tally
from policies.models import UNFINISHED, WhatIfPart, WhatIfRun, WhatIfStatus
from policies.queries import what_if_book
from policies.queries.what_if_runs import RunUnknown, lease_key

TASK: Final = "policies.run_what_if"
BLOCK_ROWS: Final = 2_000
# So many guarantees are judged when the run is asked for, so that a law that cannot be judged by is told at once.
TRIAL_ROWS: Final = 50
LARGEST_TITLE: Final = 120


class NothingToTry(DomainError):
    """The alternative is the law as it is: neither a draft nor another reading was given."""

    code = "nothing_to_try"
    status = 422


class RunClosed(DomainError):
    """The run has ended already."""

    code = "what_if_closed"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be tried: a day (None: the business day), rival readings by question, the text of a draft."""

    title: str = ""
    day: date | None = None
    readings: Mapping[str, str] | None = None
    draft: str = ""


def ask_what_if(actor: Actor, wish: Wish, *, on: date) -> str:
    """Keep the wish and have it worked at; the public id of the run.

    Raises NotAllowed; FieldErrors for a day before the business day, a title too long, an unknown reading, and every
    mistake of the draft with its line; NothingToTry when both laws are the same.
    """
    actor.must_be_allowed("what_if.run")
    day = wish.day or on
    errors = _day_and_title(wish, day, on)
    if errors:
        raise FieldErrors(errors)
    readings = {question: name for question, name in (wish.readings or {}).items() if name}
    with acting(actor):
        book = current_law_book(actor)
        draft, before, after = _both(book, day=day, readings=readings, text=wish.draft)
        if before.fingerprint == after.fingerprint:
            raise NothingToTry(
                f"Nothing would change on {day}: no reading other than today's was chosen, and the draft says what "
                "the law says."
            )
        extent = what_if_book.extent(actor)
        _try(actor, laws_of(book, before, after, open_treaties_on(actor, on=day)), last_term_id=extent.last_term_id)
        run = WhatIfRun.objects.create(
            insurer_id=actor.insurer_id,
            public_id=new_public_id("wif"),
            title=wish.title.strip(),
            day=day,
            readings=readings,
            draft=wish.draft,
            replaced=list(draft.replaced),
            added=list(draft.added),
            draft_rows=draft.row_count,
            asked_by=actor.name,
            law_before=before.fingerprint,
            law_after=after.fingerprint,
            total=extent.count,
            last_term_id=extent.last_term_id,
            booked_on=on,
        )
        _record(actor, run, "what_if.asked", on)
        wake_after_commit(TASK, run=run.public_id, insurer=actor.insurer_id)
    return run.public_id


def cancel_what_if(actor: Actor, public_id: str, *, on: date) -> None:
    """End a run that is under way; what it found so far is kept and shown nowhere.

    Raises NotAllowed, RunUnknown, and RunClosed when it has ended already.
    """
    actor.must_be_allowed("what_if.run")
    with acting(actor):
        run = WhatIfRun.objects.select_for_update().filter(insurer_id=actor.insurer_id, public_id=public_id).first()
        if run is None:
            raise RunUnknown(public_id)
        if run.status not in UNFINISHED:
            raise RunClosed(f"The run {public_id} has ended already: it is {run.status}.", run_status=run.status)
        run.status, run.finished_at = WhatIfStatus.CANCELLED, Now()
        run.save(update_fields=["status", "finished_at"])
        _record(actor, run, "what_if.cancelled", on)


def work_at(
    actor: Actor,
    public_id: str,
    *,
    holder: str,
    go_on: Callable[[], bool] = lambda: True,
    block_rows: int = BLOCK_ROWS,
) -> bool:
    """Work at a run block by block while `go_on` says so; whether anything is left to do for a next slice.

    False too when another worker is at it or the run has ended. Raises LeaseLost when another worker took over; what
    was settled stays settled.
    """
    key = lease_key(public_id)
    if not take_lease(key, holder=holder):
        return False
    try:
        is_open = True
        while is_open:
            is_open = _next_block(actor, public_id, key=key, holder=holder, block_rows=block_rows)
            if is_open and not go_on():
                break
        return is_open
    finally:
        give_back_lease(key, holder=holder)


def _next_block(actor: Actor, public_id: str, *, key: str, holder: str, block_rows: int) -> bool:
    """One block, one transaction; False when the run has ended."""
    try:
        with acting(actor):
            still_held(key, holder=holder)
            run = _locked(actor, public_id)
            if run is None:
                return False
            return _settle_block(actor, run, block_rows=block_rows)
    except LeaseLost:
        raise
    except DomainError as error:
        with acting(actor):
            still_held(key, holder=holder)
            _fail(actor, public_id, error.message)
        return False


def _settle_block(actor: Actor, run: WhatIfRun, *, block_rows: int) -> bool:
    rows = what_if_book.block(
        actor, on=run.day, after_term_id=run.after_term_id, last_term_id=run.last_term_id, limit=block_rows
    )
    if not rows:
        _finish(run)
        return False
    answered = compare_block(actor, rows, _laws_of_run(actor, run), first_line=run.line_count + 1)
    WhatIfPart.objects.create(
        insurer_id=actor.insurer_id,
        run=run,
        after_term_id=run.after_term_id,
        first_line=run.line_count + 1,
        line_count=len(answered.lines),
        tally=_plain(answered.tally),
        lines=packed(answered.lines),
    )
    run.status = WhatIfStatus.RUNNING
    # Terms may have ended since the run was asked for, never begun: their ids would be beyond the last.
    run.settled = min(run.settled + len(rows), run.total)
    run.after_term_id = rows[-1].term_id
    run.line_count += len(answered.lines)
    run.save(update_fields=["status", "settled", "after_term_id", "line_count"])
    return True


def _finish(run: WhatIfRun) -> None:
    whole = Tally()
    parts = WhatIfPart.objects.filter(insurer_id=run.insurer_id, run=run).order_by("after_term_id")
    for tally in parts.values_list("tally", flat=True):
        whole.take(msgspec.convert(tally, Tally))
    run.report = _plain(whole)
    run.status, run.finished_at, run.settled = WhatIfStatus.DONE, Now(), run.total
    run.save(update_fields=["report", "status", "finished_at", "settled"])


def _fail(actor: Actor, public_id: str, why: str) -> None:
    WhatIfRun.objects.filter(insurer_id=actor.insurer_id, public_id=public_id, status__in=UNFINISHED).update(
        status=WhatIfStatus.FAILED, failure=why[:2000], finished_at=Now()
    )


def _locked(actor: Actor, public_id: str) -> WhatIfRun | None:
    """The run while it is open; a cancellation waits for the block, or the block finds the run cancelled."""
    return (
        WhatIfRun.objects.select_for_update()
        .filter(insurer_id=actor.insurer_id, public_id=public_id, status__in=UNFINISHED)
        .first()
    )


def _laws_of_run(actor: Actor, run: WhatIfRun) -> Laws:
    """Both laws as they were when the run was asked for. Raises LawBookChanged when they are no longer the same."""
    book = current_law_book(actor)
    _, before, after = _both(book, day=run.day, readings=run.readings, text=run.draft)
    if (before.fingerprint, after.fingerprint) != (run.law_before, run.law_after):
        raise LawBookChanged("The law book was changed while the run was under way: start it again.")
    return laws_of(book, before, after, open_treaties_on(actor, on=run.day))


class LawBookChanged(DomainError):
    """The run would have judged its first guarantees by another law than its last."""

    code = "law_book_changed"


_drafted: dict[tuple[int, str, date], tuple[LawBook, DraftLaw, LawBook]] = {}


def _both(
    book: LawBook, *, day: date, readings: Mapping[str, str], text: str
) -> tuple[DraftLaw, LawInForce, LawInForce]:
    """The draft as read, today's law on the day, and the alternative. The last book is remembered, being costly."""
    key = (id(book), text, day)
    known = _drafted.get(key)
    if known is None or known[0] is not book:
        draft = draft_law.read(text, book, on=day) if text.strip() else draft_law.NOTHING
        _drafted.clear()
        known = _drafted[key] = (book, draft, draft.applied_to(book) if text.strip() else book)
    _, draft, drafted = known
    return draft, book.on(day), _under(drafted, day, readings)


def _under(book: LawBook, day: date, readings: Mapping[str, str]) -> LawInForce:
    """The book on a day under these readings, and where none is named under those that the insurer chose."""
    chosen = {**dict(book.chosen_on(day)), **readings}
    rivals = tuple(sorted((question, name) for question, name in chosen.items() if name != DEFAULT_READING))
    try:
        return book.under(day, rivals)
    except UnknownReading as unknown:
        raise FieldErrors([FieldError("readings", unknown.message, code=unknown.code)]) from unknown


def _try(actor: Actor, laws: Laws, *, last_term_id: int) -> None:
    """Judge the first guarantees. Raises FieldErrors when the alternative cannot be judged by."""
    rows = what_if_book.block(actor, on=laws.before.day, after_term_id=0, last_term_id=last_term_id, limit=TRIAL_ROWS)
    try:
        compare_block(actor, rows, laws, first_line=1)
    except LawMissing as missing:
        raise FieldErrors([FieldError("draft", missing.message, code=missing.code)]) from missing


def _day_and_title(wish: Wish, day: date, on: date) -> list[FieldError]:
    errors = []
    if day < on:
        message = f"the books are on {on}: choose that day or a later one, the guarantees in force are those of today"
        errors.append(FieldError("day", message, code="day_before_business_day"))
    if len(wish.title.strip()) > LARGEST_TITLE:
        errors.append(FieldError("title", f"a title has at most {LARGEST_TITLE} characters", code="too_long"))
    return errors


def _plain(tally: Tally) -> Any:
    """A tally as JSON columns take it: amounts as text."""
    return msgspec.to_builtins(tally)


def _record(actor: Actor, run: WhatIfRun, action: str, on: date) -> None:
    record_changes(
        [Change(action, run.public_id, became={"day": run.day.isoformat(), "law": run.law_after})],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
