"""Headroom applied to the facts gives exactly what it promised, and nothing smaller of the same kind would."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.domain import engine, headroom
from tests.properties.requests import BOOK, requests, small_amounts

CENT = Decimal("0.01")
A_HUNDREDTH_OF_A_POINT = Decimal("0.0001")


def decide(case):
    return engine.decide(case, BOOK.under(case.day, tuple(sorted(case.readings.items()))))


def granted(judged):
    return judged.granted or Decimal(0)


@st.composite
def tight_requests(draw):
    """Requests that something holds down: a young buyer, a probability off the window, little room, a long credit."""
    case = draw(requests(complete=True, day=st.dates(date(2020, 4, 15), date(2021, 12, 30))))
    buyer = msgspec.structs.replace(
        case.buyer,
        created_on=draw(st.sampled_from((date(2010, 1, 1), date(2018, 12, 20), date(2019, 2, 28), date(2020, 2, 29)))),
        default_probability=draw(st.sampled_from(("0.01", "0.02", "0.04", "0.06", "0.09")).map(Decimal)),
    )
    sale = msgspec.structs.replace(
        case.sale, payment_days=draw(st.sampled_from((60, 360, 361, 400))), french_share=Decimal("0.25")
    )
    if draw(st.booleans()):
        sale = msgspec.structs.replace(sale, french_share=Decimal("0.19"))
    capacity = case.capacity
    if draw(st.booleans()):
        free = draw(small_amounts)
        frees = tuple((case.day + timedelta(days=days), amount) for days, amount in draw(_releases()))
        capacity = msgspec.structs.replace(capacity, free=free, frees=frees)
    buyer = buyer if buyer.created_on <= case.day else case.buyer
    readings = draw(st.sampled_from(({}, {"fixed_maximum_2021": "doubled"})))
    return msgspec.structs.replace(case, buyer=buyer, sale=sale, capacity=capacity, readings=readings)


def _releases():
    return st.lists(st.tuples(st.integers(1, 60), small_amounts), max_size=3).map(
        lambda pairs: sorted(pairs, key=lambda pair: pair[0])
    )


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
                # The smallest primary from which need and complement meet; the ceiling may hold it down still.
                assert instead.outcome != "grant" or then.outcome != "grant", room.changed
            else:
                assert granted(instead) < granted(then) or instead.maximum != then.maximum, room.changed


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
