"""A worker that waits for a lock which nobody gives back is named, left alone, and disturbs nobody after it."""

from __future__ import annotations

import threading

import pytest

from tests.simulation import processes
from tests.simulation.processes import Process


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE_SECONDS", 0.2)
    worker = Process("worker")
    yield worker
    worker.leave()


def test_a_worker_that_waits_for_ever_is_left_alone(db, worker):
    never = threading.Event()
    with pytest.raises(AssertionError, match="worker waits for a lock: waits for ever"):
        worker.begin("waits for ever", lambda: never.wait(5))
    abandoned = worker._thread
    worker.disconnect()
    done: list[str] = []
    worker.begin("works again", lambda: done.append("again"))
    assert (done, worker.is_at_work) == (["again"], False)
    never.set()
    abandoned.join(5)
    assert not abandoned.is_alive()
    worker.begin("is not disturbed", lambda: done.append("once more"))
    assert (done, worker.is_at_work) == (["again", "once more"], False)
