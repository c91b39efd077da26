"""What a legal parameter is: one number or choice with its history, each block with its own proof.

A leaf may carry rival readings of the same text (D-n of the register of readings); they are data, chosen by a recorded
decision, never a change of code. Asking for a value on a day without law raises; an explicitly unset value raises too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Final, TypeVar

from capweb.kernel.errors import DomainError

UNITS: Final = ("euro", "ratio", "days", "months", "years", "count", "choice", "day")
CONFIDENCES: Final = ("primary", "official", "broker", "inference", "general_knowledge")
CENT: Final = Decimal("0.01")

Value = Decimal | int | str
T = TypeVar("T")


class LawMissing(DomainError):
    """No law is recorded for that day: the question cannot be answered, and is never guessed."""

    code: ClassVar[str] = "law_missing"
    status: ClassVar[int] = 422


class LawUnset(DomainError):
    """The scheme has a value here which no source gives; an administrator must enter it with its reference."""

    code: ClassVar[str] = "law_unset"
    status: ClassVar[int] = 409


class UnknownReading(DomainError):
    """A reading was asked for that the law book does not hold."""

    code: ClassVar[str] = "unknown_reading"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value is written; `published` is None where the source bears no date."""

    text: str
    url: str
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A value in force on [first_day, end_day).

    `value` is None where the block says `unset` (the scheme has a value, no source gives it) or `none` (the rule has
    ended, and the reference proves its end); `state` tells which: set, unset or none.
    """

    first_day: date
    end_day: date | None
    state: str
    value: Value | None
    reference: Reference
    confidence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A rival reading of one parameter: why somebody reads it so, and the history under it."""

    name: str
    why: str
    history: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Superseded:
    """What the book said of a parameter before `known_until`, the day from which its correction was known, and why."""

    known_until: date
    why: str
    history: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One leaf of the law. `path` is its folder path without extension; `question` names the doubt, if there is one.

    `superseded` holds corrected histories, the oldest first; they are read only by whoever asks what was known.
    """

    path: str
    title: str
    french: str
    unit: str
    history: tuple[Block, ...]
    verified: date
    question: str | None = None
    readings: tuple[Reading, ...] = ()
    superseded: tuple[Superseded, ...] = ()

    def known_on(self, day: date) -> Parameter:
        """The parameter as the book had it on that day; itself where nothing has been corrected since."""
        for earlier in self.superseded:
            if day < earlier.known_until:
                return replace(self, history=earlier.history, superseded=())
        return self

    def block_on(self, day: date, *, reading: str | None = None) -> Block:
        """The block in force on a day, under a rival reading if one is named and the leaf has it.

        Raises LawMissing when no block covers the day.
        """
        for block in self._history_under(reading, day):
            if block.first_day <= day and (block.end_day is None or day < block.end_day):
                return block
        raise LawMissing(
            f"No law is recorded for “{self.title}” ({self.path}) on {day}. Choose a day of its history, "
            "or have the value entered with its reference.",
            parameter=self.path,
            day=day,
        )

    def covers(self, day: date, *, reading: str | None = None) -> bool:
        return any(
            b.first_day <= day and (b.end_day is None or day < b.end_day) for b in self._history_under(reading, day)
        )

    def _history_under(self, reading: str | None, day: date) -> tuple[Block, ...]:
        """The rival's history from its first day on; earlier there is no text that it reads otherwise."""
        if reading is not None:
            for rival in self.readings:
                if rival.name == reading and rival.history[0].first_day <= day:
                    return rival.history
        return self.history


def value_of(text: str, unit: str) -> Value:
    """The value that a text says in a unit: euro and ratio are Decimals, a day stays as it is written, the rest counts.

    Raises ValueError saying what is wrong with it.
    """
    if unit == "choice":
        return text
    if unit == "day":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(f"{text!r} is no day of the calendar (YYYY-MM-DD)") from None
    if unit not in {"euro", "ratio"}:
        if text.isdecimal():
            return int(text)
        raise ValueError(f"{text!r} is no whole number of {unit}")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number") from None
    if not value.is_finite() or value < 0:
        raise ValueError(f"{text!r} is no amount or ratio of the law")
    return value.quantize(CENT) if unit == "euro" else value


class Values(dict[str, T]):
    """Values in force on one day by path. Looking up what is unset raises LawUnset, what is not law LawMissing."""

    def __init__(self, values: Mapping[str, T], *, unset: frozenset[str], day: date) -> None:
        super().__init__(values)
        self.unset = unset
        self.day = day

    def __missing__(self, path: str) -> T:
        if path in self.unset:
            raise LawUnset(
                f"The value {path} exists on {self.day} but no source gives it. An administrator must enter it "
                "with its reference.",
                parameter=path,
                day=self.day,
            )
        raise LawMissing(f"No law is recorded at {path} on {self.day}.", parameter=path, day=self.day)


def blocks_of(parameters: Mapping[str, Parameter]) -> Iterator[tuple[str, Block]]:
    """Every block of every parameter, rival readings and corrected histories included, with its path."""
    for path, parameter in parameters.items():
        for block in parameter.history:
            yield path, block
        for rival in parameter.readings:
            for block in rival.history:
                yield path, block
        for earlier in parameter.superseded:
            for block in earlier.history:
                yield path, block
