"""Lends the private servers to one command: starts what does not run, stops it when nobody uses it any more.

Every user holds a shared lock on `run/users.lock`; starting and stopping happens under an exclusive lock on
`run/change.lock`. The last user to leave stops the servers, unless somebody asked to keep them (`onebox servers
--detach`). A killed user's lock is given back by the kernel, so nothing has to be counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from capweb.onebox import addresses, paths
from capweb.onebox.broker import Broker
from capweb.onebox.locks import FileLock, holding
from capweb.onebox.postgres import Cluster


class PrivateServers:
    """The private cluster and broker of a data folder, and who is using them.

    A server whose address the environment gives (DATABASE_URL, CELERY_BROKER_URL) is left alone.
    """

    def __init__(self, data: paths.DataFolder | None = None, *, broker: bool = True) -> None:
        self.data = data or paths.data_folder()
        self.cluster = Cluster(self.data) if addresses.has_private_database() else None
        self.broker = Broker(self.data) if broker and addresses.has_private_broker() else None
        self._change = self.data.run / "change.lock"
        self._use = FileLock(self.data.run / "users.lock")
        self._kept = self.data.run / "kept"

    def acquire(self, *, keep: bool = False) -> None:
        """Become a user and start what does not run; with `keep` the servers outlive their last user.

        Raises ServerProblem if a server cannot be started; then nothing that was started for us is left.
        """
        if not self._is_needed():
            return
        self.data.prepare()
        with holding(self._change):
            self._use.take(shared=True)
            if not self.is_running():
                # Left by servers that ended with the machine, not by `stop`.
                self._kept.unlink(missing_ok=True)
            if keep:
                self._kept.touch()
            try:
                self._start()
            except BaseException:
                self._leave()
                raise

    def release(self) -> None:
        """Stop being a user; the last one stops the servers, unless they are kept."""
        if not self._is_needed() or not self.data.run.is_dir():
            return
        with holding(self._change):
            self._leave()

    def stop(self) -> bool:
        """Stop the servers if nobody uses them, kept or not; False if somebody does."""
        self.data.prepare()
        with holding(self._change):
            self._kept.unlink(missing_ok=True)
            return self._leave()

    def is_running(self) -> bool:
        """True if any of them runs."""
        return any(server.running() for server in (self.cluster, self.broker) if server)

    def repair(self) -> list[str]:
        """Start again what has died; the names of what had."""
        dead = [(name, server) for name, server in (("database", self.cluster), ("broker", self.broker)) if server]
        dead = [(name, server) for name, server in dead if server.running() is None]
        if dead:
            with holding(self._change):
                for _, server in dead:
                    server.start()
        return [name for name, _ in dead]

    def _is_needed(self) -> bool:
        return self.cluster is not None or self.broker is not None

    def _start(self) -> None:
        # Side by side: each waits for its own process, and a command should not wait for their sum.
        with ThreadPoolExecutor(max_workers=2) as pool:
            for started in [pool.submit(server.start) for server in (self.cluster, self.broker) if server]:
                started.result()

    def _leave(self) -> bool:
        alone = self._use.take(wait=False)
        if alone and not self._kept.exists():
            for server in (Broker(self.data), self.cluster):
                if server is not None:
                    server.stop()
        self._use.release()
        return alone


@contextmanager
def private_servers(*, broker: bool = True, data: paths.DataFolder | None = None) -> Iterator[PrivateServers]:
    """The private database (and broker, unless told otherwise) run inside the block; afterwards all is as it was.

    Safe when several processes do it at once, in any order of beginning and end. Raises ServerProblem.
    """
    servers = PrivateServers(data, broker=broker)
    servers.acquire()
    try:
        yield servers
    finally:
        servers.release()
