"""Ceding: halves to the cent, one entry an event, the envelope drawn once, and the same order twice is one cession."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from capweb.accounts.acting import acting, acting_as_platform
from capweb.audit.copying import FEW_ROWS
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede, replace_cessions
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity, void_holds
from reinsurance.commands.refusals import (
    CededDifferently,
    CeilingReached,
    CessionNotLive,
    CessionUnknown,
    HoldNotLive,
    NoOpenTreaty,
)
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.models import Cession, JournalEntry, LedgerAccount, Transfer
from reinsurance.queries.free_room import locked_rooms
from tests.books import hold, open_books, order, set_ceilings, term
from tests.cast import OPENING_DAY

pytestmark = pytest.mark.usefixtures("committed")

RUN_OFF = date(2020, 12, 31)


@pytest.fixture
def insurer(committed, cast):
    open_books(cast)
    return cast.actor()


def _balance(actor, account_class, *, kind="substitution", market="domestic"):
    with acting(actor):
        account = LedgerAccount.objects.get(account_class=account_class, treaty__kind=kind, market=market)
    return account.credits_posted - account.debits_posted


def _room(actor, market="domestic"):
    with acting(actor):
        return locked_rooms(actor, {market}).of(None, market).room


def _cede(actor, *orders, on=OPENING_DAY):
    with acting(actor):
        return cede(actor, orders, on=on)


def test_ninety_five_percent_of_a_substitution_goes_to_the_reinsurer(insurer):
    (receipt,) = _cede(insurer, order("a"))
    assert receipt.reinsurer_code == "ccr"
    assert (receipt.shares.ceded_amount, receipt.shares.kept_amount) == (Decimal("95000.00"), Decimal("5000.00"))
    assert (receipt.shares.ceded_premium, receipt.shares.kept_premium) == (Decimal("831.25"), Decimal("43.75"))
    assert receipt.capacity.before - receipt.capacity.after == Decimal("95000.00")
    assert _balance(insurer, "live") == Decimal("95000.00")
    assert _balance(insurer, "current_account") == Decimal("831.25")


def test_a_complement_is_ceded_whole_and_export_draws_on_the_export_envelope(insurer):
    before = _room(insurer, "export")
    (receipt,) = _cede(insurer, order("a", kind="complement", market="export"))
    assert receipt.reinsurer_code == "bpifrance"
    assert receipt.shares.kept_amount == 0
    assert before - _room(insurer, "export") == Decimal("100000.00")
    assert _balance(insurer, "live", kind="complement", market="export") == Decimal("100000.00")


def test_half_a_cent_goes_to_the_ceded_side(insurer):
    (receipt,) = _cede(insurer, order("a", amount="1000.10"))  # 950.095
    assert (receipt.shares.ceded_amount, receipt.shares.kept_amount) == (Decimal("950.10"), Decimal("50.00"))


def test_the_same_order_twice_is_one_cession(insurer):
    (first,) = _cede(insurer, order("a"))
    second, third = _cede(insurer, order("a"), order("a"))
    assert second.is_repeat
    assert {first.cession_id, second.cession_id, third.cession_id} == {first.cession_id}
    assert _balance(insurer, "live") == Decimal("95000.00")


def test_one_order_twice_in_a_batch_is_one_cession(insurer):
    first, second = _cede(insurer, order("a"), order("a"))
    assert first.cession_id == second.cession_id > 0
    assert _balance(insurer, "live") == Decimal("95000.00")


def test_the_same_key_with_another_amount_is_refused(insurer):
    _cede(insurer, order("a"))
    with pytest.raises(CededDifferently):
        _cede(insurer, order("a", amount="90000.00"))


def test_without_an_open_treaty_nothing_is_ceded(insurer):
    early = replace(term(0), first=date(2020, 4, 14))
    with pytest.raises(NoOpenTreaty):
        _cede(insurer, order("a", term=early))


def test_a_full_envelope_refuses_the_last_cent(cast, insurer):
    set_ceilings(cast, {"domestic": Decimal("95000.00")})
    _cede(insurer, order("a"))
    with pytest.raises(CeilingReached):
        _cede(insurer, order("b", amount="0.01"))
    with acting(insurer):
        assert Cession.objects.count() == 1


def test_a_refused_batch_leaves_nothing_behind(cast, insurer):
    set_ceilings(cast, {"domestic": Decimal("100000.00")})
    with pytest.raises(CeilingReached) as refused:
        _cede(insurer, order("a"), order("b"))
    assert refused.value.facts["source_key"] == "b"
    with acting(insurer):
        assert (Cession.objects.count(), JournalEntry.objects.count(), Transfer.objects.count()) == (0, 0, 0)


def test_an_offer_holds_and_its_acceptance_turns_the_hold_into_the_draw(insurer):
    before = _room(insurer)
    with acting(insurer):
        hold_capacity(insurer, [hold("ofr_1")], on=OPENING_DAY)
    assert before - _room(insurer) == Decimal("95000.00")
    assert _balance(insurer, "live") == 0
    (receipt,) = _cede(insurer, order("a", hold_source_key="ofr_1"))
    assert receipt.capacity.before == receipt.capacity.after
    assert _balance(insurer, "live") == Decimal("95000.00")
    assert before - _room(insurer) == Decimal("95000.00")


def test_an_acceptance_passes_a_full_envelope_on_what_it_holds(cast, insurer):
    set_ceilings(cast, {"domestic": Decimal("95000.00")})
    with acting(insurer):
        hold_capacity(insurer, [hold("ofr_1")], on=OPENING_DAY)
    with pytest.raises(CeilingReached):
        _cede(insurer, order("a", amount="100000.02", hold_source_key="ofr_1"))
    (receipt,) = _cede(insurer, order("a", hold_source_key="ofr_1"))
    assert receipt.capacity.after == 0


@pytest.mark.parametrize(("amount", "drawn"), [("80000.00", "76000.00"), ("120000.00", "114000.00")])
def test_an_acceptance_judged_to_another_amount_draws_that_amount(insurer, amount, drawn):
    before = _room(insurer)
    with acting(insurer):
        hold_capacity(insurer, [hold("ofr_1")], on=OPENING_DAY)
    _cede(insurer, order("a", amount=amount, hold_source_key="ofr_1"))
    assert before - _room(insurer) == _balance(insurer, "live") == Decimal(drawn)


def test_a_hold_serves_once(insurer):
    with acting(insurer):
        hold_capacity(insurer, [hold("ofr_1")], on=OPENING_DAY)
    with pytest.raises(HoldNotLive):
        _cede(insurer, order("a", hold_source_key="ofr_1"), order("b", hold_source_key="ofr_1"))
    _cede(insurer, order("a", hold_source_key="ofr_1"))
    with pytest.raises(HoldNotLive):
        _cede(insurer, order("b", hold_source_key="ofr_1"))
    with acting(insurer), pytest.raises(HoldNotLive):
        void_holds(insurer, ["ofr_1"], on=OPENING_DAY)


def test_a_declined_offer_gives_its_room_back_once(insurer):
    before = _room(insurer)
    with acting(insurer):
        hold_capacity(insurer, [hold("ofr_1"), hold("ofr_2")], on=OPENING_DAY)
    for is_repeat in (False, True):
        with acting(insurer):
            (receipt,) = void_holds(insurer, ["ofr_1"], on=OPENING_DAY)
        assert (receipt.voided_amount, receipt.is_repeat) == (Decimal("95000.00"), is_repeat)
        assert before - _room(insurer) == Decimal("95000.00")


def test_an_offer_that_raises_nothing_holds_nothing_even_on_a_frozen_envelope(cast, insurer):
    _cede(insurer, order("a"))
    set_ceilings(cast, {"domestic": Decimal("50000.00")})
    with acting(insurer):
        (receipt,) = hold_capacity(insurer, [hold("ofr_1", increment="0.00")], on=OPENING_DAY)
    assert receipt.held_amount == 0
    with acting(insurer), pytest.raises(CeilingReached):
        hold_capacity(insurer, [hold("ofr_2", increment="0.01")], on=OPENING_DAY)


def test_a_renewal_at_the_same_amount_passes_a_frozen_envelope(cast, insurer):
    (old,) = _cede(insurer, order("a"))
    set_ceilings(cast, {"domestic": Decimal("50000.00")})
    renewal = order("b", term=term(1), replaces_cession_id=old.cession_id)
    with acting(insurer):
        (receipt,) = replace_cessions(insurer, [renewal], on=term(1).first)
    # Nothing was asked of the envelope, so nothing of it was locked or told: an insurer is shown no room at all.
    assert (receipt.capacity.before, receipt.capacity.after) == (Decimal("0.00"), Decimal("0.00"))
    assert receipt.capacity.is_rounded
    assert _balance(insurer, "live") == Decimal("95000.00")
    assert _balance(insurer, "run_off") == 0


def _somebody_at_the_envelopes():
    """A transaction of the platform that keeps the envelopes locked; whoever else asks for them gives up soon."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    return acting_as_platform()


