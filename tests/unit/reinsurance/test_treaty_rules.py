"""Pure rules of treaties: countries covered, days they run, when a ceiling speaks up, how long room lasts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reinsurance.domain.ceiling_alerts import FROZEN, Signal, Use, crossings, signals
from reinsurance.domain.country_cover import EVERYWHERE, CountryRule, country_cover
from reinsurance.domain.exhaustion import HORIZON_DAYS, FreedOn, forecast
from reinsurance.domain.treaty import TreatyBounds, renewal_days
from reinsurance.domain.treaty_changes import FIELDS, read_change

DAY = date(2020, 6, 15)


def rule(place: str, *, covered: bool, day: date = DAY) -> CountryRule:
    is_zone = place.isdigit()
    return CountryRule(day, "" if is_zone else place, place if is_zone else "", covered)


@pytest.mark.parametrize(
    ("rules", "country", "zone", "covered"),
    [
        ([], "BR", "3", True),
        ([rule("BR", covered=False)], "BR", "3", False),
        ([rule("BR", covered=False)], "CL", "3", True),
        ([rule("BR", covered=True)], "BR", "", True),
        ([rule("BR", covered=True)], "CL", "3", False),
        ([rule("3", covered=True)], "CL", "3", True),
        ([rule("3", covered=True)], "CL", "4", False),
        ([rule("3", covered=True)], "CL", "", False),
        ([rule("3", covered=False)], "CL", "3", False),
        ([rule("3", covered=False)], "CL", "4", True),
        ([rule("3", covered=False)], "CL", "", False),
        ([rule("3", covered=False), rule("CL", covered=True)], "CL", "3", True),
        ([rule("3", covered=True), rule("CL", covered=False)], "CL", "3", False),
        ([rule("BR", covered=True), rule("BR", covered=False, day=DAY + timedelta(1))], "BR", "", True),
        ([rule("BR", covered=True, day=DAY + timedelta(1))], "CL", "", True),
    ],
)
def test_a_country_goes_before_its_zone_and_what_is_named_shuts_out_the_rest(rules, country, zone, covered):
    assert country_cover(rules, on=DAY).covers(country, zone=zone) is covered


def test_ending_the_last_country_does_not_open_the_world():
    rules = [rule("BR", covered=True), rule("BR", covered=False, day=DAY + timedelta(1))]
    cover = country_cover(rules, on=DAY + timedelta(1))
    assert not cover.covers("BR")
    assert not cover.covers("CL")
    assert EVERYWHERE.covers("CL")


def test_the_strictest_bound_ends_a_treaty():
    bounds = TreatyBounds(day=DAY, last_day=date(2020, 12, 31), months_maximum=6, years_maximum=5)
    assert bounds.latest_end(DAY) == date(2020, 12, 15)
    assert TreatyBounds(day=DAY).latest_end(DAY) is None


def test_a_treaty_of_five_years_is_renewed_four_times_and_its_end_is_no_renewal():
    days = renewal_days(DAY, date(2025, 6, 15), renewal_years=1, until=date(2030, 1, 1))
    assert days == [date(year, 6, 15) for year in (2021, 2022, 2023, 2024)]
    assert renewal_days(DAY, None, renewal_years=None, until=date(2030, 1, 1)) == []
    leap = renewal_days(date(2020, 2, 29), None, renewal_years=1, until=date(2024, 3, 1))
    assert leap[0] == date(2021, 2, 28)
    assert leap[-1] == date(2024, 2, 29)


def test_a_market_without_an_envelope_says_nothing_until_something_is_drawn():
    assert signals(Use("export", Decimal(0), Decimal(0))) == set()
    assert FROZEN in signals(Use("export", Decimal(0), Decimal("-0.01")))


@pytest.mark.parametrize(("room", "frozen"), [("0.00", False), ("-0.01", True)])
def test_a_full_envelope_is_not_frozen_and_one_cent_below_is(room, frozen):
    assert (FROZEN in signals(Use("domestic", Decimal(100), Decimal(room)))) is frozen


def test_crossings_are_told_upwards_and_taken_back_downwards():
    told = {Signal("threshold", Decimal("0.80")), Signal("threshold", Decimal("0.90")), FROZEN}
    found = crossings(Use("domestic", Decimal(100), Decimal(50)), told)
    assert [(one.signal.share, one.is_raised) for one in found] == [
        (None, False),
        (Decimal("0.90"), False),
        (Decimal("0.80"), False),
    ]


def ahead(room: str, *, asked: str = "0", draw: str = "0", freed: tuple[FreedOn, ...] = ()):
    return forecast(
        Decimal(room), asked=Decimal(asked), daily_draw=Decimal(draw), window_days=30, freed=freed, on=DAY
    ).exhausted_on


def test_room_that_just_suffices_is_not_used_up():
    assert ahead("365", draw="1") is None
    assert ahead("364.99", draw="1") == DAY + timedelta(days=HORIZON_DAYS)
    assert ahead("100", asked="100") is None
    assert ahead("100", asked="100.01") == DAY


def test_run_off_helps_on_its_day_and_not_before():
    helped = (FreedOn(DAY + timedelta(days=10), Decimal(100)),)
    assert ahead("100", draw="10", freed=helped) == DAY + timedelta(days=21)
    late = (FreedOn(DAY + timedelta(days=11), Decimal(100)),)
    assert ahead("100", draw="10", freed=late) == DAY + timedelta(days=21)
    too_late = (FreedOn(DAY + timedelta(days=12), Decimal(100)),)
    assert ahead("100", draw="10", freed=too_late) == DAY + timedelta(days=11)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("ceded_ratio", "0", "not_a_share"),
        ("ceded_ratio", "1.00000001", "not_a_share"),
        ("ceded_ratio", "0.123456789", "not_a_share"),
        ("ceded_ratio", 0.95, "not_a_number"),
        ("ceded_ratio", "NaN", "not_a_number"),
        ("ceding_commission", "-0.1", "not_a_number"),
        ("reporting_months", 2, "unknown_choice"),
        ("settlement_days", "1.5", "not_a_count"),
        ("large_loss_amount", "0", "not_an_amount"),
        ("large_loss_amount", "0.001", "not_an_amount"),
        ("cash_call_amount", True, "not_a_number"),
        ("loss_order", "excess", "unknown_choice"),
        ("first_day", "2020-02-30", "not_a_day"),
        ("reference", "x" * 201, "too_long"),
        ("reference", "", "required"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_field(field, value, code):
    given = {"treaty": "trt_1", "first_day": "2020-07-01", "ceded_ratio": "0.95", "reference": "Avenant"}
    _document, mistakes = read_change("terms", {**given, field: value})
    assert [(one.field, one.code) for one in mistakes] == [(field, code)]


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_that_no_such_change_has_is_told(kind):
    _document, mistakes = read_change(kind, {"colour": "blue"})
    assert ("colour", "unknown_field") in [(one.field, one.code) for one in mistakes]


def test_a_commission_is_never_invented():
    document, mistakes = read_change(
        "terms", {"treaty": "trt_1", "first_day": "2020-07-01", "ceded_ratio": "0.95", "reference": "A"}
    )
    assert mistakes == []
    assert (document["ceding_commission"], document["settlement_days"], document["cash_call_amount"]) == (
        "0",
        None,
        None,
    )
