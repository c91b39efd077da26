"""`make run` on a fresh data folder: everything comes up, stays up when a part is killed, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from capweb.onebox import paths, processes, record
from tests.journeys.one_machine import environment, free_port, fresh_data_folder, onebox, processes_of, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FIRST_START_SECONDS = 240.0


@dataclass
class Machine:
    """A supervisor under way, with what it has printed so far."""

    data: paths.DataFolder
    port: int
    process: subprocess.Popen
    printed: list[str] = field(default_factory=list)

    def ready(self) -> bool:
        assert self.process.poll() is None, f"it ended: {self.output()}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def output(self) -> str:
        return (self.data.root.parent / "output").read_text()

    def children(self) -> dict[str, int]:
        return {name: known.pid for name, known in record.read(self.data).children.items()}


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with fresh_data_folder() as data:
        port = free_port()
        with (data.root.parent / "output").open("w") as output:
            running = subprocess.Popen(
                onebox("run"), env=environment(data, PORT=str(port)), cwd=paths.PROJECT_ROOT, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        started = Machine(data, port, running)
        try:
            wait_for(started.ready, "everything is ready", seconds=FIRST_START_SECONDS)
            yield started
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait(timeout=90)


def run_again(machine: Machine, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        onebox("run"), env=environment(machine.data, **more), cwd=paths.PROJECT_ROOT, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_a_fresh_folder_becomes_ready_and_says_where(machine):
    wait_for(lambda: "Ctrl-C stops everything" in machine.output(), "the welcome")
    assert f"http://127.0.0.1:{machine.port}/" in machine.output()
    assert str(machine.data.logs) in machine.output()


def test_a_second_run_beside_it_is_told_where_the_first_one_is(machine):
    second = run_again(machine, PORT=str(free_port()))
    assert second.returncode == 1
    assert f"already runs for the data folder {machine.data.root} at http://127.0.0.1:{machine.port}/" in second.stderr


def test_another_folder_on_the_same_port_is_told_that_the_port_is_taken(machine):
    with fresh_data_folder() as other:
        second = run_again(Machine(other, machine.port, machine.process), PORT=str(machine.port))
        assert second.returncode == 1
        assert f"Port {machine.port} is taken by another program" in second.stderr
        assert not processes_of(other)


def test_its_status_names_every_process(machine):
    told = subprocess.run(
        onebox("status"), env=environment(machine.data), capture_output=True, text=True, check=True
    ).stdout
    for name in ("database", "broker", "web", "worker", "documents", "beat"):
        assert any(line.startswith(name) and "runs" in line for line in told.splitlines()), told


@pytest.mark.parametrize("name", ["web", "worker", "documents", "beat"])
def test_a_killed_part_is_started_again(machine, name):
    killed = machine.children()[name]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: machine.children().get(name, killed) != killed, f"{name} is another process")
    wait_for(machine.ready, "everything is ready again")
    assert f"{name} ended (killed by SIGKILL)" in machine.output()


def test_a_killed_database_is_started_again_and_the_pages_answer(machine):
    pid = int(next((machine.data.root / "postgresql" / "cluster").glob("postmaster.pid")).read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: "the database had ended and was started again" in machine.output(), "the repair is told")
    wait_for(machine.ready, "everything is ready again")


def test_a_command_beside_it_uses_its_servers_and_leaves_them(machine):
    shown = subprocess.run(
        [onebox()[0], "manage.py", "showmigrations", "--plan", "--database", "owner"], env=environment(machine.data),
        cwd=paths.PROJECT_ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "[ ]" not in shown.stdout
    assert machine.ready()


def test_it_is_alive_while_a_worker_hangs(machine):
    pid = machine.children()["worker"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/healthz", timeout=5) as answer:
            assert json.loads(answer.read()) == {"status": "alive"}
    finally:
        os.kill(pid, signal.SIGCONT)


def test_stop_ends_what_a_killed_run_left_behind():
    """A supervisor that is killed cannot stop its children; `onebox stop` and the next `make run` do."""
    with fresh_data_folder() as data:
        data.prepare()
        left = subprocess.Popen(["sleep", "600"], env=environment(data), start_new_session=True)
        gone = processes.KnownProcess(2**22 - 1, 1)
        record.write(data, record.Record(gone, "http://127.0.0.1:1/", {"worker": processes.known_process(left.pid)}))
        told = subprocess.run(
            onebox("stop"), env=environment(data), cwd=paths.PROJECT_ROOT, capture_output=True, text=True, check=True
        )
        assert "left behind: worker" in told.stdout
        assert left.wait(timeout=5) != 0


def test_ctrl_c_leaves_no_process_even_when_one_hangs(machine):
    """The last of the file: it ends the machine. A stopped process cannot obey SIGTERM, so it hangs for certain."""
    os.kill(machine.children()["beat"], signal.SIGSTOP)
    os.kill(machine.process.pid, signal.SIGINT)
    assert machine.process.wait(timeout=90) == 0
    assert "beat did not end and was killed" in machine.output()
    assert processes_of(machine.data) == {}
    assert record.read(machine.data) is None
