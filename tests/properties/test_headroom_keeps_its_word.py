"""Headroom applied to the facts gives exactly what it promised, and nothing smaller of the same kind would."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.domain import engine, facts, headroom
from tests.properties.requests import BOOK, fair_amounts, requests, small_amounts

CENT = Decimal("0.01")
A_HUNDREDTH_OF_A_POINT = Decimal("0.0001")


def decide(case):
    return engine.decide(case, BOOK.under(case.day, tuple(sorted(case.readings.items()))))


def granted(judged):
    return judged.granted or Decimal(0)


DEFECTS = {
    "young": lambda draw, case: _with(case, "buyer", created_on=case.day - timedelta(days=draw(st.integers(0, 729)))),
    "unlikely": lambda draw, case: _with(case, "buyer", default_probability=Decimal("0.0123")),
    "likely": lambda draw, case: _with(case, "buyer", default_probability=Decimal("0.0789")),
    "grade": lambda draw, case: _with(
        case, "buyer", grade=draw(st.sampled_from(BOOK.on(case.day).scales[case.insurer]))
    ),
    "long credit": lambda draw, case: _with(case, "sale", payment_days=draw(st.integers(361, 500))),
    "foreign": lambda draw, case: _with(case, "sale", french_share=Decimal("0.1234")),
    "full": lambda draw, case: _with(
        case, "capacity", free=draw(st.one_of(fair_amounts, small_amounts)), frees=draw(_releases(case.day))
    ),
}


@st.composite
def tight_requests(draw):
    """Requests that would be granted but for one or two things: a young buyer, little room, a long credit …"""
    case = draw(requests(complete=True, day=st.dates(date(2020, 4, 15), date(2021, 12, 30))))
    scale = list(BOOK.on(case.day).grids[case.insurer, case.market])
    case = _with(case, "buyer", created_on=date(2000, 1, 1), grade=draw(st.sampled_from(scale)))
    case = _with(case, "sale", payment_days=60, french_share=Decimal("0.45"))
    case = _with(case, "policyholder", turnover=Decimal("5000000.00"))
    case = msgspec.structs.replace(case, capacity=facts.Capacity(), readings={"fixed_maximum_2021": "doubled"})
    if case.asks_for_complement:
        # Something was lost, and as much again is wanted.
        lost = draw(fair_amounts)
        before = case.primary.amount + lost
        case = _with(case, "primary", amount_before=before)
        case = msgspec.structs.replace(case, requested_total=before)
    for name in draw(st.lists(st.sampled_from(sorted(DEFECTS)), max_size=2, unique=True)):
        case = DEFECTS[name](draw, case)
    return case


def _with(case, part, **values):
    return msgspec.structs.replace(case, **{part: msgspec.structs.replace(getattr(case, part), **values)})


def _releases(day):
    """Run-off that comes back on later days."""
    one = st.tuples(st.integers(1, 60).map(lambda later: day + timedelta(days=later)), small_amounts)
    return st.lists(one, max_size=3, unique_by=lambda pair: pair[0]).map(lambda found: tuple(sorted(found)))


def rooms_of(case):
    return headroom.of(case, BOOK.under(case.day, tuple(sorted(case.readings.items()))))


@settings(max_examples=150)
@given(tight_requests())
def test_what_headroom_promises_is_what_is_then_allowed(case):
    now = decide(case)
    for room in rooms_of(case):
        then = decide(headroom.applied(case, room.changed))
        assert then.outcome in ("grant", "grant_reduced")
        assert then.maximum == room.maximum
        assert granted(then) > granted(now)


@settings(max_examples=150)
@given(tight_requests())
def test_nothing_smaller_of_the_same_kind_would_do(case):
    for room in rooms_of(case):
        then = decide(headroom.applied(case, room.changed))
        for less in smaller(case, room.changed):
            instead = decide(less)
            if "primary.amount" in room.changed:
                # The smallest primary from which need and complement meet, save where the ceiling holds it down still.
                assert case.capacity.free is not None or then.outcome == "grant"
                assert instead.outcome != "grant" or then.outcome != "grant", room.changed
            elif "buyer.grade" in room.changed:
                assert granted(instead) < granted(then) or instead.maximum != then.maximum, room.changed
            else:
                assert granted(instead) < granted(then), room.changed


@given(tight_requests())
def test_who_gets_the_need_has_no_headroom(case):
    assert decide(case).outcome not in ("grant", "no_need") or rooms_of(case) == ()


def smaller(case, change):
    """The change with one of its parts one step nearer to the facts as they are."""
    for path, value in change.items():
        step = _one_step_less(path, value, change)
        if step is not None:
            yield headroom.applied(case, {**change, path: step})
        elif path == "buyer.grade":
            yield from _nearer_grades(case, change, value)
        elif path == "day":
            yield _on_the_day_before(case, change)


def _one_step_less(path, value, change):
    """A step towards what the case has; the room of a later day follows from the day and is no step of its own."""
    if path == "primary.amount" or (path == "capacity.free" and "day" not in change):
        return value - CENT
    if path == "sale.payment_days":
        return value + 1
    if path == "sale.french_share":
        return value - A_HUNDREDTH_OF_A_POINT
    if path == "buyer.default_probability":
        return value + (A_HUNDREDTH_OF_A_POINT if value > Decimal("0.04") else -A_HUNDREDTH_OF_A_POINT)
    return None


def _nearer_grades(case, change, grade):
    """Every grade between the buyer's own and the one named."""
    scale = BOOK.on(case.day).scales[case.insurer]
    own, named = scale.index(case.buyer.grade), scale.index(grade)
    low, high = sorted((own, named))
    for between in scale[low + 1 : high]:
        yield headroom.applied(case, {**change, "buyer.grade": between})


