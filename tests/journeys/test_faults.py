"""A worker killed, PostgreSQL restarted in the middle of a batch: it is taken up again, and every row has one outcome.

Real processes on a machine of their own. Both faults are waited for together, since a silent worker is given a minute.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from capweb.onebox import binaries, paths
from capweb.onebox.postgres import ADMINISTRATOR, Cluster
from tests.journeys.one_machine import environment, fresh_data_folder, onebox, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SAMPLE_NOTICES = 10_000
TAKE_OVER_SECONDS = 120.0
CELERY = (sys.executable, "-m", "celery", "-A", "capweb")


@dataclass
class Batch:
    """A file that was handed in, and what was seen of it. Moments are those of `time.monotonic`."""

    insurer: str
    submission: str
    rows: int
    bad_rows: int
    settled_at_fault: int = 0
    fault_at: float = 0.0
    taken_over_at: float = 0.0
    done_at: float = 0.0
    counted: dict[str, Any] = field(default_factory=dict)

    @property
    def take_over_seconds(self) -> float:
        return self.taken_over_at - self.fault_at


class Machine:
    """The servers of a data folder, and the processes that were started on them."""

    def __init__(self, data: paths.DataFolder) -> None:
        self.data = data
        self.environment = environment(data)
        self.started: list[subprocess.Popen] = []
        self.run(*onebox("servers", "--detach"))
        self.run(sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0", "--skip-checks")
        self.run(sys.executable, "manage.py", "seed_sample", "--size", str(SAMPLE_NOTICES))
        self.cluster = Cluster(data)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, cwd=paths.PROJECT_ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start(self, name: str, *arguments: str) -> subprocess.Popen:
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [*CELERY, *arguments], env=self.environment, cwd=paths.PROJECT_ROOT, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def worker(self, name: str) -> subprocess.Popen:
        queues = ("worker", "-Q", "decisions,default", "-c", "1", "--hostname", f"{name}@%h", "--loglevel", "INFO")
        return self.start(name, *queues)

    def beat(self) -> subprocess.Popen:
        return self.start("beat", "beat", "--schedule", str(self.data.run / "beat-schedule"), "--pidfile", "")

    def log(self, name: str) -> Path:
        return self.data.logs / f"{name}.log"

    def hand_in(self, insurer: str, *, rows: int, bad_rows: int) -> Batch:
        script = (
            sys.executable,
            "-m",
            "tests.journeys.hand_in_and_count",
            "hand-in",
            insurer,
            str(rows),
            str(bad_rows),
        )
        receipt = json.loads(self.run(*script))
        return Batch(insurer, receipt["submission"], rows, bad_rows)

    def count(self, batch: Batch) -> dict[str, Any]:
        script = (sys.executable, "-m", "tests.journeys.hand_in_and_count", "count", batch.insurer, batch.submission)
        return json.loads(self.run(*script))

    def settled(self, batch: Batch) -> int:
        """How many rows have an outcome; -1 while the database does not answer."""
        try:
            with psycopg.connect(
                host=str(self.cluster.socket_folder), user=ADMINISTRATOR, dbname="capweb"
            ) as connection:
                found = connection.execute(
                    "SELECT count(*) FROM policies_submissionrow JOIN policies_submission s ON s.id = submission_id "
                    "WHERE s.public_id = %s AND outcome IS NOT NULL",
                    [batch.submission],
                ).fetchone()
        except psycopg.OperationalError:
            return -1
        return int(found[0])

    def wait_for_the_middle(self, batch: Batch) -> None:
        """Until a chunk is settled and another is under way."""
        wait_for(lambda: self.settled(batch) > batch.bad_rows, "a first chunk is settled", seconds=120)

    def note_fault(self, batch: Batch) -> None:
        batch.fault_at = time.monotonic()
        batch.settled_at_fault = wait_for(lambda: max(self.settled(batch), 0), "the database answers", seconds=60)

    def restart_postgresql(self) -> None:
        """As an administrator in a hurry does it: without waiting for anybody."""
        command = [str(binaries.postgresql_bin() / "pg_ctl"), "restart", "-m", "immediate", "-w", "-D"]
        with (self.data.logs / "restart.log").open("ab") as log:
            subprocess.run(
                [*command, str(self.cluster.files)], check=True, cwd=self.cluster.place, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, **self.cluster.account.popen_arguments(),
            )  # fmt: skip

    def end(self) -> None:
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass
class Calamities:
    """What came of the two batches; `second` is the worker that met both."""

    machine: Machine
    killed: Batch
    restarted: Batch
    second: subprocess.Popen


@pytest.fixture(scope="module")
def calamities() -> Iterator[Calamities]:
    with fresh_data_folder() as data:
        machine = Machine(data)
        try:
            yield _befall(machine)
        finally:
            machine.end()


def _befall(machine: Machine) -> Calamities:
    """Kill the first worker in its batch, restart PostgreSQL in the second's, then wait for the end of both batches."""
    first = machine.worker("first")
    killed = machine.hand_in("euler-hermes", rows=3_900, bad_rows=60)
    machine.wait_for_the_middle(killed)
    os.killpg(first.pid, signal.SIGKILL)
    machine.note_fault(killed)

    second = machine.worker("second")
    machine.beat()
    restarted = machine.hand_in("coface", rows=2_700, bad_rows=60)
    machine.wait_for_the_middle(restarted)
    machine.restart_postgresql()
    machine.note_fault(restarted)

    batches = [killed, restarted]
    wait_for(lambda: all(_watched(machine, batch) for batch in batches), "both batches are done", seconds=180)
    for batch in batches:
        batch.counted = machine.count(batch)
    return Calamities(machine, killed, restarted, second)


