"""What ends or falls stays engaged until it has passed; what was wrong goes back at once; each is done once."""

from datetime import date
from decimal import Decimal

import pytest

from capweb.accounts.acting import acting, acting_as_platform
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.refusals import (
    AmendmentRaises,
    CeilingReached,
    CessionNotLive,
    CessionUnknown,
    CreditExceedsPremium,
)
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.queries.cession_states import run_off_to_come
from reinsurance.queries.free_room import locked_rooms
from reinsurance.queries.run_off import net_draws
from reinsurance.queries.treaties import treaties
from reinsurance.queries.verification import verify_ledger
from tests.books import open_books, order, set_ceilings, term
from tests.cast import OPENING_DAY

pytestmark = pytest.mark.usefixtures("committed")

ENDED_ON = date(2020, 9, 15)
RUN_OFF_UNTIL = date(2020, 12, 15)


@pytest.fixture
def insurer(committed, cast):
    open_books(cast, commission=Decimal("0.10"))
    return cast.actor()


@pytest.fixture
def cession_id(insurer):
    with acting(insurer):
        return cede(insurer, [order("a")], on=OPENING_DAY)[0].cession_id


@pytest.fixture(autouse=True)
def _the_ledger_agrees_afterwards(insurer):
    yield
    found = verify_ledger()
    assert found.agrees, found


def _treaty(actor):
    with acting(actor):
        rows = treaties(actor, on=OPENING_DAY)
    return next(row for row in rows if (row.kind, row.market) == ("substitution", "domestic"))


def _room(actor):
    with acting(actor):
        return locked_rooms(actor, {"domestic"}).of(None, "domestic").room


def _end(actor, cession_id, **changed):
    ending = Ending(cession_id=cession_id, effective_on=ENDED_ON, run_off_until=RUN_OFF_UNTIL, **changed)
    with acting(actor):
        return end_cessions(actor, [ending], on=ENDED_ON)[0]


def _amend(actor, cession_id, amount, *, on=date(2020, 7, 1), **changed):
    if not changed.get("is_correction"):
        changed = {"run_off_until": RUN_OFF_UNTIL, **changed}
    amendment = Amendment(cession_id=cession_id, amount=Decimal(amount), effective_on=on, **changed)
    with acting(actor):
        return amend_cessions(actor, [amendment], on=on)[0]


def test_a_lapsed_term_stays_engaged_as_run_off(insurer, cession_id):
    before = _room(insurer)
    receipt = _end(insurer, cession_id)
    assert (receipt.live_ceded_amount, receipt.run_off_amount) == (0, Decimal("95000.00"))
    assert _room(insurer) == before
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (0, Decimal("95000.00"))


def test_ending_twice_changes_nothing(insurer, cession_id):
    _end(insurer, cession_id)
    again = _end(insurer, cession_id)
    assert again.is_repeat
    assert again.run_off_amount == Decimal("95000.00")
    assert _treaty(insurer).run_off == Decimal("95000.00")


def test_run_off_to_come_is_told_by_day_and_market_until_it_is_released(insurer, cession_id):
    _end(insurer, cession_id)

    def to_come(market, after):
        with acting(insurer):
            return run_off_to_come(insurer, market, after=after)

    assert to_come("domestic", ENDED_ON) == [(RUN_OFF_UNTIL, Decimal("95000.00"))]
    assert to_come("export", ENDED_ON) == []
    assert to_come("domestic", RUN_OFF_UNTIL) == []
    with acting(insurer):
        release_run_off(insurer, on=RUN_OFF_UNTIL, declared_nil=[cession_id])
    assert to_come("domestic", ENDED_ON) == []


def test_run_off_is_released_on_its_day_and_once(insurer, cession_id):
    before = _room(insurer)
    _end(insurer, cession_id)
    for on, lots in ((date(2020, 12, 14), []), (RUN_OFF_UNTIL, [Decimal("95000.00")]), (RUN_OFF_UNTIL, [])):
        with acting(insurer):
            assert [receipt.amount for receipt in release_run_off(insurer, on=on)] == lots
    assert _room(insurer) - before == Decimal("95000.00")


def test_outstanding_declared_nil_releases_at_once(insurer, cession_id):
    _end(insurer, cession_id)
    with acting(insurer):
        (receipt,) = release_run_off(insurer, on=ENDED_ON, declared_nil=[cession_id])
    assert (receipt.lots, receipt.amount) == (1, Decimal("95000.00"))


