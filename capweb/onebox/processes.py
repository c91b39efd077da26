"""Is a process still the one we started, and how is it stopped for certain?

A process number alone proves nothing: it is used again after a while. So a process is remembered with the moment of
its start, as the kernel tells it, and is stopped only if both still agree.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class KnownProcess:
    """A process number with its start, in the kernel's ticks; `started` is None where the system does not tell."""

    pid: int
    started: int | None

    def is_alive(self) -> bool:
        """True while this very process runs; a zombie has ended."""
        return _responds(self.pid) and (self.started is None or start_of(self.pid) == self.started)


def known_process(pid: int) -> KnownProcess:
    """The process as it is now."""
    return KnownProcess(pid, start_of(pid))


def start_of(pid: int) -> int | None:
    """When the process started, in ticks since the machine did; None for an ended one or without /proc."""
    fields = _stat_fields(pid)
    return int(fields[19]) if fields else None


def _stat_fields(pid: int) -> list[str]:
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    # The second field is the name in brackets and may hold spaces; what follows the last bracket is plain.
    return stat.rpartition(")")[2].split()


def _responds(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    fields = _stat_fields(pid)
    return not fields or fields[0] not in {"Z", "X"}


def working_folder(pid: int) -> Path | None:
    """The folder that the process works in, or None where the system does not tell."""
    try:
        return (_PROC / str(pid) / "cwd").readlink()
    except OSError:
        return None


def processes_working_in(folder: Path) -> list[int]:
    """Every process whose working folder is this one (PostgreSQL's server and all its backends work in the cluster)."""
    if not _PROC.is_dir():
        return []
    numbers = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if working_folder(pid) == folder]


def wait_until_gone(process: KnownProcess, *, seconds: float) -> bool:
    """Wait for a process to end; True if it did. A child of ours is reaped on the way, or it would stay a zombie."""
    deadline = time.monotonic() + seconds
    while True:
        reap(process.pid)
        if not process.is_alive():
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE_SECONDS)


def reap(pid: int) -> None:
    """Take note of a child's end; nothing for a process that is not our child."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except (ChildProcessError, OSError):
        return


def send(process: KnownProcess, number: signal.Signals, *, group: bool = False) -> None:
    """Send a signal to the process (or to the whole group that it leads) if it is still the one we know."""
    if not process.is_alive():
        return
    try:
        if group:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
    except ProcessLookupError:
        return