def _on_the_day_before(case, change):
    day = change["day"] - timedelta(days=1)
    before = {**change, "day": day}
    if "capacity.free" in change and case.capacity.free is not None:
        back = sum((amount for on, amount in case.capacity.frees if on <= day), Decimal(0))
        before["capacity.free"] = case.capacity.free + back
    return headroom.applied(case, before)


def refused(market, insurer, **buyer):
    """A refusal of 600 000 in June 2020 of a buyer that would be covered but for what is given."""
    return facts.from_document(
        {
            "day": date(2020, 6, 15),
            "insurer": insurer,
            "market": market,
            "trigger": {"kind": "refusal", "notified_on": date(2020, 6, 1)},
            "policyholder": {"country": "FR", "turnover": 5_000_000, "factor": False},
            "policy": {"insured_ratio": "0.90", "limits_set_by": "insurer", "disbursed_this_year": 0},
            "buyer": {
                "country": "FR" if market == "domestic" else "MA",
                "created_on": date(2000, 1, 1),
                "turnover": 1_000_000,
                "balance_sheet": 1_000_000,
                "headcount": 10,
                "default_probability": "0.04",
                "insolvent": False,
                **buyer,
            },
            "primary": {"amount": 0},
            "requested_total": 600_000,
            "sale": {"payment_days": 60, "french_share": "0.45", "currency": "EUR"},
        }
    )


@pytest.mark.parametrize(("insurer", "market"), sorted(BOOK.on(date(2020, 6, 15)).grids))
def test_the_grade_that_is_named_is_the_nearest_of_its_category(insurer, market):
    named = 0
    for grade in BOOK.on(date(2020, 6, 15)).scales[insurer]:
        case = refused(market, insurer, grade=grade)
        for room in (room for room in rooms_of(case) if room.changed.keys() == {"buyer.grade"}):
            named += 1
            nearer = [decide(less) for less in _nearer_grades(case, room.changed, room.changed["buyer.grade"])]
            assert room.maximum not in [judged.maximum for judged in nearer if granted(judged)], (grade, room.changed)
    assert named


@pytest.mark.parametrize("market", ["domestic", "export"])
@pytest.mark.parametrize("days_old", [0, 1, 28, 365, 366, 500, 728, 729])
def test_the_day_that_is_named_for_a_young_buyer_is_the_first(market, days_old):
    """Its second birthday: 729 days are one day too few for a buyer of 16 June 2018, with the leap day between."""
    born = date(2020, 6, 15) - timedelta(days=days_old)
    case = msgspec.structs.replace(
        refused(market, "coface", grade="5", created_on=born), readings={"fixed_maximum_2021": "doubled"}
    )
    days = [room.changed["day"] for room in rooms_of(case) if room.changed.keys() == {"day"}]
    is_open = market == "export" or born <= date(2019, 12, 30)
    assert days == ([born.replace(year=born.year + 2)] if is_open else [])
