"""A reinsurer acknowledges or disputes bordereau lines of its own treaties: singly, by file, or all that a filter has.

Append-only: the last answer holds, until the line is settled. A line that is disputed may be acknowledged later, or be
corrected by a line of a later bordereau.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from capweb.accounts.actor import PlatformActor
from capweb.audit.copying import copy_rows
from capweb.audit.trail import Change
from reinsurance.commands.book_entries import leave_trail
from reinsurance.commands.settlement_refusals import (
    AnswerRefused,
    AnswerUnknown,
    DisputeSaysNothing,
    LineSettled,
    LineUnknown,
)
from reinsurance.domain.settlement import ANSWERS, DISPUTE_REASONS
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.line_answers import AnswerableLine, LineFilter, answerable_lines, matching_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """What is said of a line: `disputed` with one of DISPUTE_REASONS (`other` with a note), or `acknowledged`."""

    bordereau: str
    line: int
    answer: str
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerReceipt:
    """The answer that holds now; `is_repeat` when it held already."""

    bordereau: str
    line: int
    answer: str
    is_repeat: bool


def answer_lines(actor: PlatformActor, answers: Sequence[GivenAnswer], *, on: date) -> list[AnswerReceipt]:
    """The receipts in order; a fixed number of queries. Runs inside acting_as_platform().

    Raises LineUnknown (also for a line of somebody else's treaty), LineSettled, DisputeSaysNothing, AnswerUnknown: the
    caller's transaction is then to be given up. NotAllowed without `bordereaux.answer`.
    """
    receipts = []
    for outcome in answer_outcomes(actor, answers, on=on):
        if isinstance(outcome, AnswerRefused):
            raise outcome
        receipts.append(outcome)
    return receipts


def answer_outcomes(
    actor: PlatformActor, answers: Sequence[GivenAnswer], *, on: date
) -> list[AnswerReceipt | AnswerRefused]:
    """What became of each answer, in order: its receipt, or the error that refused it; the good ones are written."""
    writing_alias_of(actor)
    actor.must_be_allowed("bordereaux.answer")
    lines = answerable_lines(actor, [(given.bordereau, given.line) for given in answers])
    outcomes: list[AnswerReceipt | AnswerRefused] = []
    new: list[tuple[AnswerableLine, GivenAnswer]] = []
    for given in answers:
        try:
            line = _answerable(given, lines)
        except AnswerRefused as refused:
            outcomes.append(refused)
            continue
        is_repeat = (line.answer, line.reason, line.note) == (given.answer, given.reason, given.note)
        if not is_repeat:
            line = line.answered(given.answer, given.reason, given.note)
            lines[given.bordereau, given.line] = line
            new.append((line, given))
        outcomes.append(AnswerReceipt(given.bordereau, given.line, given.answer, is_repeat))
    _written(actor, new, on=on)
    return outcomes


def answer_matching(
    actor: PlatformActor, found_by: LineFilter, *, answer: str, reason: str = "", note: str = "", on: date
) -> int:
    """Give all open lines that a filter finds the same answer; to how many it was new. Inside acting_as_platform().

    Raises as answer_lines does, and LineUnknown when the bordereau is none of the reinsurer's.
    """
    writing_alias_of(actor)
    actor.must_be_allowed("bordereaux.answer")
    _must_say_something(answer, reason, note)
    new = [
        (
            line.answered(answer, reason, note),
            GivenAnswer(bordereau=line.bordereau, line=line.number, answer=answer, reason=reason, note=note),
        )
        for line in matching_lines(actor, found_by)
        if not line.is_settled and (line.answer, line.reason, line.note) != (answer, reason, note)
    ]
    _written(actor, new, on=on)
    return len(new)


def _answerable(given: GivenAnswer, lines: dict[tuple[str, int], AnswerableLine]) -> AnswerableLine:
    _must_say_something(given.answer, given.reason, given.note)
    line = lines.get((given.bordereau, given.line))
    if line is None:
        raise LineUnknown.told(bordereau=given.bordereau, line=given.line)
    if line.is_settled:
        raise LineSettled.told(bordereau=given.bordereau, line=given.line)
    return line


def _must_say_something(answer: str, reason: str, note: str) -> None:
    if answer not in ANSWERS:
        raise AnswerUnknown.told(answer=answer[:60])
    is_said = reason == "" if answer == "acknowledged" else reason in DISPUTE_REASONS
    if not is_said or (reason == "other" and not note.strip()):
        raise DisputeSaysNothing.told()


_COLUMNS = ("insurer_id", "line_id", "position", "answer", "reason", "note", "answered_by", "booked_on")


def _written(actor: PlatformActor, new: Sequence[tuple[AnswerableLine, GivenAnswer]], *, on: date) -> None:
    if not new:
        return
    copy_rows(
        "reinsurance_lineanswer",
        _COLUMNS,
        (
            (line.insurer_id, line.id, line.position, given.answer, given.reason, given.note[:500], actor.name, on)
            for line, given in new
        ),
        using=writing_alias_of(actor),
    )
    counts = Counter((given.bordereau, given.answer) for _, given in new)
    changes = [
        Change("bordereau_lines.answered", bordereau, became={"answer": answer, "lines": count})
        for (bordereau, answer), count in counts.items()
    ]
    leave_trail(actor, changes, on=on)
