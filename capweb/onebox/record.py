"""Who is in charge of a data folder right now: the supervisor's own note, which others read.

The lock tells whether a supervisor lives; the note tells its address and processes, so that a second `make run` can
point there, `onebox stop` can end it, and what a killed supervisor left behind can be found.
"""

from __future__ import annotations

import json
import os
import signal
from dataclasses import asdict, dataclass, field
from pathlib import Path

from capweb.onebox import paths, processes
from capweb.onebox.locks import FileLock

_POLITE_SECONDS = 10.0


@dataclass(frozen=True)
class Record:
    """The supervisor, the address of its web server, and its children by name."""

    supervisor: processes.KnownProcess
    address: str
    children: dict[str, processes.KnownProcess] = field(default_factory=dict)


def lock_of(data: paths.DataFolder) -> FileLock:
    """The lock that a supervisor holds as long as it lives."""
    return FileLock(data.run / "supervisor.lock")


def write(data: paths.DataFolder, record: Record) -> None:
    """Replace the note in one step, so that a reader never sees half of it."""
    draft = _file(data).with_suffix(".new")
    draft.write_text(json.dumps(asdict(record)), encoding="utf-8")
    os.replace(draft, _file(data))


def read(data: paths.DataFolder) -> Record | None:
    """The note, be its writer alive or not; None if there is none that can be read."""
    try:
        note = json.loads(_file(data).read_text(encoding="utf-8"))
        children = {name: processes.KnownProcess(**known) for name, known in note["children"].items()}
        return Record(processes.KnownProcess(**note["supervisor"]), note["address"], children)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(data: paths.DataFolder) -> None:
    """Forget the note."""
    _file(data).unlink(missing_ok=True)


def stop_leftovers(data: paths.DataFolder) -> list[str]:
    """End what a killed supervisor left running; the names. The caller holds the lock, so no supervisor lives."""
    found = read(data)
    left = {name: known for name, known in found.children.items() if known.is_alive()} if found else {}
    for known in left.values():
        processes.send(known, signal.SIGTERM, group=True)
    for known in left.values():
        if not processes.wait_until_gone(known, seconds=_POLITE_SECONDS):
            processes.send(known, signal.SIGKILL, group=True)
    remove(data)
    return sorted(left)


def _file(data: paths.DataFolder) -> Path:
    return data.run / "supervisor.json"
