"""What two people may agree about a treaty: open it, change its terms, end or prolong it, name countries.

A change comes as plain fields by name, is read into a document (what the proposal keeps and the database carries out),
and is held against the insurer's treaties and the bounds of the law. Nothing here knows which law: the bounds come in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import pycountry

from reinsurance.domain.chart import KINDS, MARKETS
from reinsurance.domain.treaty import LOSS_ORDERS, REPORTING_MONTHS, TreatyBounds

OPEN: Final = "open"
TERMS: Final = "terms"
END: Final = "end"
COUNTRY: Final = "country_amendment"
CHANGE_KINDS: Final = (OPEN, TERMS, END, COUNTRY)

Document = dict[str, Any]
_LONGEST: Final = 200
_LARGEST: Final = Decimal("1e13")
_ZONE: Final = re.compile(r"[A-Za-z0-9_-]{1,20}\Z")
_TERM_FIELDS: Final = (
    "ceded_ratio",
    "ceding_commission",
    "reporting_months",
    "settlement_days",
    "large_loss_amount",
    "cash_call_amount",
    "loss_order",
)
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    OPEN: ("reinsurer", "kind", "market", "first_day", "end_day", "reference", *_TERM_FIELDS),
    TERMS: ("treaty", "first_day", "reference", *_TERM_FIELDS),
    END: ("treaty", "end_day", "reference"),
    COUNTRY: ("treaty", "first_day", "country", "zone", "is_covered", "reference"),
}
_OPTIONAL: Final = {
    "end_day": None,
    "ceding_commission": "0",
    "reporting_months": 3,
    "settlement_days": None,
    "large_loss_amount": None,
    "cash_call_amount": None,
    "loss_order": "primary_first",
    "country": "",
    "zone": "",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a field cannot be taken: a stable code, and the facts of its sentence."""

    field: str
    code: str
    facts: Mapping[str, object] = with_default(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TreatyFacts:
    """A treaty as it stands. `latest_cover` is the last day on which something ceded under it begins."""

    public_id: str
    kind: str
    market: str
    opened_on: date
    ended_on: date | None
    terms_days: frozenset[date] = frozenset()
    amendments: frozenset[tuple[str, str, date]] = frozenset()
    latest_cover: date | None = None


def read_change(kind: str, given: Mapping[str, object]) -> tuple[Document, list[Mistake]]:
    """The document of a change, and every field that cannot be read. Ratios and amounts become text, days ISO text."""
    document: Document = {}
    mistakes = [Mistake(name, "unknown_field") for name in given if name not in FIELDS[kind]]
    for name in FIELDS[kind]:
        value = given.get(name)
        if value is None or value == "":
            if name in _OPTIONAL and not (kind == END and name == "end_day"):
                document[name] = _OPTIONAL[name]
            else:
                mistakes.append(Mistake(name, "required"))
            continue
        try:
            document[name] = _READERS[name](value)
        except _Unreadable as wrong:
            mistakes.append(Mistake(name, wrong.code, wrong.facts))
    return document, mistakes


def objections(
    kind: str, document: Document, *, treaties: Sequence[TreatyFacts], bounds: TreatyBounds | None, on: date
) -> list[Mistake]:
    """What keeps a document that could be read from being carried out on a day. `bounds`: of the day that it is about.

    `bounds` is None where the law has no say in it (`needs_bounds`).
    """
    if kind == OPEN:
        return _against_opening(document, treaties, bounds, on=on)
    treaty = next((one for one in treaties if one.public_id == document["treaty"]), None)
    if treaty is None:
        return [Mistake("treaty", "treaty_unknown")]
    if kind == TERMS:
        return _against_terms(document, treaty, bounds, on=on)
    if kind == END:
        return _against_end(document, treaty, treaties, bounds, on=on)
    return _against_country(document, treaty, on=on)


def needs_bounds(kind: str, document: Document, treaties: Sequence[TreatyFacts]) -> tuple[str, str, date] | None:
    """Kind, market and day of the law that a document must be held against; None where it has no say.

    Opening: the law of the first day. Terms: that of their first day. A prolongation: that of the first day added; to
    end earlier than agreed needs no law.
    """
    if kind == OPEN:
        return document["kind"], document["market"], date.fromisoformat(document["first_day"])
    treaty = next((one for one in treaties if one.public_id == document["treaty"]), None)
    if treaty is None or kind == COUNTRY:
        return None
    if kind == TERMS:
        return treaty.kind, treaty.market, date.fromisoformat(document["first_day"])
    if treaty.ended_on is not None and date.fromisoformat(document["end_day"]) > treaty.ended_on:
        return treaty.kind, treaty.market, treaty.ended_on
    return None


def completed(kind: str, document: Document, bounds: TreatyBounds | None) -> Document:
    """The document with what the law adds to an opening: an end where none was agreed, and the rhythm of renewal."""
    if kind != OPEN or bounds is None:
        return document
    latest = bounds.latest_end(date.fromisoformat(document["first_day"]))
    end = document["end_day"] or (None if latest is None else latest.isoformat())
    return {**document, "end_day": end, "renewal_years": bounds.renewal_years}


def carried_out(kind: str, document: Document, treaties: Sequence[TreatyFacts]) -> list[TreatyFacts]:
    """The treaties as they would stand once the document was carried out, for what comes after it in a batch."""
    if kind == OPEN:
        first, end = document["first_day"], document["end_day"]
        new = TreatyFacts(
            document["treaty"],
            document["kind"],
            document["market"],
            date.fromisoformat(first),
            None if end is None else date.fromisoformat(end),
            terms_days=frozenset({date.fromisoformat(first)}),
        )
        return [*treaties, new]
    return [_changed(kind, document, one) if one.public_id == document["treaty"] else one for one in treaties]


def _changed(kind: str, document: Document, one: TreatyFacts) -> TreatyFacts:
    terms, amendments, ended_on = one.terms_days, one.amendments, one.ended_on
    if kind == TERMS:
        terms = terms | {date.fromisoformat(document["first_day"])}
    elif kind == END:
        ended_on = date.fromisoformat(document["end_day"])
    else:
        amendments = amendments | {_place(document)}
    return TreatyFacts(
        one.public_id, one.kind, one.market, one.opened_on, ended_on, terms, amendments, one.latest_cover
    )


def _place(document: Document) -> tuple[str, str, date]:
    return document["country"], document["zone"], date.fromisoformat(document["first_day"])


def _against_opening(
    document: Document, treaties: Sequence[TreatyFacts], bounds: TreatyBounds | None, *, on: date
) -> list[Mistake]:
    first = date.fromisoformat(document["first_day"])
    agreed = document["end_day"]
    end = None if agreed is None else date.fromisoformat(agreed)
    mistakes = _against_law(document, first, end, bounds)
    if end is not None and end <= first:
        mistakes.append(Mistake("end_day", "days_out_of_order"))
    elif end is not None and end <= on:
        mistakes.append(Mistake("end_day", "day_passed", {"on": on}))
    mistakes += _overlaps(document["kind"], document["market"], first, end, treaties, field="first_day")
    return mistakes


def _against_terms(document: Document, treaty: TreatyFacts, bounds: TreatyBounds | None, *, on: date) -> list[Mistake]:
    first = date.fromisoformat(document["first_day"])
    mistakes = _inside(first, treaty, on=on)
    if first in treaty.terms_days:
        mistakes.append(Mistake("first_day", "terms_standing", {"day": first}))
    return mistakes + [one for one in _against_law(document, first, None, bounds) if one.field == "ceded_ratio"]


def _against_end(
    document: Document,
    treaty: TreatyFacts,
    treaties: Sequence[TreatyFacts],
    bounds: TreatyBounds | None,
    *,
    on: date,
) -> list[Mistake]:
    end = date.fromisoformat(document["end_day"])
    if treaty.ended_on is not None and treaty.ended_on <= on:
        return [Mistake("treaty", "treaty_ended", {"day": treaty.ended_on})]
    if end <= treaty.opened_on:
        return [Mistake("end_day", "days_out_of_order")]
    if end < on:
        return [Mistake("end_day", "day_passed", {"on": on})]
    if end == treaty.ended_on:
        return [Mistake("end_day", "nothing_changes")]
    if treaty.latest_cover is not None and treaty.latest_cover >= end:
        return [Mistake("end_day", "cover_begins_later", {"day": treaty.latest_cover})]
    mistakes: list[Mistake] = []
    if treaty.ended_on is not None and end > treaty.ended_on:
        mistakes += [one for one in _against_law({}, treaty.opened_on, end, bounds) if one.field == "end_day"]
        others = [one for one in treaties if one.public_id != treaty.public_id]
        mistakes += _overlaps(treaty.kind, treaty.market, treaty.opened_on, end, others, field="end_day")
    return mistakes


def _against_country(document: Document, treaty: TreatyFacts, *, on: date) -> list[Mistake]:
    mistakes = []
    if treaty.market != "export":
        mistakes.append(Mistake("treaty", "no_countries_at_home"))
    if bool(document["country"]) == bool(document["zone"]):
        mistakes.append(Mistake("country", "country_or_zone"))
    mistakes += _inside(date.fromisoformat(document["first_day"]), treaty, on=on)
    if _place(document) in treaty.amendments:
        mistakes.append(Mistake("first_day", "amendment_standing", {"day": document["first_day"]}))
    return mistakes


def _inside(day: date, treaty: TreatyFacts, *, on: date) -> list[Mistake]:
    """A day that a change may begin on: of the treaty, and not yet over, since what was ceded stands."""
    if treaty.ended_on is not None and day >= treaty.ended_on:
        return [Mistake("first_day", "treaty_ended", {"day": treaty.ended_on})]
    if day < treaty.opened_on:
        return [Mistake("first_day", "before_opening", {"day": treaty.opened_on})]
    if day < on:
        return [Mistake("first_day", "day_passed", {"on": on})]
    return []


def _against_law(document: Document, first: date, end: date | None, bounds: TreatyBounds | None) -> list[Mistake]:
    if bounds is None:
        return []
    mistakes = [Mistake(name, "law_missing", {"told": told}) for name, told in bounds.missing.items()]
    most = bounds.ceded_ratio_maximum
    if most is not None and "ceded_ratio" in document and Decimal(document["ceded_ratio"]) > most:
        mistakes.append(Mistake("ceded_ratio", "above_legal_bound", {"maximum": most, "day": bounds.day}))
    latest = bounds.latest_end(first)
    if latest is not None and end is not None and end > latest:
        mistakes.append(Mistake("end_day", "beyond_legal_window", {"latest": latest, "day": bounds.day}))
    if latest is not None and first >= latest:
        mistakes.append(Mistake("first_day", "beyond_legal_window", {"latest": latest, "day": bounds.day}))
    return mistakes


def _overlaps(
    kind: str, market: str, first: date, end: date | None, treaties: Sequence[TreatyFacts], *, field: str
) -> list[Mistake]:
    for one in treaties:
        if (one.kind, one.market) != (kind, market):
            continue
        begins_before_its_end = one.ended_on is None or first < one.ended_on
        if begins_before_its_end and (end is None or one.opened_on < end):
            return [Mistake(field, "treaty_overlaps", {"treaty": one.public_id})]
    return []


class _Unreadable(Exception):
    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def _text(value: object) -> str:
    text = str(value).strip()
    if len(text) > _LONGEST:
        raise _Unreadable("too_long", most=_LONGEST)
    return text


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise _Unreadable("not_a_day") from None
    if not 1900 <= day.year < 2100:
        raise _Unreadable("not_a_day")
    return day.isoformat()


def _number(value: object) -> Decimal:
    # A binary fraction is not what the treaty says; whole numbers are.
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _Unreadable("not_a_number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _Unreadable("not_a_number") from None
    if not number.is_finite() or number < 0 or number > _LARGEST:
        raise _Unreadable("not_a_number")
    return number


def _share(value: object, *, lowest_excluded: bool) -> str:
    number = _number(value)
    if number > 1 or (lowest_excluded and number == 0) or number != number.quantize(Decimal("0.00000001")):
        raise _Unreadable("not_a_share")
    return format(number, "f")


def _amount(value: object) -> str:
    number = _number(value)
    if number == 0 or number != number.quantize(Decimal("0.01")):
        raise _Unreadable("not_an_amount")
    return format(number.quantize(Decimal("0.01")), "f")


def _count(value: object, *, among: Sequence[int] | None = None) -> int:
    number = _number(value)
    if number != number.to_integral_value() or number > 3650:
        raise _Unreadable("not_a_count")
    if among is not None and int(number) not in among:
        raise _Unreadable("unknown_choice", known=", ".join(map(str, among)))
    return int(number)


def _one_of(value: object, *, among: Sequence[str]) -> str:
    if value not in among:
        raise _Unreadable("unknown_choice", known=", ".join(among))
    return str(value)


def _country(value: object) -> str:
    text = _text(value)
    if len(text) != 2 or pycountry.countries.get(alpha_2=text) is None:
        raise _Unreadable("not_a_country")
    return text


def _zone(value: object) -> str:
    text = _text(value)
    if not _ZONE.match(text):
        raise _Unreadable("not_a_zone")
    return text


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unreadable("not_a_flag")
    return value


_READERS: Final[dict[str, Any]] = {
    "treaty": _text,
    "reinsurer": _text,
    "reference": _text,
    "kind": lambda value: _one_of(value, among=KINDS),
    "market": lambda value: _one_of(value, among=MARKETS),
    "first_day": _day,
    "end_day": _day,
    "ceded_ratio": lambda value: _share(value, lowest_excluded=True),
    "ceding_commission": lambda value: _share(value, lowest_excluded=False),
    "reporting_months": lambda value: _count(value, among=REPORTING_MONTHS),
    "settlement_days": _count,
    "large_loss_amount": _amount,
    "cash_call_amount": _amount,
    "loss_order": lambda value: _one_of(value, among=LOSS_ORDERS),
    "country": _country,
    "zone": _zone,
    "is_covered": _flag,
}
