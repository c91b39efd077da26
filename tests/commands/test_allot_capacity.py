"""A part of the envelope reserved to a treaty: the others find what is left, its own cessions draw on it alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError

from capweb.accounts.acting import acting, acting_as_platform
from capweb.accounts.actor import NotAllowed, PlatformActor
from reinsurance.commands.allot_capacity import Allotment, AllotmentBelowUse, HoldsUnderWay, allot_capacity
from reinsurance.commands.book_entries import book_entries
from reinsurance.commands.cede import cede, replace_cessions
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity, void_holds
from reinsurance.commands.open_treaties import open_treaties
from reinsurance.commands.refusals import CeilingReached
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.domain.cession import Ending
from reinsurance.domain.transfer import Account, NewEntry, NewTransfer
from reinsurance.models import EnvelopeMovement, LedgerAccount, Treaty
from reinsurance.queries.free_room import free_room
from tests.books import TREATIES_OPEN_ON, hold, open_books, openings, order, set_ceilings, term
from tests.cast import OPENING_DAY

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def insurer(committed, cast):
    open_books(cast, domestic=Decimal("1000000.00"))
    return cast.actor()


def allot(cast, amount, *, insurer="euler-hermes", kind="substitution", on=OPENING_DAY):
    with acting_as_platform() as alias:
        treaty = Treaty.objects.using(alias).get(insurer__code=insurer, kind=kind, market="domestic", ended_on=None)
        part = Allotment(
            treaty_id=treaty.public_id,
            amount=None if amount is None else Decimal(amount),
            reference="Lettre de la CCR, test",
        )
        (receipt,) = allot_capacity(cast.operator, [part], on=on)
    return receipt


def shared_room(cast):
    with acting_as_platform():
        return free_room(cast.operator, {"domestic"})["domestic"].room


def left_of_the_part(kind="substitution", insurer="euler-hermes"):
    with acting_as_platform() as alias:
        account = LedgerAccount.objects.using(alias).get(
            account_class="allotment", treaty__kind=kind, market="domestic", treaty__insurer__code=insurer
        )
    return account.credits_posted - account.debits_posted - account.debits_pending


def test_what_is_reserved_to_one_is_not_there_for_the_others(cast, insurer):
    receipt = allot(cast, "900000.00")
    assert (receipt.before, receipt.after) == (Decimal("1000000.00"), Decimal("100000.00"))
    other = cast.actor("coface")
    with pytest.raises(CeilingReached) as refused, acting(other):
        cede(other, [order("b", amount="110000.00")], on=OPENING_DAY)
    assert not refused.value.facts["is_reserved"]
    with acting(insurer):
        cede(insurer, [order("a", amount="900000.00")], on=OPENING_DAY)
    assert (shared_room(cast), left_of_the_part()) == (Decimal("100000.00"), Decimal("45000.00"))


def test_a_treaty_with_a_part_finds_that_and_no_more(cast, insurer):
    allot(cast, "95000.00")
    with acting(insurer):
        (receipt,) = cede(insurer, [order("a")], on=OPENING_DAY)
    assert receipt.capacity.is_reserved
    assert (receipt.capacity.before, receipt.capacity.after) == (Decimal("95000.00"), Decimal("0.00"))
    with pytest.raises(CeilingReached, match="réservée à votre traité") as refused, acting(insurer):
        cede(insurer, [order("b", amount="0.01")], on=OPENING_DAY)
    assert refused.value.facts["room"] == 0
    with acting(insurer):
        cede(insurer, [order("c", kind="complement", amount="0.01")], on=OPENING_DAY)
    assert shared_room(cast) == Decimal("904999.99")


def test_a_hold_takes_from_the_part_and_gives_back_to_it(cast, insurer):
    allot(cast, "100000.00")
    with acting(insurer):
        hold_capacity(insurer, [hold("offer_1"), hold("offer_2", increment="5000.00")], on=OPENING_DAY)
    assert left_of_the_part() == 0
    with acting(insurer):
        void_holds(insurer, ["offer_2"], on=OPENING_DAY)
        cede(insurer, [order("a", hold_source_key="offer_1")], on=OPENING_DAY)
    assert (left_of_the_part(), shared_room(cast)) == (Decimal("5000.00"), Decimal("900000.00"))


def test_run_off_comes_back_to_the_part(cast, insurer):
    allot(cast, "95000.00")
    with acting(insurer):
        (receipt,) = cede(insurer, [order("a")], on=OPENING_DAY)
        ending = Ending(cession_id=receipt.cession_id, effective_on=date(2020, 9, 15), run_off_until=date(2020, 12, 14))
        end_cessions(insurer, [ending], on=date(2020, 9, 15))
    assert left_of_the_part() == 0
    with acting_as_platform():
        release_run_off(cast.operator, on=date(2020, 12, 14))
    assert (left_of_the_part(), shared_room(cast)) == (Decimal("95000.00"), Decimal("905000.00"))


def test_what_a_treaty_has_engaged_counts_against_its_part(cast, insurer):
    with acting(insurer):
        cede(insurer, [order("a")], on=OPENING_DAY)
    assert shared_room(cast) == Decimal("905000.00")
    allot(cast, "200000.00")
    assert (left_of_the_part(), shared_room(cast)) == (Decimal("105000.00"), Decimal("800000.00"))
    allot(cast, "95000.00")
    assert (left_of_the_part(), shared_room(cast)) == (Decimal("0.00"), Decimal("905000.00"))
    with pytest.raises(AllotmentBelowUse) as refused:
        allot(cast, "94999.99")
    assert refused.value.facts["engaged"] == Decimal("95000.00")
    allot(cast, None)
    assert (left_of_the_part(), shared_room(cast)) == (Decimal("0.00"), Decimal("905000.00"))


def test_the_same_part_twice_changes_nothing(cast, insurer):
    allot(cast, "200000.00")
    again = allot(cast, "200000.00")
    assert again.before == again.after == Decimal("800000.00")


def test_more_than_the_envelope_has_left_is_not_reserved(cast, insurer):
    with pytest.raises(CeilingReached):
        allot(cast, "1000000.01")
    assert (left_of_the_part(), shared_room(cast)) == (Decimal(0), Decimal("1000000.00"))


def test_a_part_waits_until_the_offers_have_been_answered(cast, insurer):
    with acting(insurer):
        hold_capacity(insurer, [hold("offer_1")], on=OPENING_DAY)
    with pytest.raises(HoldsUnderWay):
        allot(cast, "200000.00")
    with acting(insurer):
        void_holds(insurer, ["offer_1"], on=OPENING_DAY)
    allot(cast, "200000.00")
    with acting(insurer):
        hold_capacity(insurer, [hold("offer_2")], on=OPENING_DAY)
    allot(cast, "300000.00")
    assert (left_of_the_part(), shared_room(cast)) == (Decimal("205000.00"), Decimal("700000.00"))
    with pytest.raises(HoldsUnderWay):
        allot(cast, None)


def test_a_law_that_falls_below_what_is_reserved_stops_the_others_and_not_the_treaty(cast, insurer):
    allot(cast, "900000.00")
    set_ceilings(cast, {"domestic": Decimal("800000.00")})
    assert shared_room(cast) == Decimal("-100000.00")
    other = cast.actor("coface")
    with pytest.raises(CeilingReached), acting(other):
        cede(other, [order("b", amount="0.02")], on=OPENING_DAY)
    with acting(insurer):
        cede(insurer, [order("a")], on=OPENING_DAY)
    assert left_of_the_part() == Decimal("805000.00")


@pytest.mark.parametrize("amount", ["100000.00", "60000.00", "150000.00"])
def test_a_renewal_under_another_treaty_gives_the_part_back_what_it_had_drawn(cast, insurer, amount):
    allot(cast, "300000.00")
    with acting(insurer):
        (old,) = cede(insurer, [order("a")], on=OPENING_DAY)
    begin = term(1).first
    with acting_as_platform() as alias:
        Treaty.objects.using(alias).filter(insurer__code="euler-hermes", kind="substitution", market="domestic").update(
            ended_on=begin
        )
        new_one = next(one for one in openings(insurers=("euler-hermes",)) if one.kind == "substitution")
        open_treaties(cast.operator, [replace(new_one, first_day=begin)], on=TREATIES_OPEN_ON)
    renewal = order(
        "b", amount=amount, term=term(1), replaces_cession_id=old.cession_id, run_off_until=date(2021, 1, 1)
    )
    with acting(insurer):
        (receipt,) = replace_cessions(insurer, [renewal], on=begin)
    ceded = (Decimal(amount) * Decimal("0.95")).quantize(Decimal("0.01"))
    run_off = max(Decimal("95000.00") - ceded, Decimal(0))
    assert not receipt.capacity.is_reserved
    assert shared_room(cast) == Decimal("700000.00") - ceded
    with acting_as_platform() as alias:
        part = LedgerAccount.objects.using(alias).get(
            account_class="allotment", treaty__ended_on=begin, treaty__insurer__code="euler-hermes"
        )
    assert part.credits_posted - part.debits_posted == Decimal("300000.00") - run_off


def test_the_history_of_a_part_has_no_gap_and_ends_where_the_part_stands(cast, insurer):
    allot(cast, "200000.00")
    with acting(insurer):
        cede(insurer, [order("a"), order("b", amount="100.00")], on=OPENING_DAY)
    with acting_as_platform() as alias:
        part = LedgerAccount.objects.using(alias).get(
            account_class="allotment", treaty__kind="substitution", market="domestic", insurer__code="euler-hermes"
        )
        steps = list(
            EnvelopeMovement.objects.using(alias)
            .filter(account=part)
            .order_by("position")
            .values_list("position", "free_after")
        )
    assert steps == [(1, Decimal("200000.00")), (2, Decimal("105000.00")), (3, Decimal("104905.00"))]


def test_nobody_reserves_to_himself(cast, insurer):
    with acting_as_platform() as alias:
        treaty = Treaty.objects.using(alias).get(
            insurer__code="euler-hermes", kind="substitution", market="domestic", ended_on=None
        )
        part = Allotment(treaty_id=treaty.public_id, amount=Decimal("1.00"), reference="Lettre")
        with pytest.raises(NotAllowed):
            allot_capacity(PlatformActor("accountant", "reinsurer"), [part], on=OPENING_DAY)
        ids = dict(LedgerAccount.objects.using(alias).filter(treaty=treaty).values_list("account_class", "id"))
        envelope = LedgerAccount.objects.using(alias).get(account_class="envelope", market="domestic").pk
    transfer = NewTransfer(
        Account(envelope, "envelope"), Account(ids["allotment"], "allotment"), "allotted", Decimal("1.00")
    )
    with (
        pytest.raises((IntegrityError, ProgrammingError), match=r"not_the_platforms|row-level security"),
        acting(insurer),
    ):
        book_entries(insurer, [NewEntry("allotment", "mine", insurer.insurer_id, (transfer,))], on=OPENING_DAY)
