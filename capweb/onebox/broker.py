"""The private broker of a data folder: a real Redis or Valkey server on a Unix socket that only its account can enter.

It keeps nothing on disk: the database is the queue of record, a message is only a wake-up.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time

from capweb.onebox import binaries, paths, processes
from capweb.onebox.postgres import last_lines
from capweb.onebox.problems import ServerProblem

_START_SECONDS = 15.0
_STOP_SECONDS = 10.0
_PAUSE_SECONDS = 0.01


class Broker:
    """The private broker of one data folder. Whoever starts or stops it holds the folder's lock (see `servers`)."""

    def __init__(self, data: paths.DataFolder) -> None:
        self.data = data
        self.folder = data.broker
        self.socket = data.socket_folder(self.folder, kind="broker") / "broker.sock"
        self.log = data.logs / "broker.log"
        self._pid_file = self.folder / "broker.pid"

    def running(self) -> processes.KnownProcess | None:
        """The server process, or None; it counts only if it works in this folder."""
        try:
            pid = int(self._pid_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        process = processes.known_process(pid)
        return (
            process if process.is_alive() and processes.working_folder(pid) in (None, self.folder.resolve()) else None
        )

    def is_ready(self) -> bool:
        """True if it answers a PING."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
                wire.settimeout(2.0)
                wire.connect(str(self.socket))
                wire.sendall(b"PING\r\n")
                return wire.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> None:
        """Start it if it does not run; return when it answers. Raises ServerProblem (with the log's end)."""
        child = self._launch() if self.running() is None else None
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            if (child is not None and child.poll() is not None) or time.monotonic() > deadline:
                raise ServerProblem(f"The broker did not start; the end of {self.log}:\n{last_lines(self.log)}")
            time.sleep(_PAUSE_SECONDS)

    def stop(self) -> None:
        """Stop it: politely, then by force. Nothing if it does not run."""
        process = self.running()
        if process is None:
            return
        processes.send(process, signal.SIGTERM)
        if not processes.wait_until_gone(process, seconds=_STOP_SECONDS):
            processes.send(process, signal.SIGKILL)
            processes.wait_until_gone(process, seconds=_STOP_SECONDS)

    def _launch(self) -> subprocess.Popen[bytes]:
        paths.make_owned(self.socket.parent, paths.Account("ourselves"))
        self.socket.unlink(missing_ok=True)
        settings = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(self.folder),
            "pidfile": str(self._pid_file), "save": "", "appendonly": "no", "daemonize": "no",
            "maxmemory-policy": "noeviction", "loglevel": "notice",
        }  # fmt: skip
        command = [str(binaries.redis_server())]
        command += [part for name, value in settings.items() for part in (f"--{name}", value)]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                start_new_session=True,
            )  # fmt: skip
