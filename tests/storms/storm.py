"""Run schedules one after another over one database, and hold the books after each against what the clients were told.

Before each schedule the law is changed so that the envelope has as little room as the schedule says, one treaty's part
is set to what it says, and policy years are opened; what was ceded before stays. Its clients then start at once, each
in a thread with connections of its own.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import connections

from capweb.accounts.acting import acting, acting_as_platform
from capweb.kernel.money import ZERO
from reinsurance.commands.allot_capacity import Allotment, allot_capacity
from reinsurance.commands.authorise_capacity import bring_envelopes_to_law
from reinsurance.commands.open_disbursement_years import open_disbursement_years
from reinsurance.commands.release_run_off import release_run_off
from reinsurance.domain.claim import DisbursementOpening
from reinsurance.queries.verification import verify_ledger
from tests.books import open_books
from tests.cast import INSURERS, OPENING_DAY, Cast
from tests.storms.client import RUN_OFF_DAYS, Client, Effect, Reaper
from tests.storms.plan import Schedule, schedule

ROLE = "reinsurance_accountant"
_BOOKS = """
    SELECT sum(credits_posted - debits_posted) FILTER (WHERE account_class = 'live'),
           sum(credits_pending) FILTER (WHERE account_class = 'live'),
           sum(credits_posted - debits_posted) FILTER (WHERE account_class = 'run_off'),
           sum(credits_posted - debits_posted - debits_pending)
               FILTER (WHERE account_class IN ('envelope', 'allotment')),
           sum(debits_posted - credits_posted) FILTER (WHERE account_class = 'authority'),
           sum(credits_posted - debits_posted) FILTER (WHERE account_class = 'disbursement_room'),
           sum(credits_posted - debits_posted) FILTER (WHERE account_class = 'ceded_indemnity')
    FROM reinsurance_ledgeraccount WHERE market = 'domestic'
"""
_PART = """
    SELECT sum(a.credits_posted - a.debits_posted - a.debits_pending) FILTER (WHERE a.account_class = 'allotment'),
           sum(a.credits_posted - a.debits_posted + CASE a.account_class WHEN 'live' THEN a.credits_pending ELSE 0 END)
               FILTER (WHERE a.account_class IN ('live', 'run_off'))
    FROM reinsurance_ledgeraccount a JOIN reinsurance_treaty t ON t.id = a.treaty_id WHERE t.public_id = %s
"""
# Every step of an envelope or of a part that took room and left some missing, since the last one looked at.
_OVERRUNS = """
    SELECT COALESCE(max(m.id), %(after)s), count(*) FILTER (
        WHERE m.free_after < 0 AND m.change < 0 AND e.kind NOT IN ('authorisation', 'law_reduction'))
    FROM reinsurance_envelopemovement m JOIN reinsurance_journalentry e ON e.id = m.entry_id WHERE m.id > %(after)s
