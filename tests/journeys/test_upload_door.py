"""200 MB of rubbish pushed at the doors of the real web server: refused at once, with a sentence, in bounded memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from capweb.onebox import paths, plan
from tests.journeys.one_machine import free_port, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MEGABYTES = 200
PIECE = os.urandom(1024 * 1024)
# What one request may cost at its peak beyond what the server has when idle.
ROOM_MEGABYTES = 40
FORM = "multipart/form-data; boundary=rubbish"


@dataclass
class Door:
    """A web server as `make run` starts it."""

    port: int
    process: subprocess.Popen

    def memory(self) -> int:
        """Megabytes of the server and the workers it has started, as they are at this moment."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return sum(_resident(int(one)) for one in [pid, *children])

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.fixture(scope="module")
def door(servers: None) -> Iterator[Door]:
    port = free_port()
    (web,) = (part for part in plan.parts(web_port=port, run_folder=Path("/nonexistent")) if part.name == "web")
    # In this mode static files are named without the manifest that collectstatic writes.
    surroundings = {**plan.environment(paths.data_folder(), web_port=port), "CAPWEB_DEBUG": "1"}
    process = subprocess.Popen(
        web.command, env=surroundings, cwd=paths.PROJECT_ROOT, start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        found = Door(port, process)
        wait_for(found.answers, "the web server answers", seconds=60)
        push(found, "/healthz", "GET", {}, pieces=0)
        yield found
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@dataclass
class Pushed:
    """What came back, how much had gone out by then, and the highest memory seen on the way."""

    answer: str
    sent_megabytes: int
    seconds: float
    peak: int


def push(door: Door, path: str, method: str, headers: dict[str, str], *, pieces: int, chunked: bool = False) -> Pushed:
    """Send a body piece by piece, as far as the server takes it, and read the answer."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept-Language: en", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    begun, sent, peaks, is_over = time.monotonic(), 0, [door.memory()], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.01):
            peaks.append(door.memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with socket.create_connection(("127.0.0.1", door.port), timeout=60) as wire:
            wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            try:
                for _ in range(pieces):
                    wire.sendall(b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if chunked else PIECE)
                    sent += 1
            except (BrokenPipeError, ConnectionResetError):
                pass  # It has heard enough.
            answer = _all_of(wire)
    finally:
        is_over.set()
        watcher.join()
    return Pushed(answer, sent, time.monotonic() - begun, max(peaks))


def _all_of(wire: socket.socket) -> str:
    received = b""
    try:
        while piece := wire.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received.decode(errors="replace")


@pytest.mark.parametrize(
    ("path", "kind", "sentence"),
    [
        ("/api/v1/limit-requests/bulk", "text/csv", "The body is larger than 64 megabytes: split it."),
        ("/submissions", FORM, "A file of requests has at most 64 megabytes"),
        ("/sign-in/login/", FORM, "A file of requests has at most 64 megabytes"),
    ],
)
def test_rubbish_is_refused_early_with_a_sentence_and_in_bounded_memory(door, path, kind, sentence):
    idle = door.memory()
    length = str(MEGABYTES * len(PIECE))
    pushed = push(door, path, "POST", {"Content-Type": kind, "Content-Length": length}, pieces=MEGABYTES)
    print(f"\n{path}: {pushed.sent_megabytes} MB sent, {pushed.seconds:.2f} s, memory {idle} -> {pushed.peak} MB")
    assert " 413 " in pushed.answer.splitlines()[0], pushed.answer[:500]
    assert sentence in pushed.answer
    assert pushed.sent_megabytes < MEGABYTES, "it is not read to its end"
    assert pushed.peak - idle < ROOM_MEGABYTES


@pytest.mark.parametrize("path", ["/api/v1/limit-requests/bulk", "/submissions"])
def test_rubbish_without_a_length_is_not_read_either(door, path):
    """Nobody has signed in, so the answer is another; what counts is that nothing is kept of what comes."""
    idle = door.memory()
    headers = {"Content-Type": "text/csv", "Transfer-Encoding": "chunked"}
    pushed = push(door, path, "POST", headers, pieces=MEGABYTES, chunked=True)
    print(f"\n{path}: {pushed.sent_megabytes} MB sent, {pushed.seconds:.2f} s, memory {idle} -> {pushed.peak} MB")
    assert pushed.answer.split(" ")[1] in ("401", "403", "411"), pushed.answer[:500]
    assert pushed.sent_megabytes < MEGABYTES
    assert pushed.peak - idle < ROOM_MEGABYTES
