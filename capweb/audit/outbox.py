"""Tasks after commit: enqueued by name, and never a reason for a write to fail.

The database is the queue of record; the message is a wake-up. A broker that is away is logged and beat sends the
wake-up again later.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from celery import current_app
from django.db import connections, transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _WakeUp:
    """One task to be sent, told apart by what it is sent with."""

    task: str
    kwargs: tuple[tuple[str, object], ...]

    def __call__(self) -> None:
        try:
            current_app.send_task(self.task, kwargs=dict(self.kwargs), retry=False)
        except OperationalError as error:
            log.warning("wake-up not sent, beat will repeat it", task=self.task, error=str(error))


def wake_after_commit(task: str, *, using: str = "default", **kwargs: object) -> None:
    """Send the task once the transaction has committed; nothing is sent when it rolls back.

    Asked for several times in one transaction, it is sent once.
    """
    wake_up = _WakeUp(task, tuple(sorted(kwargs.items())))
    connection = connections[using]
    # One that was asked for inside a savepoint goes with that savepoint, so it only counts inside of it.
    here = set(connection.savepoint_ids)
    if any(waiting[1] == wake_up and set(waiting[0]) <= here for waiting in connection.run_on_commit):
        return
    transaction.on_commit(wake_up, using=using, robust=True)
