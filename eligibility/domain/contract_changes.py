"""A change to a contractual table as somebody proposes it: is each row right, and which columns does it make?

Seven kinds: scale, grid, country, zone, tariff, reading (a chosen reading) and value (a legal value on days on which
the shipped law is unset or silent). Every mistake of every row is named by its field; nothing is repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from eligibility.domain import tables
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import CONFIDENCES, Block, Parameter, value_of
from eligibility.domain.proposed_fields import Mistake, ProposedFields
from eligibility.domain.tables import DEFAULT_READING, UNSET

KINDS: Final = ("scale", "grid", "country", "zone", "tariff", "reading", "value")
ZONES: Final = (1, 2, 3, 4)
CATEGORIES: Final = {"domestic": (1, 2), "export": (1, 2, 3)}
LONGEST_SOURCE: Final = 400


@dataclass(frozen=True, slots=True)
class Ground:
    """What a proposed row is held against: whose it is, the law book that it would join, scales of the same batch."""

    insurer: str
    book: LawBook
    scales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def ground_of(insurer: str, book: LawBook, batch: Sequence[tuple[str, Mapping[str, object]]]) -> Ground:
    """The ground of a batch of rows with their kinds: a grid may rest on a scale that is proposed beside it."""
    scales = {row.insurer: tables.grades_of(row.grades) for row in book.contracts.scales}
    for kind, given in batch:
        if kind == "scale":
            grades = given.get("grades")
            try:
                scales[insurer] = tables.grades_of(grades) if isinstance(grades, str) else ()
            except ValueError:
                continue
    return Ground(insurer, book, scales)


def read_row(kind: str, given: Mapping[str, object], ground: Ground) -> tuple[dict[str, Any], list[Mistake]]:
    """The columns of a proposed row as plain JSON values, and every mistake in it.

    `given` holds the columns by name as a form or a file gives them: text, whole numbers, days. Raises KeyError for a
    kind that is none of KINDS.
    """
    read = ProposedFields(given)
    _READERS[kind](read, ground)
    _days_and_source(read, needs_address=kind != "reading")
    read.no_others()
    return read.columns, read.mistakes


def _scale(read: ProposedFields, ground: Ground) -> None:
    read.same("insurer_code", ground.insurer, code="not_yours")
    grades = read.grades("grades")
    if len(set(grades)) != len(grades):
        read.refuse("grades", "grade_twice", grade=next(g for g in grades if grades.count(g) > 1))


def _grid(read: ProposedFields, ground: Ground) -> None:
    read.same("insurer_code", ground.insurer, code="not_yours")
    market = read.one_of("market", tables.MARKETS)
    scale = ground.scales.get(ground.insurer, ())
    grades = read.grades("grades")
    strange = [grade for grade in grades if grade not in scale]
    if strange and not read.refused("grades"):
        read.refuse("grades", "grade_not_on_scale", grade=strange[0], scale=", ".join(scale))
    read.whole("category", among=CATEGORIES.get(market, (1, 2, 3)))
    read.amount("maximum", optional=True)
    read.same("currency", "EUR", code="unknown_choice")
    read.one_of("referred_to", tables.AUTHORITIES, optional=True)
    question, reading = read.text("question", optional=True), read.text("reading", optional=True)
    if bool(question) != bool(reading):
        read.refuse("reading" if question else "question", "required")


def _country(read: ProposedFields, _: Ground) -> None:
    read.country("country")
    read.one_of("status", tables.COUNTRY_STATUSES)
    read.one_of("referred_to", tables.AUTHORITIES, optional=True)
    read.truth("is_assumed")


def _zone(read: ProposedFields, _: Ground) -> None:
    read.country("country")
    read.whole("zone", among=ZONES)


def _tariff(read: ProposedFields, _: Ground) -> None:
    read.one_of("product", tables.PRODUCTS)
    read.rate("quarterly_rate")
    read.whole("category", among=(1, 2, 3), optional=True)
    read.whole("zone", among=ZONES, optional=True)
    read.whole("longest_payment_days", optional=True)
    read.truth("is_illustrative")


def _reading(read: ProposedFields, ground: Ground) -> None:
    known = ground.book.readings
    question = read.one_of("question", tuple(known))
    if question in known:
        read.one_of("reading", (DEFAULT_READING, *known[question]))
    else:
        read.text("reading")
    read.text("reason", longest=2_000)


def _value(read: ProposedFields, ground: Ground) -> None:
    path = read.text("path")
    text = read.text("value")
    read.one_of("confidence", CONFIDENCES)
    parameter = ground.book.parameters.get(path)
    if parameter is None:
        if path:
            read.refuse("path", "unknown_path", path=path)
        return
    if text and text != UNSET:
        _value_in_unit(read, text, parameter)
    _only_where_law_is_silent(read, parameter)


def _value_in_unit(read: ProposedFields, text: str, parameter: Parameter) -> None:
    try:
        value = value_of(text, parameter.unit)
    except ValueError:
        read.refuse("value", "not_in_unit", value=text, unit=parameter.unit)
        return
    if parameter.unit == "choice":
        # A word that no rule knows would be law that nobody can apply.
        known = sorted({str(block.value) for block in _all_blocks(parameter) if block.value is not None})
        if value not in known:
            read.refuse("value", "unknown_choice", value=text, known=", ".join(known))
    if parameter.unit == "ratio" and isinstance(value, Decimal) and value > 1 and not _multiple(parameter):
        read.refuse("value", "not_in_unit", value=text, unit=parameter.unit)


def _only_where_law_is_silent(read: ProposedFields, parameter: Parameter) -> None:
    first, end = read.day("first_day"), read.day("end_day", optional=True)
    if first is None or (end is not None and end <= first):
        return
    for block in parameter.history:
        if block.state != UNSET and _meet(first, end, block):
            code = "law_has_ended" if block.state == "none" else "law_says_otherwise"
            since = max(first, block.first_day).isoformat()
            told = str(block.value) if block.value is not None else ""
            read.refuse("first_day", code, path=parameter.path, day=since, value=told, source=block.reference.text)
            return


def _meet(first: date, end: date | None, block: Block) -> bool:
    return (end is None or block.first_day < end) and (block.end_day is None or first < block.end_day)


def _all_blocks(parameter: Parameter) -> list[Block]:
    return [*parameter.history, *(block for rival in parameter.readings for block in rival.history)]


def _multiple(parameter: Parameter) -> bool:
    """Whether the law itself writes ratios above one here: a multiple of the primary guarantee, not a share."""
    return any(isinstance(block.value, Decimal) and block.value > 1 for block in _all_blocks(parameter))


def _days_and_source(read: ProposedFields, *, needs_address: bool) -> None:
    first, end = read.day("first_day"), read.day("end_day", optional=True)
    if first is not None and end is not None and end <= first:
        read.refuse("end_day", "ends_before_it_begins", first_day=first.isoformat(), end_day=end.isoformat())
    read.text("reference_text", longest=LONGEST_SOURCE)
    address = read.text("reference_url", longest=LONGEST_SOURCE, optional=not needs_address)
    if address and not address.startswith("https://"):
        read.refuse("reference_url", "not_an_address", value=address)
    read.day("published", optional=True)


_READERS: Final[dict[str, Callable[[ProposedFields, Ground], None]]] = {
    "scale": _scale,
    "grid": _grid,
    "country": _country,
    "zone": _zone,
    "tariff": _tariff,
    "reading": _reading,
    "value": _value,
}