"""


class BooksDiffer(AssertionError):
    """After a schedule the books are not what its clients were told."""


@dataclass(frozen=True, slots=True)
class _Standing:
    live: Decimal
    held: Decimal
    run_off: Decimal
    free: Decimal
    limit: Decimal
    year_room: Decimal
    indemnity: Decimal

    @property
    def engaged(self) -> Decimal:
        return self.live + self.held + self.run_off


@dataclass(slots=True)
class Storm:
    """Counts what happened; `part_of` is the treaty that has a part of the envelope for itself."""

    cast: Cast
    part_of: str
    reaper: Reaper
    counts: Counter[str] = field(default_factory=Counter)
    turns: Counter[int] = field(default_factory=Counter)
    opened: Decimal = Decimal(0)
    disbursed: Decimal = Decimal(0)
    last_movement: int = 0

    def run(self, one: Schedule, pool: ThreadPoolExecutor) -> None:
        """One schedule. Raises BooksDiffer, or what a client raised that is no answer."""
        self.turns[one.number] += 1
        name = f"s{one.seed}n{one.number}t{self.turns[one.number]}"
        years = self._prepare(one, name)
        before = self._standing()
        clients = [self._client(one, place, name, years) for place in range(len(one.clients))]
        gate = threading.Barrier(len(clients) + 1)
        futures = [pool.submit(_started, gate, client.run) for client in clients]
        futures.append(pool.submit(_started, gate, lambda: self._platform(one, before)))
        effect = Effect()
        for future in futures[:-1]:
            future.result()
        released, limit = futures[-1].result()
        for client in clients:
            effect.add(client.effect)
            self.counts.update(client.counts)
        effect.run_off -= released
        self.disbursed += effect.disbursed
        self._compare(one, before, effect, limit)
        self.counts["schedules"] += 1

    def _prepare(self, one: Schedule, name: str) -> dict[str, int]:
        """Little room in the envelope, in the one part, and in a policy year of each insurer."""
        standing = self._standing()
        day = OPENING_DAY + timedelta(days=one.number % 20_000)
        with acting_as_platform():
            left, used = self._part()
            more = ZERO if one.part is None else one.part - left
            limit = standing.engaged + left + max(more, ZERO) + one.room
            bring_envelopes_to_law(self.cast.operator, {"domestic": limit}, on=day)
            if one.part is not None:
                part = Allotment(treaty_id=self.part_of, amount=used + one.part, reference="storm")
                allot_capacity(self.cast.operator, [part], on=OPENING_DAY)
        years = {}
        claiming = (p.insurer for p in one.clients if any(action.verb == "claim" for action in p.actions))
        for insurer in sorted(set(claiming)):
            opening = DisbursementOpening(
                policy_number=name,
                market="domestic",
                first_day=OPENING_DAY,
                end_day=date(2021, 6, 15),
                limit_amount=one.year,
                reference="storm",
            )
            actor = self.cast.actor(insurer, role=ROLE)
            with acting(actor):
                years[insurer] = open_disbursement_years(actor, [opening], on=OPENING_DAY)[0].disbursement_year_id
            self.opened += one.year
        return years

    def _client(self, one: Schedule, place: int, name: str, years: dict[str, int]) -> Client:
        plan = one.clients[place]
        actor = self.cast.actor(plan.insurer, role=ROLE)
        return Client(actor, plan, f"{name}.{place}", name, years.get(plan.insurer), self.reaper)

    def _platform(self, one: Schedule, before: _Standing) -> tuple[Decimal, Decimal]:
        """The law and the release of run-off, in the midst of the others: what was released, and the limit after."""
        released = Decimal(0)
        limit = before.limit
        if one.law is not None:
            limit = max(before.limit + one.law, Decimal(0))
            with acting_as_platform():
                bring_envelopes_to_law(
                    self.cast.operator, {"domestic": limit}, on=OPENING_DAY + timedelta(days=one.number % 20_000)
                )
            self.counts["law changes"] += 1
        if one.is_released:
            with acting_as_platform():
                receipts = release_run_off(self.cast.operator, on=OPENING_DAY + RUN_OFF_DAYS)
            released = sum((receipt.amount for receipt in receipts), Decimal(0))
            self.counts["releases"] += 1
        return released, limit

    def _compare(self, one: Schedule, before: _Standing, effect: Effect, limit: Decimal) -> None:
        now = self._standing()
        expected = _Standing(
            live=before.live + effect.live,
            held=before.held + effect.held,
            run_off=before.run_off + effect.run_off,
            free=limit - before.engaged - effect.live - effect.held - effect.run_off,
            limit=limit,
            year_room=self.opened - self.disbursed,
            indemnity=before.indemnity + effect.indemnity,
        )
        if now != expected:
            raise BooksDiffer(f"the books say {now}, the clients were told {expected}")
        with connections["platform"].cursor() as cursor:
            cursor.execute(_OVERRUNS, {"after": self.last_movement})
            self.last_movement, overruns = cursor.fetchone()
        self.counts["overruns"] += overruns
        if overruns:
            raise BooksDiffer(f"{overruns} draws went beyond the ceiling")

    def _standing(self) -> _Standing:
        with connections["platform"].cursor() as cursor:
            cursor.execute(_BOOKS)
            return _Standing(*(figure or Decimal(0) for figure in cursor.fetchone()))

    def _part(self) -> tuple[Decimal, Decimal]:
        """What the one treaty has left of its part, and what it has used of it."""
        with connections["platform"].cursor() as cursor:
            cursor.execute(_PART, [self.part_of])
            return cursor.fetchone()


def _started(gate: threading.Barrier, do: Callable[[], object]) -> object:
    gate.wait(timeout=60)
    return do()


@contextmanager
def open_storm(cast: Cast) -> Iterator[tuple[Storm, ThreadPoolExecutor]]:
    """Open books, and threads that keep their connections from schedule to schedule."""
    open_books(cast)
    with connections["platform"].cursor() as cursor:
        cursor.execute(
            "SELECT t.public_id FROM reinsurance_treaty t JOIN accounts_organisation o ON o.id = t.insurer_id "
            "WHERE o.code = %s AND t.kind = 'substitution' AND t.market = 'domestic'",
            [INSURERS[1]],
        )
        (part_of,) = cursor.fetchone()
    reaper = Reaper()
    pool = ThreadPoolExecutor(max_workers=5)
    try:
        yield Storm(cast, part_of, reaper), pool
    finally:
        gate = threading.Barrier(5)
        for future in [pool.submit(_closed, gate) for _ in range(5)]:
            future.result()
        pool.shutdown()
        reaper.close()


def _closed(gate: threading.Barrier) -> None:
    gate.wait(timeout=60)
    for connection in connections.all():
        connection.close()


def run_storm(
    cast: Cast, numbers: list[int], *, seed: int, progress: Callable[[Storm], None] = lambda _storm: None
) -> Storm:
    """Run the schedules of these numbers; the storm with its counts. Raises BooksDiffer with the schedule's name."""
    with open_storm(cast) as (storm, pool):
        for number in numbers:
            one = schedule(seed, number)
            try:
                storm.run(one, pool)
            except BaseException as error:
                error.add_note(f"schedule {number} of seed {seed}: {one}")
                raise
            progress(storm)
        found = verify_ledger()
        if not found.agrees:
            raise BooksDiffer("; ".join(found.differences))
        return storm
