"""What the journeys on one machine share: a data folder of their own, and looking at real processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from capweb.onebox import paths

PATIENCE_SECONDS = 120.0
Found = TypeVar("Found")


@contextmanager
def fresh_data_folder(*, reachable: bool = True) -> Iterator[paths.DataFolder]:
    """A new data folder directly under /tmp; pytest's own are closed to the account that PostgreSQL runs under."""
    folder = Path(tempfile.mkdtemp(prefix="capweb-journey-"))
    folder.chmod(0o711 if reachable else 0o700)
    data = paths.data_folder(folder / "data")
    try:
        yield data
    finally:
        subprocess.run(onebox("stop"), env=environment(data), capture_output=True, check=False, cwd=paths.PROJECT_ROOT)
        if data.cluster_place_record.exists():
            shutil.rmtree(data.cluster_place_record.read_text().strip(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def onebox(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", "onebox", *arguments]


def environment(data: paths.DataFolder, **more: str) -> dict[str, str]:
    """The environment without anything that would point elsewhere than at the private servers of this folder."""
    dropped = ("DATABASE_", "CELERY_", "DJANGO_SETTINGS_MODULE", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "CAPWEB_DATA": str(data.root), **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(data: paths.DataFolder) -> dict[int, str]:
    """Every living process that was started for this data folder, by its number: found by environment or command."""
    mark = os.fsencode(data.root)
    place = data.cluster_place_record.read_bytes().strip() if data.cluster_place_record.exists() else mark
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            surroundings = (entry / "environ").read_bytes()
        except OSError:
            continue
        if not command:
            continue  # a zombie: it has ended
        if b"CAPWEB_DATA=" + mark in surroundings or mark in command or place in command:
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_for(look: Callable[[], Found], what: str, *, seconds: float = PATIENCE_SECONDS) -> Found:
    """Look again and again until something is there; what it is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")