def test_what_asks_for_no_room_does_not_wait_at_the_envelopes(cast, insurer):
    renewed, reduced, lapsing = _cede(insurer, order("a"), order("b"), order("c"))
    orders = [
        order("a2", term=term(1), replaces_cession_id=renewed.cession_id),
        order("b2", amount="80000.00", term=term(1), replaces_cession_id=reduced.cession_id, run_off_until=RUN_OFF),
    ]
    with _somebody_at_the_envelopes():
        locked_rooms(cast.operator, {"domestic", "export"})
        same, less = _cede(insurer, *orders, on=term(1).first)
        with acting(insurer):
            lapse = Ending(cession_id=lapsing.cession_id, effective_on=term(1).first, run_off_until=RUN_OFF)
            end_cessions(insurer, [lapse], on=term(1).first)
            fall = Amendment(
                cession_id=same.cession_id,
                amount=Decimal("90000.00"),
                effective_on=term(1).first,
                run_off_until=RUN_OFF,
            )
            amend_cessions(insurer, [fall], on=term(1).first)
    assert same.capacity.is_rounded
    assert less.capacity.is_rounded
    assert _balance(insurer, "live") == Decimal("161500.00")
    assert _balance(insurer, "run_off") == Decimal("123500.00")


@pytest.mark.parametrize("amount", ["100000.02", "150000.00"])
def test_one_order_that_asks_for_room_waits_at_the_envelopes_with_its_whole_batch(cast, insurer, amount):
    old, other = _cede(insurer, order("a"), order("b"))
    orders = [
        order("a2", term=term(1), replaces_cession_id=old.cession_id),
        order("b2", amount=amount, term=term(1), replaces_cession_id=other.cession_id),
    ]
    with _somebody_at_the_envelopes():
        locked_rooms(cast.operator, {"domestic"})
        with pytest.raises(OperationalError):
            _cede(insurer, *orders, on=term(1).first)
    (_, more) = _cede(insurer, *orders, on=term(1).first)
    assert not more.capacity.is_rounded