def test_the_platform_releases_for_every_insurer(cast, insurer, cession_id):
    coface = cast.actor("coface")
    with acting(coface):
        (theirs,) = cede(coface, [order("a")], on=OPENING_DAY)
    _end(insurer, cession_id)
    _end(coface, theirs.cession_id)
    with acting_as_platform():
        (receipt,) = release_run_off(cast.operator, on=RUN_OFF_UNTIL)
    assert (receipt.market, receipt.lots, receipt.amount) == ("domestic", 2, Decimal("190000.00"))


def test_a_frozen_envelope_draws_again_once_releases_have_made_it_good(cast, insurer, cession_id):
    _end(insurer, cession_id)
    set_ceilings(cast, {"domestic": Decimal("90000.00")})
    with acting(insurer), pytest.raises(CeilingReached):
        cede(insurer, [order("b", amount="1000.00")], on=ENDED_ON)
    with acting(insurer):
        release_run_off(insurer, on=RUN_OFF_UNTIL)
    with acting(insurer):
        (receipt,) = cede(insurer, [order("b", amount="1000.00")], on=RUN_OFF_UNTIL)
    assert receipt.capacity.after == Decimal("89050.00")


def test_a_complement_follows_down_and_the_difference_runs_off(insurer, cession_id):
    receipt = _amend(insurer, cession_id, "40000.00")
    assert (receipt.live_ceded_amount, receipt.run_off_amount) == (Decimal("38000.00"), Decimal("57000.00"))
    assert _amend(insurer, cession_id, "40000.00").is_repeat
    second = _amend(insurer, cession_id, "10000.00", on=date(2020, 7, 2))
    assert second.run_off_amount == Decimal("28500.00")
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (Decimal("9500.00"), Decimal("85500.00"))


def test_two_amendments_of_one_cession_in_a_batch_follow_one_another(insurer, cession_id):
    amendments = [
        Amendment(cession_id=cession_id, amount=Decimal(amount), effective_on=ENDED_ON, run_off_until=RUN_OFF_UNTIL)
        for amount in ("60000.00", "20000.00")
    ]
    with acting(insurer):
        receipts = amend_cessions(insurer, amendments, on=ENDED_ON)
    assert [receipt.run_off_amount for receipt in receipts] == [Decimal("38000.00"), Decimal("38000.00")]


def test_an_amendment_never_raises(insurer, cession_id):
    with pytest.raises(AmendmentRaises):
        _amend(insurer, cession_id, "100000.01")


def test_a_correction_goes_back_to_the_envelope_with_its_premium_and_commission(insurer, cession_id):
    before = _room(insurer)
    _amend(insurer, cession_id, "50000.00", is_correction=True, premium_credited=Decimal("437.50"))
    row = _treaty(insurer)
    assert _room(insurer) - before == Decimal("47500.00")
    assert (row.live, row.run_off) == (Decimal("47500.00"), 0)
    # 831.25 - 415.63; commission 83.13 - 41.56
    assert (row.ceded_premium, row.commission) == (Decimal("415.62"), Decimal("41.57"))
    assert row.current_account == Decimal("374.05")


def test_a_premium_credited_in_full_comes_back_to_the_cent(insurer, cession_id):
    # 95 % of each part ends in 0.4, 0.4 and 0.2 of a cent: rounded one by one they would come to a cent too little.
    _amend(insurer, cession_id, "50000.00", is_correction=True, premium_credited=Decimal("100.12"))
    _amend(insurer, cession_id, "40000.00", is_correction=True, premium_credited=Decimal("200.12"))
    _end(insurer, cession_id, premium_credited=Decimal("574.76"))
    row = _treaty(insurer)
    assert (row.ceded_premium, row.commission, row.current_account) == (0, 0, 0)


def test_no_more_premium_is_credited_than_there_was(insurer, cession_id):
    with pytest.raises(CreditExceedsPremium):
        _end(insurer, cession_id, premium_credited=Decimal("875.01"))


def test_what_has_ended_is_not_amended(insurer, cession_id):
    _end(insurer, cession_id)
    with pytest.raises(CessionNotLive):
        _amend(insurer, cession_id, "1000.00")


def test_what_was_replaced_is_not_ended(insurer, cession_id):
    with acting(insurer):
        cede(insurer, [order("b", replaces_cession_id=cession_id)], on=OPENING_DAY)
    with pytest.raises(CessionNotLive):
        _end(insurer, cession_id)


def test_another_insurer_cannot_end_a_cession(cast, insurer, cession_id):
    with pytest.raises(CessionUnknown):
        _end(cast.actor("coface"), cession_id)


