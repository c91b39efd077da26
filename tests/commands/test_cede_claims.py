"""Claims: the reinsurer bears its part of what is paid and gets its part of what comes back, to the cent, in bounds."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import NotAllowed
from reinsurance.commands import claim_refusals as refused
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.book_claims import claim_outcomes
from reinsurance.commands.book_entries import book_entries
from reinsurance.commands.cede import cede
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.commands.cede_recoveries import cede_recoveries
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.domain.claim import (
    CorrectionOrder,
    DisbursementOpening,
    IndemnityOrder,
    RecoveryOrder,
    ReserveOrder,
)
from reinsurance.domain.transfer import Account, NewEntry, NewTransfer
from reinsurance.models import ClaimMovement, JournalEntry, LedgerAccount, Treaty
from reinsurance.queries.disbursements import disbursed_in_year_of, disbursement_years
from reinsurance.queries.verification import verify_ledger
from tests.books import open_books, order
from tests.cast import OPENING_DAY

pytestmark = pytest.mark.usefixtures("committed")
PAID_ON = date(2020, 11, 2)


@pytest.fixture
def accountant(committed, cast):
    open_books(cast)
    return cast.actor(role="reinsurance_accountant")


@pytest.fixture
def ceded(accountant):
    """A substitution of 100,000, of which 95 % are ceded."""
    return _cede(accountant, order("a"))


def _cede(actor, given):
    with acting(actor):
        return cede(actor, [given], on=OPENING_DAY)[0].cession_id


def _claims(actor, *orders, on=PAID_ON):
    with acting(actor):
        return cede_claims(actor, orders, on=on)


def _recoveries(actor, *orders, on=PAID_ON):
    with acting(actor):
        return cede_recoveries(actor, orders, on=on)


def _indemnity(key, cession, amount, **more):
    given = {"claim_reference": "SIN-1", "effective_on": PAID_ON, **more}
    return IndemnityOrder(source_key=key, cession_id=cession, amount=Decimal(amount), **given)


def _recovery(key, cession, received, **more):
    given = {"claim_reference": "SIN-1", "effective_on": PAID_ON, **more}
    return RecoveryOrder(source_key=key, cession_id=cession, received=Decimal(received), **given)


def _reserve(key, cession, level, **more):
    given = {"claim_reference": "SIN-1", "effective_on": PAID_ON, **more}
    return ReserveOrder(source_key=key, cession_id=cession, level=Decimal(level), **given)


def _back(key, corrects, amount=None):
    return CorrectionOrder(
        source_key=key, corrects=corrects, effective_on=PAID_ON, amount=None if amount is None else Decimal(amount)
    )


def _balance(actor, account_class):
    with acting(actor):
        account = LedgerAccount.objects.get(account_class=account_class, treaty__kind="substitution", market="domestic")
    return account.credits_posted - account.debits_posted


def test_ninety_five_percent_of_an_indemnity_is_claimed_from_the_reinsurer(accountant, ceded):
    before = _balance(accountant, "current_account")
    (receipt,) = _claims(accountant, _indemnity("i1", ceded, "1000.10"))
    assert (receipt.amount, receipt.ceded_amount) == (Decimal("1000.10"), Decimal("950.10"))  # 950.095
    assert _balance(accountant, "ceded_indemnity") == Decimal("950.10")
    assert before - _balance(accountant, "current_account") == Decimal("950.10")


def test_the_same_movement_twice_is_one(accountant, ceded):
    (first,) = _claims(accountant, _indemnity("i1", ceded, "1000.00", reserve_level=Decimal("500.00")))
    second, third = _claims(
        accountant,
        _indemnity("i1", ceded, "1000.00", reserve_level=Decimal("500.00")),
        _indemnity("i1", ceded, "1000.00", reserve_level=Decimal("500.00")),
    )
    assert (second.is_repeat, third.is_repeat) == (True, True)
    assert {first.public_id} == {second.public_id, third.public_id}
    assert second.reserve.ceded_amount == first.reserve.ceded_amount == Decimal("475.00")
    with acting(accountant):
        assert ClaimMovement.objects.count() == 2


def test_the_same_key_with_other_figures_is_refused(accountant, ceded):
    _claims(accountant, _indemnity("i1", ceded, "1000.00"))
    with pytest.raises(refused.ClaimBookedDifferently):
        _claims(accountant, _indemnity("i1", ceded, "1000.01"))
    with pytest.raises(refused.ClaimBookedDifferently):
        _recoveries(accountant, _recovery("i1", ceded, "1000.00"))


def test_parts_taken_back_and_the_rest_of_it_come_to_the_cent_what_was_ceded(accountant, ceded):
    _claims(accountant, _indemnity("i1", ceded, "0.30"))  # 0.285: 0.29 ceded
    for place in range(3):
        _claims(accountant, _back(f"b{place}", "i1", "0.10"))
    assert _balance(accountant, "ceded_indemnity") == 0
    with acting(accountant):
        parts = list(
            ClaimMovement.objects.filter(is_reversal=True).order_by("id").values_list("ceded_amount", flat=True)
        )
    assert parts == [Decimal("0.10"), Decimal("0.10"), Decimal("0.09")]
    with pytest.raises(refused.CorrectionExceedsMovement):
        _claims(accountant, _back("b4", "i1"))


def test_no_more_is_indemnified_on_a_cession_than_the_limit_of_its_term(accountant, ceded):
    _claims(accountant, _indemnity("i1", ceded, "60000.00"))
    with pytest.raises(refused.IndemnityAboveLimit):
        _claims(accountant, _indemnity("i2", ceded, "40000.01", claim_reference="SIN-2"))
    _claims(accountant, _indemnity("i3", ceded, "40000.00", claim_reference="SIN-2"))
    assert _balance(accountant, "ceded_indemnity") == Decimal("95000.00")


def test_a_claim_is_bounded_by_the_right_amount_of_a_cession_that_was_corrected_after_its_end(accountant, ceded):
    ended_on = date(2020, 9, 15)
    with acting(accountant):
        ending = Ending(cession_id=ceded, effective_on=ended_on, run_off_until=date(2021, 2, 15))
        end_cessions(accountant, [ending], on=ended_on)
        wrong = Amendment(cession_id=ceded, amount=Decimal("60000.00"), effective_on=OPENING_DAY, is_correction=True)
        amend_cessions(accountant, [wrong], on=ended_on)
    (receipt,) = _claims(accountant, _indemnity("i1", ceded, "100000.00"))
    assert (receipt.amount, receipt.excess_amount) == (Decimal("60000.00"), Decimal("40000.00"))


def test_a_claim_on_a_corrected_cession_is_ceded_up_to_what_the_right_fact_allowed(accountant, ceded):
    with acting(accountant):
        wrong = Amendment(cession_id=ceded, amount=Decimal("60000.00"), effective_on=OPENING_DAY, is_correction=True)
        amend_cessions(accountant, [wrong], on=OPENING_DAY)
    (receipt,) = _claims(accountant, _indemnity("i1", ceded, "100000.00"))
    assert (receipt.amount, receipt.excess_amount, receipt.ceded_amount) == (
        Decimal("60000.00"),
        Decimal("40000.00"),
        Decimal("57000.00"),
    )
    # Half of it comes back: the reinsurer gets its part of what it paid, not of what the insurer paid alone.
    (back,) = _recoveries(accountant, _recovery("r1", ceded, "50000.00"))
    assert (back.amount, back.excess_amount, back.ceded_amount) == (
        Decimal("30000.00"),
        Decimal("20000.00"),
        Decimal("28500.00"),
    )


def test_a_claim_attaches_to_the_treaty_of_its_cession_also_after_both_have_ended(accountant, ceded, cast):
    with acting(accountant):
        end_cessions(
            accountant,
            [Ending(cession_id=ceded, effective_on=date(2020, 9, 15), run_off_until=date(2021, 2, 15))],
            on=date(2020, 9, 15),
        )
    with acting_as_platform() as alias:
        Treaty.objects.using(alias).filter(insurer__code="euler-hermes", kind="substitution").update(
            ended_on=date(2020, 12, 31)
        )
    late = date(2021, 5, 3)
    _claims(accountant, _indemnity("i1", ceded, "1000.00", effective_on=late), on=late)
    assert _balance(accountant, "ceded_indemnity") == Decimal("950.00")


def test_an_ex_gratia_payment_is_for_the_insurers_own_account(accountant, ceded):
    with pytest.raises(refused.ExGratiaNotCeded):
        _claims(accountant, _indemnity("i1", ceded, "1000.00", is_ex_gratia=True))


def test_a_recovery_is_shared_net_of_costs_and_never_above_what_was_indemnified(accountant, ceded):
    _claims(accountant, _indemnity("i1", ceded, "1000.00"))
    (receipt,) = _recoveries(accountant, _recovery("r1", ceded, "450.00", costs=Decimal("50.00")))
    assert (receipt.amount, receipt.ceded_amount) == (Decimal("400.00"), Decimal("380.00"))
    with pytest.raises(refused.RecoveryAboveIndemnity):
        _recoveries(accountant, _recovery("r2", ceded, "600.01"))
    with pytest.raises(refused.RecoveryAboveIndemnity):
        _recoveries(accountant, _recovery("r3", ceded, "1.00", claim_reference="SIN-2"))
    _recoveries(accountant, _recovery("r4", ceded, "600.00"))
    assert _balance(accountant, "recoveries") == -Decimal("950.00")


def test_an_indemnity_is_not_taken_back_below_what_has_come_back(accountant, ceded):
    _claims(accountant, _indemnity("i1", ceded, "1000.00"))
    _recoveries(accountant, _recovery("r1", ceded, "400.00"))
    with pytest.raises(refused.CorrectionExceedsMovement):
        _claims(accountant, _back("b1", "i1"))
    _claims(accountant, _back("b2", "r1"), _back("b3", "i1"))
    assert _balance(accountant, "ceded_indemnity") == _balance(accountant, "recoveries") == 0
    with acting(accountant):
        kinds = set(JournalEntry.objects.filter(source_key__startswith="claim:b").values_list("kind", flat=True))
    assert kinds == {"claim_correction"}


def test_a_case_reserve_is_a_level_and_falls_with_a_payment_only_when_told(accountant, ceded):
    _claims(accountant, _reserve("s1", ceded, "10000.00"))
    _claims(accountant, _indemnity("i1", ceded, "4000.00"))
    assert _balance(accountant, "claims_outstanding") == -Decimal("9500.00")
    _claims(accountant, _indemnity("i2", ceded, "3000.00", reserve_level=Decimal("3000.00")))
    assert _balance(accountant, "claims_outstanding") == -Decimal("2850.00")
    _claims(accountant, _reserve("s2", ceded, "0.00"))
    assert _balance(accountant, "claims_outstanding") == 0
    with pytest.raises(refused.IndemnityAboveLimit):
        _claims(accountant, _reserve("s3", ceded, "100000.01"))


def test_a_reserve_told_again_late_does_not_undo_what_came_after(accountant, ceded):
    _claims(accountant, _reserve("s1", ceded, "100.00"))
    _claims(accountant, _reserve("s2", ceded, "100.00"))
    _claims(accountant, _reserve("s3", ceded, "40.00"))
    (again,) = _claims(accountant, _reserve("s2", ceded, "100.00"))
    assert again.is_repeat
    assert _balance(accountant, "claims_outstanding") == -Decimal("38.00")


def test_a_movement_lies_between_the_first_day_of_cover_and_today(accountant, ceded):
    for day in (date(2020, 6, 14), date(2020, 11, 3)):
        with pytest.raises(refused.DayUnfit):
            _claims(accountant, _indemnity("i1", ceded, "1.00", effective_on=day))


def test_another_insurers_cession_is_unknown(accountant, ceded, cast):
    other = cast.actor("coface", role="reinsurance_accountant")
    with pytest.raises(refused.CededCessionUnknown):
        _claims(other, _indemnity("i1", ceded, "1.00"))
    with pytest.raises(refused.MovementUnknown):
        _claims(accountant, _back("b1", "nothing"))


def test_an_underwriter_cedes_no_claim(ceded, cast):
    with pytest.raises(NotAllowed):
        _claims(cast.actor(), _indemnity("i1", ceded, "1.00"))


def test_of_a_batch_the_good_ones_are_booked_and_the_bad_ones_told(accountant, ceded):
    orders = [
        _indemnity("i1", ceded, "99999.00"),
        _indemnity("i2", ceded, "2.00"),
        _recovery("r1", ceded, "99999.00"),
        _back("b1", "i1"),
        _indemnity("i1", ceded, "99999.00"),
    ]
    with acting(accountant):
        outcomes = claim_outcomes(accountant, orders, on=PAID_ON)
    assert [getattr(one, "code", "booked") for one in outcomes] == [
        "booked",
        "indemnity_above_limit",
        "booked",
        "correction_exceeds_movement",
        "booked",
    ]
    assert outcomes[4].is_repeat
    assert not verify_ledger().differences


@pytest.mark.parametrize("count", [1, 40])
def test_a_batch_of_any_size_costs_the_same(accountant, ceded, count, django_assert_max_num_queries):
    orders = [_indemnity(f"i{place}", ceded, "1.00", reserve_level=Decimal("5.00")) for place in range(count)]
    with acting(accountant), django_assert_max_num_queries(32):
        cede_claims(accountant, orders, on=PAID_ON)


# The policy year -----------------------------------------------------------------------------------------------------

YEAR = {"policy_number": "EH-2020-001", "market": "domestic", "reference": "D-17"}


def _opening(limit="1000.00", first=date(2020, 1, 1), end=date(2021, 1, 1)):
    return DisbursementOpening(first_day=first, end_day=end, limit_amount=Decimal(limit), **YEAR)


def _open(actor, *openings):
    with acting(actor):
        return open_disbursement_years(actor, openings, on=OPENING_DAY)


def test_no_more_is_paid_in_a_policy_year_than_its_limit_gross(accountant, ceded):
    (year,) = _open(accountant, _opening())
    named = {"disbursement_year_id": year.disbursement_year_id}
    (receipt,) = _claims(accountant, _indemnity("i1", ceded, "900.00", **named))
    assert receipt.room_left == Decimal("100.00")
    with pytest.raises(refused.DisbursementLimitReached) as told:
        _claims(accountant, _indemnity("i2", ceded, "100.01", **named))
    assert told.value.facts["room"] == Decimal("100.00")
    _claims(accountant, _indemnity("i3", ceded, "100.00", **named))


def test_recoveries_do_not_open_the_room_again_but_corrections_do(accountant, ceded):
    (year,) = _open(accountant, _opening())
    named = {"disbursement_year_id": year.disbursement_year_id}
    _claims(accountant, _indemnity("i1", ceded, "1000.00", **named))
    _recoveries(accountant, _recovery("r1", ceded, "500.00"))
    with acting(accountant):
        (state,) = disbursement_years(accountant)
    assert state.room == 0
    _claims(accountant, _back("b1", "i1", "200.00"))
    with acting(accountant):
        (state,) = disbursement_years(accountant)
        assert state.room == Decimal("200.00")
        asked = {"market": "domestic", "on": date(2020, 12, 31), "known_on": PAID_ON}
        assert disbursed_in_year_of(accountant, ["EH-2020-001"], **asked) == {"EH-2020-001": Decimal("800.00")}
        asked["on"] = date(2021, 1, 1)
        assert disbursed_in_year_of(accountant, ["EH-2020-001"], **asked) == {}


def test_a_policy_year_is_opened_once(accountant):
    (first,) = _open(accountant, _opening())
    second, third = _open(accountant, _opening(), _opening(first=date(2021, 1, 1), end=date(2022, 1, 1)))
    assert second.is_repeat
    assert second.disbursement_year_id == first.disbursement_year_id != third.disbursement_year_id
    for differing in (_opening("1000.01"), _opening(first=date(2020, 6, 1), end=date(2021, 6, 1))):
        with pytest.raises(refused.DisbursementYearDiffers):
            _open(accountant, differing)


def test_a_policy_year_of_another_policy_or_time_does_not_fit(accountant, ceded):
    earlier, other = _open(
        accountant,
        _opening(first=date(2019, 1, 1), end=date(2020, 1, 1)),
        DisbursementOpening(
            first_day=date(2020, 1, 1),
            end_day=date(2021, 1, 1),
            limit_amount=Decimal("1000.00"),
            policy_number="EH-2020-002",
            market="domestic",
            reference="D-17",
        ),
    )
    for year in (earlier, other):
        with pytest.raises(refused.PolicyYearUnfit):
            _claims(accountant, _indemnity("i1", ceded, "1.00", disbursement_year_id=year.disbursement_year_id))


def test_the_database_refuses_what_passes_the_limit_whoever_writes(accountant):
    (year,) = _open(accountant, _opening())
    with acting(accountant):
        rows = LedgerAccount.objects.filter(disbursement_year_id=year.disbursement_year_id)
        accounts = {row.account_class: Account(row.pk, row.account_class) for row in rows}
    used = NewTransfer(accounts["disbursement_room"], accounts["disbursement_limit"], "disbursed", Decimal("1000.01"))
    with pytest.raises(IntegrityError, match="account_not_overdrawn"), acting(accountant):
        book_entries(accountant, [NewEntry("claim", "claim:x", accountant.insurer_id, (used,))], on=PAID_ON)
