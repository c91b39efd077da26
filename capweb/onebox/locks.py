"""Who may change the servers of a data folder, and who is using them?

Kernel locks on files (flock): the kernel gives them back when a process ends, however it ends, so no lock is ever
stale. The file descriptors are closed in children, so a server that we start does not hold its starter's lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """A lock on a file, shared or exclusive; taken by `take`, given back by `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False, wait: bool = True) -> bool:
        """Take the lock (or change a held one from shared to exclusive); False if it is taken and `wait` is off."""
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._descriptor, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back; nothing if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file for the length of a block."""
    lock = FileLock(path)
    lock.take()
    try:
        yield
    finally:
        lock.release()
