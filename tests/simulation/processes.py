"""Workers whose turns a seed deals: each a thread that runs only while it holds the baton, with connections of its own.

A worker stops before the first statement of every transaction, where it holds no lock, so another can go on there. One
that is killed gets no further statement through, not even to give back its lease, and its transaction is rolled back
as PostgreSQL does when a client is gone. What was to be sent after a commit is put into the mail bag.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from celery import current_app
from django.db import connections
from psycopg.pq import TransactionStatus

from capweb.audit import outbox
from tests import template_database

Work = Callable[[], object]
PATIENCE_SECONDS = 60.0


class ProcessDied(BaseException):
    """The process is gone; nothing that catches errors may catch this."""


@dataclass(slots=True)
class MailBag:
    """The broker: messages that were sent and not yet delivered, each a task's name and what it is given."""

    waiting: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def send_task(self, task: str, *, kwargs: dict[str, Any], **_options: object) -> None:
        dying = getattr(_here, "life", None)
        if dying is not None:
            dying.about_to_send()
        # What waits already would wake nobody sooner by being there twice.
        if (task, kwargs) not in self.waiting:
            self.waiting.append((task, dict(kwargs)))


_here = threading.local()


@contextmanager
def mail_bag() -> Iterator[MailBag]:
    """Everything that is sent goes into the bag instead of to the broker."""
    bag = MailBag()
    outbox.current_app = bag  # type: ignore[assignment]
    try:
        yield bag
    finally:
        outbox.current_app = current_app  # type: ignore[assignment]


class Life:
    """How many statements somebody may still execute before the process dies; None: as many as it wants."""

    def __init__(self, *, statements: int | None = None, pause: Callable[[], None] | None = None) -> None:
        self.left = statements
        self.is_over = False
        self._pause = pause

    def about_to_send(self) -> None:
        if self.left == 0:
            self.end()

    def end(self) -> None:
        self.is_over = True
        raise ProcessDied

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if self.is_over:
            raise ProcessDied
        if self._pause is not None and _is_between_transactions(context["connection"]):
            self._pause()
        if self.left is not None:
            if self.left == 0:
                self.end()
            self.left -= 1
        return execute(sql, params, many, context)


def _is_between_transactions(connection: Any) -> bool:
    return bool(connection.connection.info.transaction_status == TransactionStatus.IDLE)


@contextmanager
def living(life: Life) -> Iterator[None]:
    """What is executed in this thread is counted on this life."""
    _here.life = life
    wrapped = [connections[alias] for alias in template_database.ALIASES]
    for connection in wrapped:
        connection.execute_wrappers.append(life)
    try:
        yield
    finally:
        _here.life = None
        for connection in wrapped:
            connection.execute_wrappers.remove(life)


def dies_within(statements: int, work: Work) -> bool:
    """Whether the process died doing this: it may execute so many statements. Raises what the work raises."""
    try:
        with living(Life(statements=statements)):
            work()
    except ProcessDied:
        _close_connections()
        return True
    return False


def _close_connections() -> None:
    for connection in connections.all():
        connection.close()


class _Baton:
    """Who may run: the driver, or one thread; `is_overdue` once the thread did not give it back in time."""

    def __init__(self) -> None:
        self.to_thread = threading.Semaphore(0)
        self.to_driver = threading.Semaphore(0)
        self.is_overdue = False


class Process:
    """A worker process: `begin` gives it work, `go_on` the baton for so many transactions, `kill` ends it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.told = ""
        self.is_at_work = False
        self.transactions = 0
        self._work: Work | None = None
        self._life: Life | None = None
        self._kill_after: int | None = None
        self._error: BaseException | None = None
        self._patience = 0
        self._start()

    def _start(self) -> None:
        self._baton = _Baton()
        self._thread = threading.Thread(target=self._run, args=(self._baton,), name=self.name, daemon=True)
        self._thread.start()

    def begin(self, told: str, work: Work) -> None:
        """Hand it work; it stands before its first transaction."""
        assert not self.is_at_work
        self.told, self._work, self.is_at_work, self._error = told, work, True, None
        self._patience, self._kill_after = 0, None
        self._pass_baton()

    def go_on(self, transactions: int) -> bool:
        """Let it do so many transactions; whether it is still at work. Raises what its work raised."""
        self._patience = transactions
        return self._pass_baton()

    def kill(self, *, after_statements: int) -> None:
        """It executes so many statements more and is gone (or ends its work before)."""
        self._patience, self._kill_after = 1_000_000, after_statements
        self._pass_baton()

    def disconnect(self) -> None:
        """End its connections; nothing that it does depends on them."""
        if self.is_at_work and not self._baton.is_overdue:
            with suppress(Exception):
                self.kill(after_statements=0)
        if self.is_at_work:
            # It waits for a lock that nobody gives back yet. It is left alone, and gone with its next statement.
            assert self._life is not None
            self._life.is_over, self.is_at_work = True, False
            self._start()
        self.begin("leaves", _close_connections)

    def leave(self) -> None:
        """End the thread."""
        self.disconnect()
        self._work = None
        self._baton.to_thread.release()
        self._thread.join(PATIENCE_SECONDS)

    def _pass_baton(self) -> bool:
        baton = self._baton
        baton.to_thread.release()
        baton.is_overdue = not baton.to_driver.acquire(timeout=PATIENCE_SECONDS)
        assert not baton.is_overdue, f"{self.name} waits for a lock: {self.told}"
        if self._error is not None:
            raise self._error
        return self.is_at_work

    def _run(self, baton: _Baton) -> None:
        while True:
            baton.to_thread.acquire()
            if self._work is None:
                return
            self._life = Life(pause=self._pause)
            error: BaseException | None = None
            try:
                with living(self._life):
                    self._work()
            except ProcessDied:
                _close_connections()
            except BaseException as raised:  # the driver raises it
                error = raised
            if baton is not self._baton:
                return
            self._error, self.is_at_work = error, False
            baton.to_driver.release()

    def _pause(self) -> None:
        """Before a transaction: the baton goes back where the turn is over."""
        if self._patience > 0:
            self._patience -= 1
            return
        self._baton.to_driver.release()
        self._baton.to_thread.acquire()
        self._patience -= 1
        if self._kill_after is not None:
            assert self._life is not None
            self._life.left, self._kill_after = self._kill_after, None
