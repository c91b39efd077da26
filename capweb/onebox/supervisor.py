"""`make run`: brings everything up in order, keeps it up, and on Ctrl-C takes it down so that nothing is left.

Order up: database and broker, preparation (migrations, static files, sample portfolio), web, workers, beat. Order down:
the latter at once and side by side, each with its own patience, then broker and database when nobody else uses them.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from types import FrameType

from capweb.onebox import paths, plan, preparation, processes, record
from capweb.onebox.children import Child
from capweb.onebox.problems import AlreadyRunning, PortTaken
from capweb.onebox.servers import PrivateServers
from capweb.onebox.telling import Teller

_LOOK_SECONDS = 0.25
_STOP_LOOK_SECONDS = 0.05
_SERVERS_EVERY_SECONDS = 2.0
_LOGS_EVERY_SECONDS = 60.0
_READY_SECONDS = 90.0


class Supervisor:
    """Everything that runs for one data folder. `run` returns when a signal asked for the end."""

    def __init__(self, data: paths.DataFolder, *, web_port: int, teller: Teller) -> None:
        self.data = data
        self.port = web_port
        self.address = f"http://127.0.0.1:{web_port}/"
        self.servers = PrivateServers(data)
        self.children: list[Child] = []
        self._teller = teller
        self._lock = record.lock_of(data)
        self._signals = 0
        self._is_stopping = False

    def run(self) -> None:
        """Start, watch, stop. Raises AlreadyRunning, PortTaken, or ServerProblem if something cannot be started."""
        self.data.prepare()
        self._become_the_only_one()
        try:
            refuse_taken_port(self.port)
            self._listen_to_signals()
            self._start()
            self._watch()
        finally:
            try:
                self._stop()
            except EndAsked:
                # The signal came on the threshold, after something else had ended the watch.
                self._stop()
            self._lock.release()

    def _become_the_only_one(self) -> None:
        if not self._lock.take(wait=False):
            found = record.read(self.data)
            where = f" at {found.address} (process {found.supervisor.pid})" if found else ""
            raise AlreadyRunning(
                f"capweb already runs for the data folder {self.data.root}{where}. Use that one; or end it with Ctrl-C "
                "there or `.venv/bin/python manage.py onebox stop`; or run a second one beside it with another folder "
                "and port: CAPWEB_DATA=… PORT=… make run"
            )
        if left := record.stop_leftovers(self.data):
            self._teller.note(f"ended what an earlier run had left behind: {', '.join(left)}")

    def _listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._signals += 1
        if self._signals == 1 and not self._is_stopping:
            raise EndAsked(signal.Signals(number).name)

    def _start(self) -> None:
        self._note_state()
        environment = plan.environment(self.data, web_port=self.port)
        with self._teller.step("Database and broker"):
            self.servers.acquire()
        preparation.prepare(self.data, servers=self.servers, environment=environment, teller=self._teller)
        with self._teller.step("Web, workers and beat") as step:
            for part in plan.parts(web_port=self.port, run_folder=self.data.run):
                log = self.data.logs / f"{part.name}.log"
                child = Child(part, folder=paths.PROJECT_ROOT, log=log, environment=environment)
                child.trim_log()
                self.children.append(child)
                child.start()
                self._note_state()
            self._wait_until_ready(step)

    def _wait_until_ready(self, step: preparation.Step) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while (fault := preparation.readiness_fault(self.address)) is not None:
            if time.monotonic() > deadline:
                self._teller.warn(f"not ready after {_READY_SECONDS:.0f} s: {fault}. The logs: {self.data.logs}")
                return
            step.say(fault)
            self._look_after_children()
            time.sleep(_LOOK_SECONDS)

    def _watch(self) -> None:
        preparation.welcome(self.address, servers=self.servers, teller=self._teller)
        next_servers = next_logs = 0.0
        while True:
            self._look_after_children()
            now = time.monotonic()
            if now >= next_servers:
                next_servers = now + _SERVERS_EVERY_SECONDS
                for name in self.servers.repair():
                    self._teller.warn(f"the {name} had ended and was started again")
            if now >= next_logs:
                next_logs = now + _LOGS_EVERY_SECONDS
                for child in self.children:
                    child.trim_log()
            time.sleep(_LOOK_SECONDS)

    def _look_after_children(self) -> None:
        for child in self.children:
            if told := child.look():
                self._teller.warn(told)
                self._note_state()

    def _stop(self) -> None:
        self._is_stopping = True
        if self.children:
            with self._teller.step("Stopping"):
                self._stop_children()
        self.servers.release()
        if self.servers.is_running():
            self._teller.note(
                "the database and the broker stay, because another command uses them or they were detached"
            )
        record.remove(self.data)

    def _stop_children(self) -> None:
        asked_at = time.monotonic()
        for child in self.children:
            child.ask_to_stop()
        signals = self._signals
        for child in self.children:
            # Another Ctrl-C ends the patience.
            while child.is_running() and self._signals == signals:
                if time.monotonic() - asked_at > child.part.stop_seconds:
                    break
                time.sleep(_STOP_LOOK_SECONDS)
            if not child.finish():
                self._teller.warn(f"{child.part.name} did not end and was killed")

    def _note_state(self) -> None:
        known = {child.part.name: child.known for child in self.children if child.known}
        ourselves = processes.known_process(os.getpid())
        record.write(self.data, record.Record(ourselves, self.address, known))


class EndAsked(Exception):
    """A signal asked for the end: no error, but the way out of whatever is under way."""


def refuse_taken_port(port: int) -> None:
    """Raises PortTaken if another program listens on the port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as problem:
            raise PortTaken(
                f"Port {port} may not be used by this account; choose one above 1023: PORT=8001 make run"
            ) from problem
        except OSError as problem:
            raise PortTaken(
                f"Port {port} is taken by another program. Stop that one, or choose another: PORT={port + 1} make run"
            ) from problem
