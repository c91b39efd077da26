"""A cession is corrected after claims were paid on it: they stand as if the correction had come first (D-39)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting
from capweb.audit.models import TrailEntry
from reinsurance.commands import claim_refusals as refused
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.commands.cede_recoveries import cede_recoveries
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.commands.recut_claims import recut_claims
from reinsurance.domain.cession import Amendment
from reinsurance.domain.claim import CorrectionOrder, DisbursementOpening, IndemnityOrder, RecoveryOrder, ReserveOrder
from reinsurance.models import ClaimMovement
from reinsurance.queries.claim_book import claim_positions
from reinsurance.queries.claims_anew import ceded_of_movements
from reinsurance.queries.disbursements import disbursement_years
from reinsurance.queries.verification import verify_ledger
from tests.books import open_books, order
from tests.cast import OPENING_DAY

pytestmark = pytest.mark.usefixtures("committed")
PAID_ON = date(2020, 11, 2)
KNOWN_ON = date(2020, 11, 20)


@pytest.fixture
def accountant(committed, cast):
    open_books(cast)
    return cast.actor(role="reinsurance_accountant")


@pytest.fixture
def ceded(accountant):
    """A substitution of 100,000, of which 95 % are ceded."""
    with acting(accountant):
        return cede(accountant, [order("a")], on=OPENING_DAY)[0].cession_id


def paid(actor, key, cession, amount, *, claim="SIN-1", **more):
    given = IndemnityOrder(
        source_key=key, effective_on=PAID_ON, cession_id=cession, claim_reference=claim, amount=Decimal(amount), **more
    )
    with acting(actor):
        return cede_claims(actor, [given], on=PAID_ON)[0]


def recovered(actor, key, cession, amount, *, claim="SIN-1"):
    given = RecoveryOrder(
        source_key=key, effective_on=PAID_ON, cession_id=cession, claim_reference=claim, received=Decimal(amount)
    )
    with acting(actor):
        return cede_recoveries(actor, [given], on=PAID_ON)[0]


def reserved(actor, key, cession, level, *, claim="SIN-1"):
    given = ReserveOrder(
        source_key=key, effective_on=PAID_ON, cession_id=cession, claim_reference=claim, level=Decimal(level)
    )
    with acting(actor):
        return cede_claims(actor, [given], on=PAID_ON)[0]


def taken_back(actor, key, corrects, amount=None):
    given = CorrectionOrder(
        source_key=key, effective_on=PAID_ON, corrects=corrects, amount=None if amount is None else Decimal(amount)
    )
    with acting(actor):
        return cede_claims(actor, [given], on=KNOWN_ON)[0]


def corrected(actor, cession, amount):
    """The cession corrected, and what fell anew because of it."""
    right = Amendment(cession_id=cession, amount=Decimal(amount), effective_on=OPENING_DAY, is_correction=True)
    with acting(actor):
        amend_cessions(actor, [right], on=KNOWN_ON)
        return recut_claims(actor, [cession], on=KNOWN_ON)


def stands(actor, cession, claim="SIN-1"):
    with acting(actor):
        return claim_positions(actor, actor.insurer_id, [cession])[cession, claim]


def parts(carried, excess, ceded):
    return Decimal(carried), Decimal(excess), Decimal(ceded)


def of(falls):
    return falls.carried, falls.excess, falls.ceded


def movements(actor):
    with acting(actor):
        return list(ClaimMovement.objects.order_by("id").values_list("source_key", flat=True))


@pytest.fixture(autouse=True)
def books_agree(committed):
    yield
    found = verify_ledger()
    assert found.agrees, [check for check in found.checks if check.differences]


def test_what_was_paid_before_is_ceded_up_to_what_the_right_fact_allowed(accountant, ceded):
    assert paid(accountant, "i1", ceded, "90000.00").ceded_amount == Decimal("85500.00")
    back, again = corrected(accountant, ceded, "50000.00")
    assert (back.source_key, back.is_reversal, back.ceded_amount) == ("i1/right-1/back", True, Decimal("85500.00"))
    assert (again.source_key, again.amount, again.excess_amount) == ("i1/right-1", Decimal("50000"), Decimal("40000"))
    assert of(stands(accountant, ceded).paid) == parts("50000.00", "40000.00", "47500.00")
    with acting(accountant):
        rows = ClaimMovement.objects.filter(source_key__startswith="i1/right-1")
        assert set(rows.values_list("effective_on", "booked_on")) == {(PAID_ON, KNOWN_ON)}
        first = ClaimMovement.objects.get(source_key="i1").public_id
        assert ceded_of_movements(accountant, [first]) == {first: Decimal("47500.00")}


def test_each_claim_that_fell_anew_is_told_with_what_was_and_is_ceded(accountant, ceded):
    paid(accountant, "i1", ceded, "40000.00", claim="SIN-1")
    paid(accountant, "i2", ceded, "50000.00", claim="SIN-2")
    corrected(accountant, ceded, "50000.00")
    with acting(accountant):
        (told,) = TrailEntry.objects.filter(action="claim.ceded_anew")
    assert (told.subject, told.was["ceded"], told.became["ceded"]) == ("SIN-2", "47500.00", "9500.00")


def test_payments_over_the_right_amount_fall_in_the_order_in_which_they_were_booked(accountant, ceded):
    paid(accountant, "i1", ceded, "20000.00")
    paid(accountant, "i2", ceded, "40000.00", claim="SIN-2")
    paid(accountant, "i3", ceded, "30000.00")
    corrected(accountant, ceded, "50000.00")
    assert of(stands(accountant, ceded, "SIN-2").paid) == parts("30000.00", "10000.00", "28500.00")
    assert of(stands(accountant, ceded).paid) == parts("20000.00", "30000.00", "19000.00")
    assert "i1/right-1" not in movements(accountant)


def test_what_the_right_amount_carries_whole_is_left_alone(accountant, ceded):
    paid(accountant, "i1", ceded, "50000.00")
    recovered(accountant, "r1", ceded, "10000.00")
    assert corrected(accountant, ceded, "50000.00") == []
    assert movements(accountant) == ["i1", "r1"]


def test_what_came_back_falls_in_the_proportion_in_which_is_paid_now(accountant, ceded):
    paid(accountant, "i1", ceded, "90000.00")
    recovered(accountant, "r1", ceded, "45000.00")
    corrected(accountant, ceded, "50000.00")
    position = stands(accountant, ceded)
    assert of(position.paid) == parts("50000.00", "40000.00", "47500.00")
    assert of(position.recovered) == parts("25000.00", "20000.00", "23750.00")
    recovered(accountant, "r2", ceded, "45000.00")
    assert of(stands(accountant, ceded).outstanding) == parts("0.00", "0.00", "0.00")


def test_what_came_back_is_taken_back_first_though_its_own_parts_are_the_same(accountant, ceded):
    paid(accountant, "i1", ceded, "90000.00")
    recovered(accountant, "r1", ceded, "0.01")
    receipts = corrected(accountant, ceded, "50000.00")
    assert [one.source_key for one in receipts][:2] == ["r1/right-1/back", "i1/right-1/back"]
    assert of(stands(accountant, ceded).recovered) == parts("0.01", "0.00", "0.01")


def test_a_claim_stands_as_if_the_correction_had_come_first(accountant):
    with acting(accountant):
        late, early = (one.cession_id for one in cede(accountant, [order("a"), order("b")], on=OPENING_DAY))

    def life(key, cession):
        paid(accountant, f"{key}1", cession, "40000.00")
        recovered(accountant, f"{key}2", cession, "10000.01")
        paid(accountant, f"{key}3", cession, "33333.33")
        recovered(accountant, f"{key}4", cession, "7777.77")
        paid(accountant, f"{key}5", cession, "11111.11", claim="SIN-2")
        recovered(accountant, f"{key}6", cession, "1000.00", claim="SIN-2")
        reserved(accountant, f"{key}7", cession, "80000.00")

    life("l", late)
    corrected(accountant, late, "50000.00")
    corrected(accountant, early, "50000.00")
    life("e", early)
    for claim in ("SIN-1", "SIN-2"):
        assert stands(accountant, late, claim) == stands(accountant, early, claim)


def test_of_what_was_taken_back_in_part_what_is_left_falls_anew(accountant, ceded):
    paid(accountant, "i1", ceded, "90000.00")
    taken_back(accountant, "b1", "i1", "20000.00")
    corrected(accountant, ceded, "50000.00")
    assert of(stands(accountant, ceded).paid) == parts("50000.00", "20000.00", "47500.00")


def test_a_recovery_of_what_was_taken_back_falls_after_the_payment_that_took_its_place(accountant, ceded):
    paid(accountant, "i1", ceded, "50000.00")
    recovered(accountant, "r1", ceded, "40000.00")
    paid(accountant, "i2", ceded, "50000.00")
    taken_back(accountant, "b1", "i1", "30000.00")
    corrected(accountant, ceded, "35000.00")
    position = stands(accountant, ceded)
    assert of(position.paid) == parts("35000.00", "35000.00", "33250.00")
    assert of(position.recovered) == parts("20000.00", "20000.00", "19000.00")


def test_a_reserve_keeps_its_level_and_is_carried_up_to_the_right_amount(accountant, ceded):
    reserved(accountant, "s1", ceded, "10000.00")
    reserved(accountant, "s2", ceded, "80000.00")
    (receipt,) = corrected(accountant, ceded, "50000.00")
    assert (receipt.source_key, receipt.is_reversal, receipt.ceded_amount) == ("s2/right-1", True, Decimal("28500.00"))
    position = stands(accountant, ceded)
    assert (position.reserve_level, position.reserve.ceded) == (Decimal("80000.00"), Decimal("47500.00"))


def test_what_is_left_of_a_policy_year_is_what_it_was(accountant, ceded):
    given = DisbursementOpening(
        policy_number="EH-2020-001",
        market="domestic",
        first_day=date(2020, 1, 1),
        end_day=date(2021, 1, 1),
        limit_amount=Decimal("95000.00"),
        reference="D-17",
    )
    with acting(accountant):
        (year,) = open_disbursement_years(accountant, [given], on=OPENING_DAY)
    paid(accountant, "i1", ceded, "90000.00", disbursement_year_id=year.disbursement_year_id)
    corrected(accountant, ceded, "50000.00")
    with acting(accountant):
        (state,) = disbursement_years(accountant)
    assert state.room == Decimal("5000.00")


def test_a_second_correction_lets_it_fall_once_more(accountant, ceded):
    paid(accountant, "i1", ceded, "60000.00")
    paid(accountant, "i2", ceded, "30000.00")
    recovered(accountant, "r1", ceded, "9000.00")
    corrected(accountant, ceded, "70000.00")
    assert of(stands(accountant, ceded).paid) == parts("70000.00", "20000.00", "66500.00")
    receipts = corrected(accountant, ceded, "30000.00")
    assert [receipt.source_key for receipt in receipts] == [
        "r1/right-2/back",
        "i2/right-2/back",
        "i1/right-2/back",
        "i1/right-2",
        "i2/right-2",
        "r1/right-2",
    ]
    position = stands(accountant, ceded)
    assert of(position.paid) == parts("30000.00", "60000.00", "28500.00")
    assert of(position.recovered) == parts("3000.00", "6000.00", "2850.00")


def test_what_fell_anew_goes_before_what_was_paid_after_the_correction(accountant, ceded):
    paid(accountant, "i1", ceded, "60000.00")
    corrected(accountant, ceded, "50000.00")
    paid(accountant, "i2", ceded, "30000.00", claim="SIN-2")
    corrected(accountant, ceded, "40000.00")
    assert of(stands(accountant, ceded).paid) == parts("40000.00", "20000.00", "38000.00")
    assert of(stands(accountant, ceded, "SIN-2").paid) == parts("0.00", "30000.00", "0.00")


def test_twice_changes_nothing(accountant, ceded):
    paid(accountant, "i1", ceded, "60000.00", reserve_level=Decimal("60000.00"))
    recovered(accountant, "r1", ceded, "10000.00")
    corrected(accountant, ceded, "50000.00")
    stood = movements(accountant)
    with acting(accountant):
        assert recut_claims(accountant, [ceded], on=KNOWN_ON) == []
    taken_back(accountant, "b1", "i1", "5000.00")
    with acting(accountant):
        assert recut_claims(accountant, [ceded], on=KNOWN_ON) == []
    assert movements(accountant) == [*stood, "b1"]


def test_what_fell_anew_is_corrected_under_the_key_that_the_claim_system_knows(accountant, ceded):
    paid(accountant, "i1", ceded, "90000.00")
    early = taken_back(accountant, "b0", "i1", "10000.00")
    corrected(accountant, ceded, "50000.00")
    receipt = taken_back(accountant, "b1", "i1", "40000.00")
    assert (receipt.amount, receipt.excess_amount, receipt.is_repeat) == (Decimal("10000"), Decimal("30000"), False)
    assert taken_back(accountant, "b1", "i1", "40000.00").is_repeat
    again = taken_back(accountant, "b0", "i1", "10000.00")
    assert (again.public_id, again.is_repeat) == (early.public_id, True)
    assert of(stands(accountant, ceded).paid) == parts("40000.00", "0.00", "38000.00")
    with pytest.raises(refused.CorrectionExceedsMovement):
        taken_back(accountant, "b2", "i1", "40000.01")


def test_the_night_asks_for_no_right_to_cede_claims(accountant, ceded, cast):
    paid(accountant, "i1", ceded, "90000.00")
    corrected(cast.actor(), ceded, "50000.00")
    assert stands(accountant, ceded).paid.ceded == Decimal("47500.00")


@pytest.mark.parametrize("count", [1, 20])
def test_any_number_of_cessions_costs_the_same(accountant, count, django_assert_max_num_queries):
    with acting(accountant):
        made = cede(accountant, [order(f"c{place}") for place in range(count)], on=OPENING_DAY)
    cessions = [one.cession_id for one in made]
    for place, cession in enumerate(cessions):
        paid(accountant, f"i{place}", cession, "90.00", claim=f"SIN-{place}", reserve_level=Decimal("90.00"))
    right = [
        Amendment(cession_id=cession, amount=Decimal("50.00"), effective_on=OPENING_DAY, is_correction=True)
        for cession in cessions
    ]
    with acting(accountant):
        amend_cessions(accountant, right, on=KNOWN_ON)
        with django_assert_max_num_queries(40):
            assert len(recut_claims(accountant, cessions, on=KNOWN_ON)) == 3 * count


def test_a_night_that_is_caught_up_finds_payments_of_later_days(accountant, ceded):
    later = KNOWN_ON + timedelta(days=1)
    paid_late = IndemnityOrder(
        source_key="i1", effective_on=later, cession_id=ceded, claim_reference="SIN-1", amount=Decimal("80000.00")
    )
    with acting(accountant):
        cede_claims(accountant, [paid_late], on=later)
    corrected(accountant, ceded, "50000.00")
    assert of(stands(accountant, ceded).paid) == parts("50000.00", "30000.00", "47500.00")
    with acting(accountant):
        assert set(ClaimMovement.objects.values_list("booked_on", flat=True)) == {later}


def test_of_a_payment_no_more_above_the_limit_is_taken_back_than_has_not_come_back(accountant, ceded):
    paid(accountant, "i1", ceded, "100000.00")
    corrected(accountant, ceded, "60000.00")
    recovered(accountant, "r1", ceded, "50000.00")
    taken_back(accountant, "c1", "i1", "20000.00")
    taken_back(accountant, "c2", "i1", "25000.00")
    recovered(accountant, "r2", ceded, "5000.00")
    assert of(stands(accountant, ceded).outstanding) == parts("0.00", "0.00", "0.00")


def test_what_is_above_the_limit_and_came_back_is_not_taken_back(accountant, ceded):
    paid(accountant, "i1", ceded, "100000.00")
    corrected(accountant, ceded, "60000.00")
    paid(accountant, "i3", ceded, "50000.00")
    recovered(accountant, "r1", ceded, "75000.00")
    # 60,000 carried and 90,000 above; a half of each came back, so that of the 50,000 above 45,000 are out.
    with pytest.raises(refused.CorrectionExceedsMovement):
        taken_back(accountant, "c1", "i3")
    taken_back(accountant, "c2", "i3", "45000.00")
    assert of(stands(accountant, ceded).outstanding) == parts("30000.00", "0.00", "28500.00")
