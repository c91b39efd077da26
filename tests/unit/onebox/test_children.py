"""A child that dies is started again with growing patience, and one that must end does end, with all it started."""

from __future__ import annotations

import os
import time

import pytest

from capweb.onebox import children, paths, processes, record
from capweb.onebox.children import Child, Part


@pytest.fixture
def make_child(tmp_path):
    made: list[Child] = []

    def make(script: str) -> Child:
        part = Part("part", ("/bin/sh", "-c", script), stop_seconds=1)
        child = Child(part, folder=tmp_path, log=tmp_path / "part.log", environment=os.environ)
        made.append(child)
        child.start()
        return child

    yield make
    for child in made:
        child.finish()


def look_until(child: Child, words: str, *, seconds: float = 5) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (told := child.look()) and words in told:
            return told
        time.sleep(0.01)
    raise AssertionError(f"never told {words!r}")


def test_a_killed_child_is_started_again(make_child):
    child = make_child("exec sleep 60")
    first = child.known
    os.kill(first.pid, 9)
    assert "killed by SIGKILL" in look_until(child, "ended")
    look_until(child, "started again")
    assert child.known.is_alive()
    assert child.known != first


def test_the_pause_before_a_new_start_doubles(make_child, monkeypatch):
    monkeypatch.setattr(children, "FIRST_PAUSE_SECONDS", 0.05)
    child = make_child("exit 3")
    child._pause = children.FIRST_PAUSE_SECONDS
    told = [look_until(child, "ended") for _ in range(3)]
    assert [text.split("again in ")[1].split(" s")[0] for text in told] == ["0.05", "0.1", "0.2"]
    assert "exit status 3" in told[0]


def test_the_pause_never_passes_its_longest(make_child):
    child = make_child("exit 1")
    child._pause = children.LONGEST_PAUSE_SECONDS
    look_until(child, "ended")
    assert child._pause == children.LONGEST_PAUSE_SECONDS


def test_a_child_that_hangs_is_killed_with_everything_it_started(make_child, tmp_path):
    child = make_child("trap '' TERM; sleep 60 & echo $! > grandchild; while :; do sleep 1; done")
    while not (tmp_path / "grandchild").exists() or not (tmp_path / "grandchild").read_text().strip():
        time.sleep(0.01)
    grandchild = processes.known_process(int((tmp_path / "grandchild").read_text()))
    assert grandchild.is_alive()
    child.ask_to_stop()
    time.sleep(0.1)
    assert child.is_running()
    assert child.finish() is False
    assert processes.wait_until_gone(grandchild, seconds=5)


def test_a_child_that_ends_when_asked_is_not_killed(make_child):
    child = make_child("exec sleep 60")
    child.ask_to_stop()
    while child.is_running():
        time.sleep(0.01)
    assert child.finish() is True


def test_a_log_that_has_grown_too_large_is_put_aside_while_it_is_written(make_child, monkeypatch):
    monkeypatch.setattr(children, "LARGEST_LOG_BYTES", 100)
    child = make_child("head -c 200 /dev/zero; read _ < /dev/null; sleep 0.5; echo later; sleep 60")
    while child.log.stat().st_size < 200:
        time.sleep(0.01)
    child.trim_log()
    assert child.log.with_suffix(".log.1").stat().st_size == 200
    deadline = time.monotonic() + 5
    while child.log.read_text() != "later\n" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert child.log.read_text() == "later\n"


def test_what_a_killed_supervisor_left_behind_is_found_and_ended(make_child, tmp_path):
    data = paths.data_folder(tmp_path / "data")
    data.prepare()
    left = make_child("exec sleep 60").known
    gone = processes.KnownProcess(2**22 - 1, 1)
    record.write(data, record.Record(gone, "http://127.0.0.1:8000/", {"web": left, "beat": gone}))
    assert record.stop_leftovers(data) == ["web"]
    assert not left.is_alive()
    assert record.read(data) is None


def test_a_note_that_cannot_be_read_is_no_note(tmp_path):
    data = paths.data_folder(tmp_path / "data")
    data.prepare()
    (data.run / "supervisor.json").write_text('{"supervisor": 3}')
    assert record.read(data) is None