def _watched(machine: Machine, batch: Batch) -> bool:
    """Notes when a batch goes on and when it is done; true once it is."""
    settled = machine.settled(batch)
    if not batch.taken_over_at and settled > batch.settled_at_fault:
        batch.taken_over_at = time.monotonic()
    if not batch.done_at and settled == batch.rows:
        batch.done_at = time.monotonic()
    return bool(batch.done_at)


def _tell(batch: Batch, what: str) -> None:
    print(
        f"\n{what} after {batch.settled_at_fault} of {batch.rows} rows: taken over in {batch.take_over_seconds:.1f} s, "
        f"done in {batch.done_at - batch.fault_at:.1f} s"
    )


def _assert_every_row_has_one_outcome(batch: Batch) -> None:
    assert batch.bad_rows < batch.settled_at_fault < batch.rows, "the fault came in the middle of the batch"
    found = batch.counted
    outcomes = found["outcomes"]
    assert sum(outcomes.values()) == found["rows"] == batch.rows
    assert "null" not in outcomes, "a row without outcome"
    assert outcomes["failed"] == batch.bad_rows, "nothing failed but what was bad"
    judged = batch.rows - outcomes["failed"]
    assert found["requests"] == found["requests_of_rows"] == judged, "one request for each row that was judged"
    assert found["told"] == found["told_of"] == judged, "each is told of once in the trail"
    assert found["offers"] == found["live_offers"] == found["holds"] == outcomes["offered"] > 0
    assert found["held"] == found["offered"], "what is held is what was offered"
    assert found["ledger"] == [], "the ledger agrees with itself"


def test_a_killed_workers_batch_is_taken_over_within_two_minutes(calamities):
    _tell(calamities.killed, "A worker was killed")
    assert 0 < calamities.killed.take_over_seconds < TAKE_OVER_SECONDS


def test_a_killed_workers_batch_ends_with_one_outcome_a_row(calamities):
    _assert_every_row_has_one_outcome(calamities.killed)


def test_a_batch_is_taken_up_again_within_two_minutes_of_a_restart_of_postgresql(calamities):
    _tell(calamities.restarted, "PostgreSQL was restarted")
    assert 0 < calamities.restarted.take_over_seconds < TAKE_OVER_SECONDS
    assert "OperationalError" in calamities.machine.log("second").read_text(), "the task failed loudly"
    assert calamities.second.poll() is None, "the worker itself lives on"


def test_a_batch_in_which_postgresql_was_restarted_ends_with_one_outcome_a_row(calamities):
    _assert_every_row_has_one_outcome(calamities.restarted)
