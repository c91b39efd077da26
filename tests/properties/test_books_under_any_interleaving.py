"""Whatever two insurers do in whatever order: the room is what the model says, no ceiling is passed, the books agree.

The machine drives the real commands on the real database; its model is a few numbers in memory.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from capweb.accounts.acting import acting, acting_as_platform
from capweb.kernel.money import to_cent_half_up
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity, void_holds
from reinsurance.commands.refusals import CeilingReached
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.domain.cession import Amendment, Ending
from reinsurance.queries.free_room import free_room
from reinsurance.queries.verification import verify_ledger
from tests.books import RATIOS, hold, open_books, order, set_ceilings
from tests.cast import OPENING_DAY

amounts = st.decimals(min_value=1, max_value=120_000, places=2)
insurers = st.sampled_from(["coface", "euler-hermes"])
kinds = st.sampled_from(["complement", "substitution"])
places = st.integers(min_value=0, max_value=50)
SPAN = Decimal("150000.00")


@dataclass
class _Live:
    insurer: str
    cession_id: int
    amount: Decimal
    ratio: Decimal
    ceded: Decimal


@dataclass
class _Model:
    """What the books should say of the domestic envelope."""

    limit: Decimal
    room: Decimal
    live: list[_Live] = field(default_factory=list)
    holds: list[tuple[str, str, str, Decimal]] = field(default_factory=list)
    run_off: Decimal = Decimal(0)


def _machine(cast):
    class Books(RuleBasedStateMachine):
        examples = 0

        def __init__(self):
            super().__init__()
            Books.examples += 1
            self.keys = 0
            self.day = OPENING_DAY
            self._release_everything()
            before = self._read()
            engaged = before.limit - before.room
            set_ceilings(cast, {"domestic": engaged + SPAN}, on=OPENING_DAY + timedelta(days=Books.examples))
            self.model = _Model(limit=engaged + SPAN, room=SPAN)

        @rule(insurer=insurers, kind=kinds, amount=amounts)
        def hold(self, insurer, kind, amount):
            key = self._key("ofr")
            with self._expected(amount), acting(cast.actor(insurer)) as actor:
                hold_capacity(actor, [hold(key, kind=kind, increment=str(amount))], on=self.day)
                self.model.holds.append((insurer, kind, key, amount))
                self.model.room -= amount

        @precondition(lambda self: self.model.holds)
        @rule(place=places)
        def void(self, place):
            insurer, _kind, key, amount = self.model.holds.pop(place % len(self.model.holds))
            with acting(cast.actor(insurer)) as actor:
                void_holds(actor, [key], on=self.day)
            self.model.room += amount

        @rule(insurer=insurers, kind=kinds, amount=amounts)
        def cede(self, insurer, kind, amount):
            self._cede(insurer, kind, amount, held=Decimal(0))

        @precondition(lambda self: self.model.holds)
        @rule(place=places, amount=amounts)
        def accept(self, place, amount):
            held = self.model.holds[place % len(self.model.holds)]
            insurer, kind, key, held_amount = held
            if self._cede(insurer, kind, amount, held=held_amount, hold_source_key=key):
                self.model.holds.remove(held)

        @precondition(lambda self: self.model.live)
        @rule(place=places, kind=kinds, amount=amounts)
        def renew(self, place, kind, amount):
            old = self.model.live[place % len(self.model.live)]
            more = {"replaces_cession_id": old.cession_id, "run_off_until": self.day + timedelta(days=30)}
            if self._cede(old.insurer, kind, amount, held=Decimal(0), kept=old.ceded, **more):
                self.model.live.remove(old)

        @precondition(lambda self: self.model.live)
        @rule(place=places, share=st.integers(min_value=1, max_value=100), is_correction=st.booleans())
        def amend(self, place, share, is_correction):
            live = self.model.live[place % len(self.model.live)]
            amount = to_cent_half_up(live.amount * share / 100)
            amendment = Amendment(
                cession_id=live.cession_id,
                amount=max(amount, Decimal("0.01")),
                effective_on=self.day,
                run_off_until=self.day + timedelta(days=30),
                is_correction=is_correction,
            )
            with acting(cast.actor(live.insurer)) as actor:
                (receipt,) = amend_cessions(actor, [amendment], on=self.day)
            fallen, live.amount = live.ceded - receipt.live_ceded_amount, amendment.amount
            live.ceded = receipt.live_ceded_amount
            assert live.ceded == to_cent_half_up(live.amount * live.ratio)
            if is_correction:
                self.model.room += fallen
            else:
                self.model.run_off += fallen

        @precondition(lambda self: self.model.live)
        @rule(place=places)
        def end(self, place):
            live = self.model.live.pop(place % len(self.model.live))
            ending = Ending(
                cession_id=live.cession_id, effective_on=self.day, run_off_until=self.day + timedelta(days=30)
            )
            with acting(cast.actor(live.insurer)) as actor:
                end_cessions(actor, [ending], on=self.day)
            self.model.run_off += live.ceded

        @rule()
        def release(self):
            self._release_everything()
            self.model.room += self.model.run_off
            self.model.run_off = Decimal(0)

        @rule(ceiling=st.decimals(min_value=-200_000, max_value=200_000, places=2))
        def change_the_law(self, ceiling):
            limit = max(self.model.limit + ceiling, Decimal(0))
            set_ceilings(cast, {"domestic": limit}, on=self.day)
            self.model.room += limit - self.model.limit
            self.model.limit = limit

        @invariant()
        def the_room_is_what_the_model_says(self):
            found = self._read()
            assert (found.limit, found.room) == (self.model.limit, self.model.room)

        def teardown(self):
            found = verify_ledger()
            assert found.agrees, found

        def _cede(self, insurer, kind, amount, *, held, kept=Decimal(0), **more):
            ceded = to_cent_half_up(amount * RATIOS[kind])
            if not ceded:
                return False
            increment = max(ceded - kept, Decimal(0)) - held
            made_before = len(self.model.live)
            with self._expected(increment), acting(cast.actor(insurer)) as actor:
                asked = order(self._key("gar"), kind=kind, amount=str(amount), **more)
                (receipt,) = cede(actor, [asked], on=self.day)
                live = _Live(insurer, receipt.cession_id, amount, RATIOS[kind], ceded)
                self.model.live.append(live)
                self.model.room -= increment
                self.model.run_off += max(kept - ceded, Decimal(0))
            return len(self.model.live) > made_before

        def _expected(self, increment):
            if increment > 0 and increment > self.model.room:
                return pytest.raises(CeilingReached)
            return _Nothing()

        def _key(self, prefix):
            self.keys += 1
            return f"{prefix}_{Books.examples}_{self.keys}"

        def _read(self):
            with acting_as_platform():
                return free_room(cast.operator, {"domestic"})["domestic"]

        def _release_everything(self):
            with acting_as_platform():
                release_run_off(cast.operator, on=self.day + timedelta(days=365))

    return Books


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return False


def test_the_books_agree_under_any_interleaving(committed, cast):
    open_books(cast)
    run_state_machine_as_test(
        _machine(cast),
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