def test_a_correction_reaches_what_has_ended_and_runs_off(insurer, cession_id):
    _end(insurer, cession_id, premium_credited=Decimal("100.12"))
    before = _room(insurer)
    receipt = _amend(insurer, cession_id, "30000.00", is_correction=True, premium_credited=Decimal("542.42"))
    assert (receipt.live_ceded_amount, receipt.run_off_amount) == (0, Decimal("-66500.00"))
    assert _room(insurer) - before == Decimal("66500.00")
    row = _treaty(insurer)
    assert (row.live, row.run_off) == (0, Decimal("28500.00"))
    # 875.00 less what came back at the end and now, 95 % of each half up.
    assert row.ceded_premium == Decimal("831.25") - Decimal("95.11") - Decimal("515.30")
    with acting(insurer):
        (released,) = release_run_off(insurer, on=RUN_OFF_UNTIL)
    assert (released.lots, released.amount) == (1, Decimal("28500.00"))


def test_what_is_taken_back_of_run_off_is_no_draw_given_back(insurer, cession_id):
    def drawn():
        with acting(insurer):
            return net_draws(insurer, after=date(2020, 1, 1), on=date(2020, 12, 31))["domestic"]

    _end(insurer, cession_id)
    assert drawn() == Decimal("95000.00")
    _amend(insurer, cession_id, "30000.00", is_correction=True)
    assert drawn() == Decimal("95000.00")


def test_of_several_lots_the_last_to_end_stay(insurer, cession_id):
    _amend(insurer, cession_id, "70000.00", run_off_until=date(2020, 10, 1))
    _amend(insurer, cession_id, "20000.00", run_off_until=date(2020, 11, 1))
    _end(insurer, cession_id)
    # 28,500 until October, 47,500 until November, 19,000 until December: 38,000 are left, of December's and November's.
    assert _amend(insurer, cession_id, "40000.00", is_correction=True).run_off_amount == Decimal("-57000.00")
    with acting(insurer):
        assert run_off_to_come(insurer, "domestic", after=ENDED_ON) == [
            (date(2020, 11, 1), Decimal("19000.00")),
            (RUN_OFF_UNTIL, Decimal("19000.00")),
        ]
    assert _amend(insurer, cession_id, "20000.00", is_correction=True).run_off_amount == Decimal("-19000.00")
    with acting(insurer):
        assert run_off_to_come(insurer, "domestic", after=ENDED_ON) == [(RUN_OFF_UNTIL, Decimal("19000.00"))]


def test_what_runs_beside_its_run_off_is_engaged_first(insurer, cession_id):
    _amend(insurer, cession_id, "60000.00")
    receipt = _amend(insurer, cession_id, "70000.00", is_correction=True)
    assert (receipt.live_ceded_amount, receipt.run_off_amount) == (Decimal("57000.00"), Decimal("-28500.00"))
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (Decimal("57000.00"), Decimal("9500.00"))


def test_a_correction_to_no_less_than_is_carried_is_a_repeat(insurer, cession_id):
    _amend(insurer, cession_id, "60000.00")
    assert _amend(insurer, cession_id, "100000.00", is_correction=True).is_repeat
    assert not _amend(insurer, cession_id, "99999.99", is_correction=True).is_repeat
    assert _amend(insurer, cession_id, "99999.99", is_correction=True).is_repeat
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (Decimal("57000.00"), Decimal("37999.99"))


def test_what_was_released_before_a_correction_is_not_given_back_again(insurer, cession_id):
    _end(insurer, cession_id)
    with acting(insurer):
        release_run_off(insurer, on=RUN_OFF_UNTIL)
    before = _room(insurer)
    receipt = _amend(insurer, cession_id, "10000.00", is_correction=True, on=RUN_OFF_UNTIL)
    assert (receipt.run_off_amount, receipt.is_repeat) == (0, False)
    assert _room(insurer) == before


def test_what_a_successor_took_over_is_engaged_before_what_runs_off(insurer, cession_id):
    with acting(insurer):
        (new,) = cede(
            insurer,
            [order("b", amount="50000.00", term=term(1), replaces_cession_id=cession_id, run_off_until=RUN_OFF_UNTIL)],
            on=term(1).first,
        )
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (Decimal("47500.00"), Decimal("47500.00"))
    assert _amend(insurer, cession_id, "70000.00", is_correction=True).run_off_amount == Decimal("-28500.00")
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (Decimal("47500.00"), Decimal("19000.00"))
    assert _amend(insurer, cession_id, "20000.00", is_correction=True).run_off_amount == Decimal("-19000.00")
    # The successor stands on its own decision, and the old term on 20,000.00 until its run-off ends.
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (Decimal("47500.00"), 0)
    receipt = _amend(insurer, new.cession_id, "5000.00", is_correction=True, on=term(1).first)
    assert (receipt.live_ceded_amount, receipt.run_off_amount) == (Decimal("4750.00"), Decimal("14250.00"))