def test_a_renewal_at_more_draws_the_increment_only(cast, insurer):
    (old,) = _cede(insurer, order("a"))
    renewal = order("b", amount="150000.00", term=term(1), replaces_cession_id=old.cession_id)
    before = _room(insurer)
    _cede(insurer, renewal, on=term(1).first)
    assert before - _room(insurer) == Decimal("47500.00")
    assert _balance(insurer, "live") == Decimal("142500.00")


def test_a_renewal_at_less_leaves_the_excess_in_run_off(insurer):
    (old,) = _cede(insurer, order("a"))
    renewal = order(
        "b", amount="60000.00", term=term(1), replaces_cession_id=old.cession_id, run_off_until=date(2020, 12, 31)
    )
    before = _room(insurer)
    _cede(insurer, renewal, on=term(1).first)
    assert _room(insurer) == before
    assert (_balance(insurer, "live"), _balance(insurer, "run_off")) == (Decimal("57000.00"), Decimal("38000.00"))


def test_a_substitution_takes_over_from_a_complement_without_being_counted_twice(insurer):
    (old,) = _cede(insurer, order("a", kind="complement"))
    before = _room(insurer)
    _cede(insurer, order("b", term=term(1), replaces_cession_id=old.cession_id, run_off_until=date(2021, 1, 1)))
    assert _room(insurer) == before
    assert _balance(insurer, "live", kind="complement") == 0
    assert _balance(insurer, "run_off", kind="complement") == Decimal("5000.00")
    assert _balance(insurer, "live") == Decimal("95000.00")


def test_the_unearned_premium_of_a_replaced_term_is_credited_with_its_ceded_part(insurer):
    (old,) = _cede(insurer, order("a"))
    raised = order(
        "b", amount="150000.00", term=term(1), replaces_cession_id=old.cession_id, premium_credited=Decimal("437.50")
    )
    _cede(insurer, raised, on=term(1).first)
    # 831.25 + 1,246.88 - 415.63 (95 % of 437.50, half up)
    assert _balance(insurer, "current_account") == Decimal("1662.50")


def test_what_has_ended_is_not_replaced(insurer):
    (old,) = _cede(insurer, order("a"))
    ending = Ending(cession_id=old.cession_id, effective_on=date(2020, 7, 1), run_off_until=date(2020, 10, 1))
    with acting(insurer):
        end_cessions(insurer, [ending], on=date(2020, 7, 1))
    with pytest.raises(CessionNotLive):
        _cede(insurer, order("b", term=term(1), replaces_cession_id=old.cession_id))


def test_another_insurers_cession_is_unknown(cast, insurer):
    (old,) = _cede(insurer, order("a"))
    with pytest.raises(CessionUnknown):
        _cede(cast.actor("coface"), order("b", term=term(1), replaces_cession_id=old.cession_id))


def test_two_insurers_may_use_the_same_key(cast, insurer):
    (ours,) = _cede(insurer, order("a"))
    (theirs,) = _cede(cast.actor("coface"), order("a"))
    assert ours.cession_id != theirs.cession_id


@pytest.mark.parametrize("sizes", [(1, FEW_ROWS // 2), (FEW_ROWS + 1, 5 * FEW_ROWS)], ids=["by INSERT", "by COPY"])
def test_a_batch_of_any_size_takes_the_same_number_of_queries(insurer, sizes):
    counts = []
    for size in sizes:
        with CaptureQueriesContext(connection) as captured:
            _cede(insurer, *(order(f"{size}-{n}") for n in range(size)))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_commands_refuse_to_work_outside_of_acting(insurer):
    with pytest.raises(RuntimeError):
        cede(insurer, [order("a")], on=OPENING_DAY)
