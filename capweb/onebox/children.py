"""One process that is watched over: start it, start it again with growing patience when it dies, stop it for certain.

Each child leads a session of its own, so that Ctrl-C on the terminal reaches the supervisor alone, and a signal to its
group reaches everything that it started itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from capweb.onebox import processes

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
LARGEST_LOG_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Part:
    """What is to run: its name (also of its log), its command, and how long it may take to end politely."""

    name: str
    command: tuple[str, ...]
    stop_seconds: float


class Child:
    """A part that runs, or waits to be started again."""

    def __init__(self, part: Part, *, folder: Path, log: Path, environment: Mapping[str, str]) -> None:
        self.part = part
        self.log = log
        self.restarts = 0
        self._folder = folder
        self._environment = dict(environment)
        self._running: subprocess.Popen[bytes] | None = None
        self._known: processes.KnownProcess | None = None
        self._started_at = 0.0
        self._again_at = 0.0
        self._pause = FIRST_PAUSE_SECONDS

    @property
    def known(self) -> processes.KnownProcess | None:
        """The process as it can be found again by somebody else; None while it waits to be started again."""
        return self._known

    def start(self) -> None:
        """Start it. Its output goes to its log."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.part.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self._folder,
                env=self._environment, start_new_session=True,
            )  # fmt: skip
        self._known = processes.known_process(self._running.pid)
        self._started_at = time.monotonic()

    def look(self) -> str | None:
        """Look after it: what happened in words, or None if all is well. Call it a few times a second."""
        now = time.monotonic()
        if self._running is None:
            if now < self._again_at:
                return None
            self.start()
            self.restarts += 1
            return f"{self.part.name} started again (process {self._known.pid if self._known else '?'})"
        status = self._running.poll()
        if status is None:
            return None
        # What it started itself must not live on beside its successor.
        self._signal_group(signal.SIGKILL)
        self._running = self._known = None
        if now - self._started_at > STEADY_SECONDS:
            self._pause = FIRST_PAUSE_SECONDS
        self._again_at = now + self._pause
        told = f"{self.part.name} ended ({ending(status)}); again in {self._pause:g} s; see {self.log}"
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        return told

    def ask_to_stop(self) -> None:
        """Ask it to end, without waiting."""
        if self._running is not None and self.is_running():
            self._running.terminate()

    def is_running(self) -> bool:
        """True while its process lives."""
        return self._running is not None and self._running.poll() is None

    def finish(self) -> bool:
        """Kill it if it still runs, and whatever is left of its group; True if it had ended by itself."""
        if self._running is None:
            return True
        by_itself = not self.is_running()
        self._signal_group(signal.SIGKILL)
        self._running.wait()
        self._running = self._known = None
        return by_itself

    def trim_log(self) -> None:
        """Put a log that has grown too large aside; the child goes on writing at the end of the emptied file."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._running is not None:
            try:
                os.killpg(self._running.pid, number)
            except ProcessLookupError:
                return


def ending(status: int) -> str:
    """An exit status in words."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