@pytest.mark.parametrize(
    ("on", "kept"), [(date(2020, 12, 14), "95000.00"), (RUN_OFF_UNTIL, "0.00"), (date(2020, 12, 16), "0.00")]
)
def test_what_a_corrected_successor_took_over_stays_engaged_until_the_old_term_has_run_off(
    insurer, cession_id, on, kept
):
    """A renewal at the same amount: nothing ran off, being counted once. Now nothing of the renewal was right."""
    before = _room(insurer)
    with acting(insurer):
        renewal = order("b", term=term(1), replaces_cession_id=cession_id, run_off_until=RUN_OFF_UNTIL)
        (new,) = cede(insurer, [renewal], on=term(1).first)
    receipt = _amend(insurer, new.cession_id, "0.00", is_correction=True, on=on)
    assert (receipt.live_ceded_amount, receipt.run_off_amount) == (0, Decimal(kept))
    assert _room(insurer) - before == Decimal("95000.00") - Decimal(kept)
    with acting(insurer):
        assert sum(one.amount for one in release_run_off(insurer, on=RUN_OFF_UNTIL)) == Decimal(kept)


def _renewed(actor, name, old, place, *, until):
    with acting(actor):
        renewal = order(name, term=term(place), replaces_cession_id=old, run_off_until=until)
        return cede(actor, [renewal], on=term(place).first)[0].cession_id


def test_what_a_lapsed_successor_took_over_is_engaged_no_longer_than_the_term_before(insurer, cession_id):
    new = _renewed(insurer, "b", cession_id, 1, until=date(2021, 2, 12))
    end = term(1).end
    with acting(insurer):
        end_cessions(insurer, [Ending(cession_id=new, effective_on=end, run_off_until=date(2021, 5, 14))], on=end)
    assert _amend(insurer, new, "0.00", is_correction=True, on=end).run_off_amount == 0
    with acting(insurer):
        assert run_off_to_come(insurer, "domestic", after=end) == [(date(2021, 2, 12), Decimal("95000.00"))]


def test_beside_what_is_left_of_a_lot_it_stays_until_the_later_day(insurer, cession_id):
    new = _renewed(insurer, "b", cession_id, 1, until=date(2021, 2, 12))
    end = term(1).end
    with acting(insurer):
        end_cessions(insurer, [Ending(cession_id=new, effective_on=end, run_off_until=date(2021, 5, 14))], on=end)
    assert _amend(insurer, new, "30000.00", is_correction=True, on=end).run_off_amount == 0
    with acting(insurer):
        assert run_off_to_come(insurer, "domestic", after=end) == [(date(2021, 5, 14), Decimal("95000.00"))]


@pytest.mark.parametrize("right", ["0.00", "30000.00"])
def test_a_right_term_stays_engaged_when_both_renewals_after_it_were_wrong(insurer, cession_id, right):
    second = _renewed(insurer, "b", cession_id, 1, until=date(2021, 2, 15))
    third = _renewed(insurer, "c", second, 2, until=date(2021, 5, 15))
    on = term(2).first
    _amend(insurer, second, right, is_correction=True, on=on)
    _amend(insurer, third, "0.00", is_correction=True, on=on)
    assert (_treaty(insurer).live, _treaty(insurer).run_off) == (0, Decimal("95000.00"))
    with acting(insurer):
        last = date(2021, 2, 15) if right == "0.00" else date(2021, 5, 15)
        assert run_off_to_come(insurer, "domestic", after=on) == [(last, Decimal("95000.00"))]


def test_what_ended_stays_ended_after_a_correction(insurer, cession_id):
    _end(insurer, cession_id)
    _amend(insurer, cession_id, "30000.00", is_correction=True)
    assert _end(insurer, cession_id).is_repeat
    with pytest.raises(CessionNotLive):
        _amend(insurer, cession_id, "10000.00")


def test_a_cession_is_corrected_once_in_a_batch(insurer, cession_id):
    twice = [
        Amendment(cession_id=cession_id, amount=Decimal(amount), effective_on=OPENING_DAY, is_correction=True)
        for amount in ("60000.00", "20000.00")
    ]
    with acting(insurer), pytest.raises(ValueError, match="in a batch that changes it otherwise"):
        amend_cessions(insurer, twice, on=ENDED_ON)
