"""The chart refuses what has no sense, orders refuse what cannot be meant, shares sum to the whole."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capweb.kernel.periods import nth_term
from reinsurance.domain.cession import Amendment, CededRisk, CessionOrder, Ending, HoldOrder, shares_of
from reinsurance.domain.chart import (
    CAPACITY_CLASSES,
    CODES_BY_ENTRY_KIND,
    DISBURSEMENT_CLASSES,
    MARKET_CLASSES,
    MEMORANDUM_CLASSES,
    PAIRS,
    PLATFORM_CODES,
    TREATY_CLASSES,
)
from reinsurance.domain.closing import quarter_of
from reinsurance.domain.transfer import Account, NewEntry, NewTransfer
from reinsurance.domain.treaty import treaty_year

ENVELOPE, LIVE, RUN_OFF = Account(1, "envelope"), Account(2, "live"), Account(3, "run_off")
DAY = date(2020, 6, 15)
ORDER = CessionOrder(
    source_key="a",
    kind="substitution",
    market="domestic",
    risk=CededRisk(
        guarantee_id="gar_1",
        product="cap_plus",
        policy_number="P1",
        policyholder_id="732829320",
        policyholder_name="Ateliers Durand",
        buyer_id="552100554",
        buyer_name="Garage Martin",
        buyer_country="FR",
    ),
    term=nth_term(DAY, 0, months=3),
    amount=Decimal("100000.00"),
    premium=Decimal("875.00"),
    premium_rate=Decimal("0.00875"),
    is_illustrative=False,
)


def test_every_code_has_its_place_in_some_entry():
    assert {pair.code for pair in PAIRS} == set().union(*CODES_BY_ENTRY_KIND.values())


def test_every_class_of_the_chart_is_moved_by_some_pair():
    moved = {pair.debit_class for pair in PAIRS} | {pair.credit_class for pair in PAIRS}
    assert moved == {*MARKET_CLASSES, *TREATY_CLASSES, *DISBURSEMENT_CLASSES, *MEMORANDUM_CLASSES}


def test_only_the_platform_brings_room_from_the_authority_or_reserves_it():
    shared = {"authority", "envelope", "allotment"}
    assert {pair.code for pair in PAIRS if {pair.debit_class, pair.credit_class} <= shared} == {
        "authorised",
        "law_reduced",
        "allotted",
        "allotment_returned",
    }
    assert {pair.code for pair in PAIRS if {pair.debit_class, pair.credit_class} <= shared} < PLATFORM_CODES


def test_what_may_be_done_with_the_envelope_may_be_done_with_the_part_reserved_to_a_treaty():
    drawn = {
        capacity: {
            (pair.code, pair.state, pair.debit_class == capacity)
            for pair in PAIRS
            if capacity in (pair.debit_class, pair.credit_class)
            and {pair.debit_class, pair.credit_class} & {"live", "run_off"}
        }
        for capacity in CAPACITY_CLASSES
    }
    assert drawn["envelope"] == drawn["allotment"]


def test_the_cash_book_and_the_exposure_book_never_meet():
    exposure = {"authority", "envelope", "allotment", "live", "run_off"}
    assert all((pair.debit_class in exposure) == (pair.credit_class in exposure) for pair in PAIRS)


@pytest.mark.parametrize(
    ("debit", "credit", "code", "state", "pending"),
    [
        (LIVE, ENVELOPE, "ceded", "posted", None),
        (ENVELOPE, LIVE, "hold", "posted", None),
        (RUN_OFF, LIVE, "reduced", "posted", None),
        (ENVELOPE, LIVE, "hold_posted", "post", None),
        (ENVELOPE, LIVE, "ceded", "posted", 7),
    ],
)
def test_a_senseless_transfer_cannot_be_made(debit, credit, code, state, pending):
    with pytest.raises(ValueError, match=r"no such movement|names the hold"):
        NewTransfer(debit, credit, code, Decimal(1), state=state, pending_id=pending)


def test_a_transfer_moves_more_than_nothing():
    with pytest.raises(ValueError, match="more than nothing"):
        NewTransfer(ENVELOPE, LIVE, "ceded", Decimal(0))


def test_an_entry_holds_only_codes_of_its_kind():
    transfer = NewTransfer(ENVELOPE, LIVE, "ceded", Decimal(1))
    with pytest.raises(ValueError, match="does not hold"):
        NewEntry("ending", "end:a", 1, (transfer,))


@given(
    amount=st.decimals(min_value="0.01", max_value=10_000_000, places=2),
    premium=st.decimals(min_value=0, max_value=100_000, places=2),
    ratio=st.decimals(min_value="0.01", max_value=1, places=4),
)
def test_ceded_and_kept_sum_to_the_whole(amount, premium, ratio):
    shares = shares_of(amount=amount, premium=premium, ceded_ratio=ratio, ceding_commission=Decimal("0.2"))
    assert shares.ceded_amount + shares.kept_amount == amount
    assert shares.ceded_premium + shares.kept_premium == premium
    assert 0 <= shares.commission <= shares.ceded_premium


@pytest.mark.parametrize(("ratio", "commission"), [("0", "0"), ("1.01", "0"), ("0.95", "1.01"), ("0.95", "-0.01")])
def test_a_share_is_a_share_of_one(ratio, commission):
    with pytest.raises(ValueError, match="shares of one"):
        shares_of(
            amount=Decimal(1), premium=Decimal(1), ceded_ratio=Decimal(ratio), ceding_commission=Decimal(commission)
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": Decimal("0.00")},
        {"amount": Decimal("-1.00")},
        {"amount": Decimal("1.001")},
        {"premium": Decimal("NaN")},
        {"premium_credited": Decimal("1.00")},
    ],
)
def test_an_order_that_cannot_be_meant_is_not_made(changed):
    with pytest.raises(ValueError, match=r"whole cents|not ceded|is credited"):
        replace(ORDER, **changed)


def test_a_hold_is_not_negative():
    with pytest.raises(ValueError, match="not negative"):
        HoldOrder(source_key="o", market="domestic", kind="complement", increment_amount=Decimal("-0.01"))


def test_an_amendment_to_nothing_is_an_ending_and_run_off_has_a_last_day():
    with pytest.raises(ValueError, match="is ended"):
        Amendment(cession_id=1, amount=Decimal(0), effective_on=DAY, run_off_until=DAY)
    with pytest.raises(ValueError, match="run_off_until"):
        Amendment(cession_id=1, amount=Decimal(1), effective_on=DAY)


def test_run_off_does_not_end_before_the_cover():
    with pytest.raises(ValueError, match="before the cover"):
        Ending(cession_id=1, effective_on=DAY, run_off_until=date(2020, 6, 14))


@pytest.mark.parametrize(
    ("first_day", "opened_on", "year"),
    [
        (date(2020, 4, 15), date(2020, 4, 15), 2020),
        (date(2021, 4, 14), date(2020, 4, 15), 2020),
        (date(2021, 4, 15), date(2020, 4, 15), 2021),
        (date(2021, 2, 28), date(2020, 2, 29), 2021),
        (date(2021, 2, 27), date(2020, 2, 29), 2020),
    ],
)
def test_a_treaty_year_begins_on_the_anniversary(first_day, opened_on, year):
    assert treaty_year(first_day, opened_on=opened_on) == year


def test_quarters_tile_the_year():
    quarters = [quarter_of(date(2020, month, 1)) for month in (1, 4, 7, 10)]
    assert all(earlier.end == later.first for earlier, later in pairwise(quarters))
    assert quarter_of(date(2020, 12, 31)).end == date(2021, 1, 1)
