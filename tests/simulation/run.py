"""One seed from the opening day to the end of the quarter: a few steps, and after every one of them the invariants.

A step is an act of people or of a feed (done once, twice, or cut off by a crash), a message delivered to a worker
(late, twice, or lost and sent again by beat), a worker's turn, a worker's end, a lease that runs out, or new days with
their nights. `Seed.trace` tells each; the same seed gives the same trace.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from importlib import import_module
from random import Random
from typing import Any

from celery import current_app
from django.test import override_settings

from capweb.audit.leases import LeaseLost
from capweb.kernel.errors import DomainError
from policies.commands import decide_limit_requests, insurers_night, renew_guarantees
from policies.commands.open_night import ask_for_nights
from policies.queries import nights
from tests.cast import OPENING_DAY
from tests.simulation.acts import Act, Acts
from tests.simulation.closing import close_the_quarter
from tests.simulation.invariants import InvariantBroken, Watch
from tests.simulation.processes import MailBag, Process, dies_within, mail_bag
from tests.simulation.reading import rows
from tests.simulation.world import House, World, begin_again

LAST_DAY = date(2020, 10, 1)
CHUNK = 2
# Sent for everything that was printed; making the files is slow, and not what is simulated.
NOT_DELIVERED = ("policies.render_endorsements",)
TASKS = ("capweb.desk.tasks", "policies.tasks", "reinsurance.tasks")
BEAT = (
    "policies.resend_unfinished", "policies.open_due_nights", "policies.write_all_messages", "policies.send_all_mails",
    "capweb.publish_events", "reinsurance.watch_ceilings",
)  # fmt: skip
WORK_BACK = 400
TALLIED = (
    ("requests", "policies_limitrequest", "true"),
    ("guarantees", "policies_guarantee", "true"),
    ("terms renewed", "policies_guaranteeterm", "status = 'renewed'"),
    ("terms lapsed", "policies_guaranteeterm", "status = 'lapsed'"),
    ("terms cut short", "policies_guaranteeterm", "status IN ('ended', 'replaced', 'replaced_at_once')"),
    ("offers expired", "policies_offer", "status = 'expired'"),
    ("cessions corrected", "policies_guaranteeterm", "right_amount IS NOT NULL"),
    ("cessions corrected after the end", "policies_guaranteeterm", "right_amount IS NOT NULL AND status <> 'running'"),
    ("overdues declared", "policies_claim", "true"),
    ("overdues declared late", "policies_claiminvoice", "is_late"),
    ("due days put off", "policies_duedayextension", "true"),
    ("payments of buyers", "policies_invoicepayment", "true"),
    ("steps of collection, amicable", "policies_collectionstep", "kind = 'amicable'"),
    ("steps of collection, judicial", "policies_collectionstep", "kind = 'judicial'"),
    ("losses by insolvency", "policies_claim", "loss_amount > 0 AND cause = 'insolvency'"),
    ("losses by protracted default", "policies_claim", "loss_amount > 0 AND cause = 'protracted_default'"),
    ("indemnities paid", "policies_indemnitypayment", "true"),
    ("indemnities billed to the reinsurer", "policies_indemnitypayment", "ceded_amount > 0"),
    (
        "claims ceded anew",
        "reinsurance_claimmovement",
        "strpos(source_key, '/right-') > 0 AND corrects_id IS NULL",
    ),
    ("recoveries", "policies_claimrecovery", "true"),
    ("recoveries with costs", "policies_claimrecovery", "costs > 0"),
    ("recoveries ceded", "policies_recoveryshare", "ceded_amount > 0"),
    ("claims closed or withdrawn", "policies_claim", "status IN ('closed', 'withdrawn')"),
    ("letters", "policies_message", "true"),
)


class SeedFailed(AssertionError):
    """An invariant is broken, or the product failed in a way that it does not announce."""


@contextmanager
def machine() -> Iterator[tuple[MailBag, tuple[Process, Process]]]:
    """Two workers and a broker for a run of seeds, with chunks so small that a small book has many."""
    for tasks in TASKS:
        import_module(tasks)
    before = decide_limit_requests.decide_submission.__kwdefaults__["chunk_rows"]
    decide_limit_requests.decide_submission.__kwdefaults__["chunk_rows"] = CHUNK
    chunks = renew_guarantees.CHUNK_ROWS, insurers_night.CHUNK_ROWS
    renew_guarantees.CHUNK_ROWS = insurers_night.CHUNK_ROWS = CHUNK  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as mails, override_settings(MAIL_FOLDER=mails), mail_bag() as bag:
        workers = (Process("worker 1"), Process("worker 2"))
        try:
            yield bag, workers
        finally:
            for worker in workers:
                worker.leave()
            decide_limit_requests.decide_submission.__kwdefaults__["chunk_rows"] = before
            renew_guarantees.CHUNK_ROWS, insurers_night.CHUNK_ROWS = chunks  # type: ignore[misc]


class Seed:
    """One seed's life. `run` plays it to its end; raises SeedFailed with the trace."""

    def __init__(
        self, number: int, world: World, bag: MailBag, workers: tuple[Process, Process], *,
        told: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self.number, self.world, self.bag, self.workers = number, world, bag, workers
        self.seed = Random(number)
        self.acts = Acts(self.seed, world.cast.operator)
        self.day = OPENING_DAY
        self.trace: list[str] = []
        self.counts: Counter[str] = Counter()
        self._told = told

    def run(self) -> None:
        for worker in self.workers:
            worker.disconnect()
        begin_again(self.world)
        self.bag.waiting.clear()
        self.watch = Watch()
        try:
            self._opening()
            for _ in range(self.seed.randint(10, 18)):
                self._step()
            self._end_of_the_quarter()
        except Exception as error:
            raise SeedFailed(f"seed {self.number}, step {len(self.trace)}: {error!r}") from error
        finally:
            for worker in self.workers:
                worker.disconnect()

    def _opening(self) -> None:
        """Something to begin with: limits refused or cut, a file about those buyers, most of the offers accepted."""
        for house in self.world.houses:
            self._do(self.acts.first_limits(house, self.day))
            self._do(self.acts.first_file(house, self.day))
            self._settle()
            self._do(self.acts.first_answers(house, self.day))

    def _do(self, act: Act) -> None:
        told, work = act
        self._note(f"{told}: {self._answered(work)}")

    # -- steps -----------------------------------------------------------------------------------------------------

    def _step(self) -> None:
        drawn = self.seed.random()
        if drawn < 0.5:
            self._act()
        elif drawn < 0.66:
            self._deliver()
        elif drawn < 0.82:
            self._turn()
        elif drawn < 0.86:
            self._leases_run_out()
        else:
            self._days()

    def _act(self) -> None:
        house = self.seed.choice(self.world.houses)
        act = self.acts.any(house, self.day)
        if act is None:
            return
        told, work = act
        if self.seed.random() < 0.15:
            statements = self.seed.randint(0, 30)
            self.counts["crashes"] += 1
            died = self._answered(lambda: dies_within(statements, work))
            self._note(f"{told}: cut off after {statements} statements: {died}")
            if self.seed.random() < 0.3:
                return
        self._note(f"{told}: {self._answered(work)}")
        if self.seed.random() < 0.15:
            self.counts["repeats"] += 1
            self._note(f"  once more: {self._answered(work)}")

    def _answered(self, work: Callable[[], object]) -> str:
        """What came of it; what the product announces is an answer, everything else a bug."""
        try:
            answer = work()
        except DomainError as error:
            return f"{error.code}"
        return str(answer) if isinstance(answer, str | int | list | bool) else "done"

    def _deliver(self) -> None:
        """A message reaches a worker that is free: any of those under way, or one that beat sends again."""
        free = [worker for worker in self.workers if not worker.is_at_work]
        if not free:
            self._turn()
            return
        worker = self.seed.choice(free)
        self.bag.waiting[:] = [one for one in self.bag.waiting if one[0] not in NOT_DELIVERED]
        if self.bag.waiting and self.seed.random() < 0.8:
            place = self.seed.randrange(len(self.bag.waiting))
            task, given = self.bag.waiting[place]
            if self.seed.random() < 0.2:
                self.counts["messages twice"] += 1
            else:
                del self.bag.waiting[place]
            if self.seed.random() < 0.08:
                self.counts["messages lost"] += 1
                self._note(f"{task} is lost")
                return
        else:
            task, given = self.seed.choice(BEAT), {}
        self._begin(worker, task, given)
        self._go_on(worker, self.seed.randint(0, 12))

    def _turn(self) -> None:
        busy = [worker for worker in self.workers if worker.is_at_work]
        if not busy:
            self._deliver() if self.bag.waiting else self._act()
            return
        worker = self.seed.choice(busy)
        if self.seed.random() < 0.2:
            statements = self.seed.randint(0, 40)
            self.counts["kills"] += 1
            with suppress(LeaseLost):
                worker.kill(after_statements=statements)
            self._note(f"{worker.name} killed after {statements} statements of {worker.told}")
        else:
            self._go_on(worker, self.seed.randint(1, 25))

    def _leases_run_out(self) -> None:
        """Whoever holds one, dead or only slow, was not heard of for a minute."""
        rows("UPDATE audit_lease SET heard_at = heard_at - interval '61 seconds' RETURNING id")
        self._note("a minute passes")

    def _days(self) -> None:
        """New days: every night on the way on which something falls due, and the last one."""
        self._settle()
        if self.seed.random() < 0.6:
            self._learn(self.seed.choice(self.world.houses))
        due, must = self._due()
        is_next = bool(due) and self.seed.random() < 0.6
        target = due[0] if is_next else self.day + timedelta(days=self.seed.randint(1, 25))
        self._open_nights(min(target, LAST_DAY), must)
        for _ in range(self.seed.randint(0, 4)):
            self._deliver() if self.seed.random() < 0.4 else self._turn()

    def _learn(self, house: House) -> None:
        """That a rating was wrong as something was granted, which only a later night can find."""
        act = self.acts.wrong_rating(house, self.day)
        if act is not None:
            self._do(act)

    def _open_nights(self, target: date, must: list[date]) -> None:
        if target <= self.day:
            return
        wanted = [day for day in must if self.day < day < target] + [target]
        for day in wanted:
            ask_for_nights(day, day)
        self.counts["nights"] += len(wanted)
        self._note(f"nights asked for: {', '.join(map(str, wanted))}")

    def _due(self) -> tuple[list[date], list[date]]:
        """The days on which something falls due, and those of them on which a night must not be left out."""
        found = rows(
            """
            SELECT day, bool_or(is_must) FROM (
                SELECT cover_end AS day, true AS is_must FROM policies_guaranteeterm WHERE status = 'running'
                UNION ALL SELECT greatest(effective_on, booked_on) + 1, true FROM policies_buyerrating
                UNION ALL SELECT open_until, false FROM policies_offer WHERE status = 'live'
                UNION ALL SELECT effective_on, false FROM policies_buyerlimit
                UNION ALL SELECT effective_on, false FROM policies_reduction WHERE status = 'announced'
                UNION ALL SELECT run_off_until, false FROM reinsurance_cessionchange x
                          WHERE run_off_amount > 0 AND NOT EXISTS (
                              SELECT 1 FROM reinsurance_runoffrelease r WHERE r.change_id = x.id)
                UNION ALL SELECT date '2020-08-01', false
            ) AS due WHERE day > %s AND day < %s GROUP BY day ORDER BY day
            """,
            self.day, LAST_DAY,
        )  # fmt: skip
        return [day for day, _ in found], [day for day, is_must in found if is_must]

    # -- workers ---------------------------------------------------------------------------------------------------

    def _begin(self, worker: Process, task: str, given: dict[str, Any]) -> None:
        known = current_app.tasks[task]
        worker.begin(_told(task, given), lambda: known(**given))
        self.counts["messages"] += 1

    def _go_on(self, worker: Process, transactions: int) -> None:
        try:
            ended = "goes on" if worker.go_on(transactions) else "ends"
        except LeaseLost:
            ended = "lost its lease"
        self._note(f"{worker.name} {worker.told}: {ended}")

    def _settle(self) -> None:
        """Everybody ends what is begun, and what waits is delivered, until nothing waits and no night is open."""
        for _ in range(WORK_BACK):
            busy = [worker for worker in self.workers if worker.is_at_work]
            self.bag.waiting[:] = [one for one in self.bag.waiting if one[0] not in NOT_DELIVERED]
            if busy:
                self._go_on(self.seed.choice(busy), self.seed.randint(5, 60))
            elif self.bag.waiting:
                task, given = self.bag.waiting.pop(self.seed.randrange(len(self.bag.waiting)))
                self._begin(self.seed.choice(self.workers), task, given)
            elif self._is_unfinished():
                self._leases_run_out()
                for task in ("policies.resend_unfinished", "policies.open_due_nights"):
                    self.bag.send_task(task, kwargs={})
            else:
                break
        else:
            raise AssertionError("what was begun does not end")
        self.watch.finished(self.day)

    def _is_unfinished(self) -> bool:
        return nights.next_open() is not None or bool(
            rows("SELECT 1 FROM policies_submission WHERE status = 'waiting'")
        )

    def _end_of_the_quarter(self) -> None:
        self._settle()
        self._open_nights(LAST_DAY, self._due()[1])
        self._settle()
        self._last_claims()
        self._last_corrections()
        for task in ("capweb.publish_events", "policies.write_all_messages", "policies.send_all_mails"):
            self.bag.send_task(task, kwargs={})
        self._settle()
        self.watch.verified()
        self._tally()
        # A sixth of a seed's cost: every second one closes.
        if self.number % 2:
            house = self.seed.choice(self.world.houses)
            self._note(f"{house.code} {close_the_quarter(house, on=self.day)}")
            self.counts["quarters closed"] += 1

    def _last_claims(self) -> None:
        """Before the quarter is closed what was lost in it is declared, and mostly paid."""
        for house in self.world.houses:
            names = ["overdue"] * self.seed.choice((0, 1, 1, 2)) + ["claim"] * self.seed.randint(2, 7)
            for name in names:
                act = getattr(self.acts, name)(house, self.day)
                if act is not None:
                    self._do(act)

    def _last_corrections(self) -> None:
        """What was paid by then rests on ratings too: some prove wrong, and one more night finds it."""
        for house in self.world.houses:
            for _ in range(self.seed.choice((0, 1, 2, 3))):
                self._learn(house)
        self._open_nights(LAST_DAY + timedelta(days=1), [])
        self._settle()

    def _tally(self) -> None:
        """How much came of it, so that a run that stays idle is seen."""
        for name, table, condition in TALLIED:
            ((count,),) = rows(f"SELECT count(*) FROM {table} WHERE {condition}")
            self.counts[name] += count

    # -- the trace -------------------------------------------------------------------------------------------------

    def _note(self, told: str) -> None:
        broken = None
        try:
            self.day = self.watch.look()
        except InvariantBroken as error:
            broken = error
        line = f"{len(self.trace) + 1:>3} {self.day} {told}"
        self.trace.append(line)
        if self._told is not None:
            self._told(line)
        if broken is not None:
            raise broken


def _told(task: str, given: dict[str, Any]) -> str:
    """A message without the ids that are drawn anew in each run."""
    kept = {name: value for name, value in sorted(given.items()) if not name.endswith("submission")}
    return f"{task} {' '.join(f'{name}={value}' for name, value in kept.items())}".rstrip()
