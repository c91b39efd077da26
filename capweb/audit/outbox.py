"""Tasks after commit: enqueued by name, and never a reason for a write to fail.

The database is the queue of record; the message is a wake-up. A broker that is away is logged and beat sends the
wake-up again later.
"""

from __future__ import annotations

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake_after_commit(task: str, *, using: str = "default", **kwargs: object) -> None:
    """Send the task once the transaction has committed; nothing is sent when it rolls back."""

    def send() -> None:
        try:
            current_app.send_task(task, kwargs=kwargs, retry=False)
        except OperationalError as error:
            log.warning("wake-up not sent, beat will repeat it", task=task, error=str(error))

    transaction.on_commit(send, using=using, robust=True)
