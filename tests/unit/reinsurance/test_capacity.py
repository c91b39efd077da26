"""Free room is given in order, never more than there is, and a crumb is left where it is."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reinsurance.domain.capacity import FreeRoom, allocate, rounded_down, thresholds_reached

euros = st.decimals(min_value=0, max_value=10_000_000, places=2)


@given(room=st.decimals(min_value=-1_000_000, max_value=1_000_000, places=2), asked=st.lists(euros), smallest=euros)
def test_what_is_given_never_passes_the_room_nor_what_was_asked(room, asked, smallest):
    parts = allocate(room, asked, smallest=smallest)
    assert sum(part.given for part in parts) <= max(room, Decimal(0))
    assert all(part.given <= part.asked for part in parts)
    assert all(part.given in (0, part.asked) or part.given >= smallest for part in parts)


@given(room=euros, asked=st.lists(euros, min_size=1))
def test_receipts_follow_one_another_from_the_room_to_what_is_left(room, asked):
    parts = allocate(room, asked)
    assert parts[0].before == room
    assert all(earlier.after == later.before for earlier, later in pairwise(parts))
    assert parts[-1].after == room - sum(part.given for part in parts)


@given(room=euros, asked=st.lists(euros))
def test_nobody_is_served_less_because_of_somebody_behind(room, asked):
    alone = allocate(room, asked[:1])
    assert [part.given for part in allocate(room, asked)][:1] == [part.given for part in alone]


def test_below_zero_only_askers_for_nothing_pass():
    parts = allocate(Decimal(-5), [Decimal(0), Decimal(1)])
    assert [part.is_in_full for part in parts] == [True, False]


def test_nobody_asks_for_less_than_nothing():
    with pytest.raises(ValueError, match="less than nothing"):
        allocate(Decimal(5), [Decimal(-1)])


@pytest.mark.parametrize(("room", "shown"), [("9999999.99", "0.00"), ("10000000.00", "10000000.00"), ("-0.01", "0.00")])
def test_an_insurer_is_shown_whole_steps_of_ten_million(room, shown):
    assert str(rounded_down(Decimal(room))) == shown


@pytest.mark.parametrize(("room", "reached"), [("20.01", 0), ("20.00", 1), ("10.00", 2), ("5.00", 3), ("-1.00", 3)])
def test_a_threshold_is_reached_at_its_edge(room, reached):
    assert len(thresholds_reached(Decimal("100.00"), Decimal(room))) == reached


def test_a_frozen_envelope_has_nothing_to_draw():
    room = FreeRoom("domestic", Decimal(100), Decimal(-1))
    assert room.is_frozen
    assert room.drawable == 0
