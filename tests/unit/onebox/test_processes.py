"""A process is remembered with its start, so that a number used again is never taken for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from capweb.onebox import paths, processes
from capweb.onebox.postgres import Cluster


@pytest.fixture
def sleeper():
    running = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield running
    running.kill()
    running.wait()


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "server_account", lambda: paths.Account("ourselves"))
    data = paths.data_folder(tmp_path)
    data.prepare()
    made = Cluster(data)
    made.files.mkdir(parents=True)
    return made


def test_a_running_process_is_alive_until_it_ends(sleeper):
    known = processes.known_process(sleeper.pid)
    assert known.is_alive()
    processes.send(known, signal.SIGTERM)
    assert processes.wait_until_gone(known, seconds=5)
    assert not known.is_alive()


def test_a_zombie_has_ended(sleeper):
    known = processes.known_process(sleeper.pid)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert not known.is_alive()


def test_a_number_that_is_used_again_is_another_process(sleeper):
    earlier = processes.KnownProcess(sleeper.pid, (processes.start_of(sleeper.pid) or 0) - 100)
    assert not earlier.is_alive()
    processes.send(earlier, signal.SIGKILL, group=True)
    assert sleeper.poll() is None


def test_a_pid_file_that_names_a_stranger_after_a_reboot_does_not_count(cluster, sleeper):
    (cluster.files / "postmaster.pid").write_text(f"{sleeper.pid}\n{cluster.files}\n")
    assert cluster.running() is None
    cluster._remove_stale_pid_file()
    assert not (cluster.files / "postmaster.pid").exists()


def test_a_pid_file_stays_while_a_backend_still_writes(cluster):
    (cluster.files / "postmaster.pid").write_text("999999\n")
    backend = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=cluster.files)
    try:
        cluster._remove_stale_pid_file()
        assert (cluster.files / "postmaster.pid").exists()
    finally:
        backend.kill()
        backend.wait()


@pytest.mark.parametrize("content", ["", "rubbish\n", "-1\n"])
def test_a_pid_file_of_rubbish_is_no_running_server(cluster, content):
    (cluster.files / "postmaster.pid").write_text(content)
    assert cluster.running() is None
    assert not cluster.is_ready()
