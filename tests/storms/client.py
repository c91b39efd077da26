"""One client of a schedule: sends its commands on real connections, dies when told to, and sends them again.

What it was told (receipts and refusals) is all it knows; the sums of what it knows are held against the books.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import psycopg
from django.db import InterfaceError, OperationalError, connections

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.money import to_cent_half_up
from reinsurance.commands.amend_cessions import amend_cessions
from reinsurance.commands.cede import cede
from reinsurance.commands.cede_claims import cede_claims
from reinsurance.commands.claim_refusals import DisbursementLimitReached
from reinsurance.commands.end_cessions import end_cessions
from reinsurance.commands.hold_capacity import hold_capacity, void_holds
from reinsurance.commands.refusals import CeilingReached
from reinsurance.domain.cession import Amendment, CessionOrder, Ending
from reinsurance.domain.claim import IndemnityOrder
from reinsurance.models import CessionChange, RunOffRelease
from tests.books import RISK, hold, order
from tests.cast import OPENING_DAY
from tests.storms.plan import Action, ClientPlan

RUN_OFF_DAYS = timedelta(days=30)
MOST_ATTEMPTS = 8


@dataclass(slots=True)
class Effect:
    """What the books should have moved by: sums of what the client was told."""

    live: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    run_off: Decimal = Decimal(0)
    disbursed: Decimal = Decimal(0)
    indemnity: Decimal = Decimal(0)

    def add(self, other: Effect) -> None:
        self.live += other.live
        self.held += other.held
        self.run_off += other.run_off
        self.disbursed += other.disbursed
        self.indemnity += other.indemnity


@dataclass(slots=True)
class _Live:
    cession_id: int
    amount: Decimal
    ceded: Decimal


@dataclass(slots=True)
class Client:
    """Runs a plan as one insurer; `year_id` is the year of the policy that its claims use up."""

    actor: Actor
    plan: ClientPlan
    name: str
    policy: str
    year_id: int | None
    reaper: Reaper
    effect: Effect = field(default_factory=Effect)
    counts: Counter[str] = field(default_factory=Counter)
    _live: list[_Live] = field(default_factory=list)
    _held: list[tuple[str, str, Decimal]] = field(default_factory=list)

    def run(self) -> None:
        for turn, action in enumerate(self.plan.actions):
            do = self._command(action, f"{self.name}.{turn}")
            if self._sent(action, do, is_repeat=False) and action.is_sent_twice:
                self.counts["retries"] += 1
                self._sent(None, do, is_repeat=True)

    def _sent(self, action: Action | None, do: Callable[[], Callable[[], Effect]], *, is_repeat: bool) -> bool:
        """Until it is answered, and whether it was done: a dead client comes back and sends the same again. Told twice,
        it counts once.
        """
        dies = action if action is not None and action.death else None
        for _attempt in range(MOST_ATTEMPTS):
            try:
                with self.reaper.waiting_for(dies), acting(self.actor):
                    told = do()
                    if dies is not None and dies.death == "socket closed":
                        connections["default"].connection.pgconn.finish()
            except (CeilingReached, DisbursementLimitReached):
                self.counts["refusals"] += 1
                return False
            except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
                if isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                    raise
                connections["default"].close()
                self.counts["kills"] += 1
                self.counts["retries"] += 1
                dies = None
                continue
            if not is_repeat:
                self.effect.add(told())
                self.counts["commands"] += 1
            return True
        raise AssertionError(f"{self.name} was not answered in {MOST_ATTEMPTS} attempts")

    def _command(self, action: Action, key: str) -> Callable[[], Callable[[], Effect]]:  # noqa: PLR0911
        """What to send, the same however often; answered by what it means."""
        match action.verb:
            case "hold":
                return self._hold(action, key)
            case "void" if self._held:
                return self._void(self._held[-1])
            case "accept" if self._held:
                return self._accept(action, key, self._held[-1])
            case "cede" | "batch":
                return self._cede(action, key)
            case "replace" if self._live:
                return self._replace(action, key, self._live[-1])
            case "end" if self._live:
                return self._end(self._live[-1])
            case "amend" | "correct" if self._live:
                return self._amend(action, self._live[-1])
            case "claim" if self._live:
                return self._claim(action, key, self._live[-1])
        # Nothing of its own yet to do it with.
        return self._cede(action, key)

    def _hold(self, action: Action, key: str) -> Callable[[], Callable[[], Effect]]:
        def do() -> Callable[[], Effect]:
            hold_capacity(self.actor, [hold(key, kind=action.kind, increment=str(action.amounts[0]))], on=OPENING_DAY)
            return told

        def told() -> Effect:
            self.counts["draws"] += 1
            self._held.append((key, action.kind, action.amounts[0]))
            return Effect(held=action.amounts[0])

        return do

    def _void(self, held: tuple[str, str, Decimal]) -> Callable[[], Callable[[], Effect]]:
        def do() -> Callable[[], Effect]:
            void_holds(self.actor, [held[0]], on=OPENING_DAY)
            return told

        def told() -> Effect:
            self._held.remove(held)
            return Effect(held=-held[2])

        return do

    def _accept(self, action: Action, key: str, held: tuple[str, str, Decimal]) -> Callable[[], Callable[[], Effect]]:
        def told(live: list[_Live]) -> Effect:
            self._held.remove(held)
            return Effect(live=live[0].ceded, held=-held[2])

        return self._ceding([self._order(key, held[1], action.amounts[0], hold_source_key=held[0])], told)

    def _cede(self, action: Action, key: str) -> Callable[[], Callable[[], Effect]]:
        def told(live: list[_Live]) -> Effect:
            return Effect(live=sum((one.ceded for one in live), Decimal(0)))

        asked = [self._order(f"{key}.{n}", action.kind, amount) for n, amount in enumerate(action.amounts)]
        return self._ceding(asked, told)

    def _replace(self, action: Action, key: str, old: _Live) -> Callable[[], Callable[[], Effect]]:
        def told(live: list[_Live]) -> Effect:
            self._live.remove(old)
            return Effect(live=live[0].ceded - old.ceded, run_off=max(old.ceded - live[0].ceded, Decimal(0)))

        more = {"replaces_cession_id": old.cession_id, "run_off_until": OPENING_DAY + RUN_OFF_DAYS}
        return self._ceding([self._order(key, action.kind, action.amounts[0], **more)], told)

    def _order(self, key: str, kind: str, amount: Decimal, **more: Any) -> CessionOrder:
        risk = replace(RISK, guarantee_id=f"gar_{key}", policy_number=self.policy)
        return order(key, kind=kind, amount=str(amount), risk=risk, **more)

    def _ceding(
        self, orders: list[CessionOrder], told: Callable[[list[_Live]], Effect]
    ) -> Callable[[], Callable[[], Effect]]:
        def do() -> Callable[[], Effect]:
            receipts = cede(self.actor, orders, on=OPENING_DAY)
            live = [
                _Live(receipt.cession_id, one.amount, receipt.shares.ceded_amount)
                for receipt, one in zip(receipts, orders, strict=True)
            ]

            def made() -> Effect:
                self.counts["draws"] += len(live)
                effect = told(live)
                self._live += live
                return effect

            return made

        return do

    def _end(self, live: _Live) -> Callable[[], Callable[[], Effect]]:
        ending = Ending(cession_id=live.cession_id, effective_on=OPENING_DAY, run_off_until=OPENING_DAY + RUN_OFF_DAYS)

        def do() -> Callable[[], Effect]:
            end_cessions(self.actor, [ending], on=OPENING_DAY)
            return told

        def told() -> Effect:
            self._live.remove(live)
            return Effect(live=-live.ceded, run_off=live.ceded)

        return do

    def _amend(self, action: Action, live: _Live) -> Callable[[], Callable[[], Effect]]:
        amount = max(to_cent_half_up(live.amount / 2), Decimal("0.02"))
        if amount >= live.amount:
            return self._end(live)
        is_correction = action.verb == "correct"
        amendment = Amendment(
            cession_id=live.cession_id,
            amount=amount,
            effective_on=OPENING_DAY,
            run_off_until=OPENING_DAY + RUN_OFF_DAYS,
            is_correction=is_correction,
        )

        def do() -> Callable[[], Effect]:
            (receipt,) = amend_cessions(self.actor, [amendment], on=OPENING_DAY)
            # Told by the rows, not by the receipt: done again after a lost answer it is a repeat.
            back = _run_off_of_last_correction(live.cession_id) if is_correction else None
            return lambda: told(receipt.live_ceded_amount, back)

        def told(ceded: Decimal, back: Decimal | None) -> Effect:
            fallen, live.amount, live.ceded = live.ceded - ceded, amount, ceded
            return Effect(live=-fallen, run_off=fallen if back is None else back)

        return do

    def _claim(self, action: Action, key: str, live: _Live) -> Callable[[], Callable[[], Effect]]:
        # Several claims may come on a cession; each is a small part of it, so that the policy year is what holds.
        paid = max(to_cent_half_up(live.amount / 10), Decimal("0.01"))
        claim = IndemnityOrder(
            source_key=key,
            effective_on=OPENING_DAY,
            cession_id=live.cession_id,
            claim_reference=key,
            amount=paid,
            disbursement_year_id=self.year_id,
        )

        def do() -> Callable[[], Effect]:
            (receipt,) = cede_claims(self.actor, [claim], on=OPENING_DAY)
            return lambda: told(receipt.ceded_amount)

        def told(ceded: Decimal) -> Effect:
            self.counts["claims"] += 1
            return Effect(disbursed=paid, indemnity=ceded)

        return do


class Reaper:
    """Ends the backend of a client while its command runs, from a connection of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        parameters = connections["default"].get_connection_params()
        for unknown in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(unknown, None)
        self._connection = psycopg.connect(**parameters, autocommit=True)

    def close(self) -> None:
        self._connection.close()

    def waiting_for(self, action: Action | None) -> _Death:
        return _Death(self, action if action is not None and action.death == "terminated" else None)

    def terminate(self, backend: int) -> None:
        with self._lock:
            self._connection.execute("SELECT pg_terminate_backend(%s)", [backend])


class _Death:
    """Around one attempt: the backend that runs it is terminated after the action's delay."""

    def __init__(self, reaper: Reaper, action: Action | None) -> None:
        self._reaper, self._action = reaper, action
        self._timer: threading.Timer | None = None

    def __enter__(self) -> None:
        if self._action is None:
            return
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        self._timer = threading.Timer(self._action.delay, self._reaper.terminate, [backend])
        self._timer.start()

    def __exit__(self, *_error: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()


def _run_off_of_last_correction(cession_id: int) -> Decimal:
    """What it put into run-off, less the lots that it took back; inside acting(actor)."""
    last = CessionChange.objects.filter(cession_id=cession_id, kind="corrected").latest("position")
    lots = RunOffRelease.objects.filter(correction=last).select_related("change")
    return cast("Decimal", last.run_off_amount - sum((lot.change.run_off_amount for lot in lots), Decimal(0)))
