"""Celery: queues, the rules of delivery, and the static timetable.

The database is the queue of record (ADR 0007): a message is only a wake-up, so it may come twice or be lost. Late
acknowledgement and a prefetch of one keep a killed worker's message alive; beat re-sends what has no live lease.
"""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")

app = Celery("capweb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="Europe/Paris",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_default_queue="default",
    task_routes={
        "policies.decide_submission": {"queue": "decisions"},
        "policies.render_endorsements": {"queue": "documents"},
    },
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600},
    worker_hijack_root_logger=False,
    beat_schedule={
        "resend unfinished submissions": {"task": "policies.resend_unfinished", "schedule": 15.0},
        "resend unrendered endorsements": {"task": "policies.resend_unrendered", "schedule": 60.0},
        "open the night": {"task": "policies.open_due_nights", "schedule": 60.0},
        "worker heart-beat": {"task": "capweb.heart_beat", "schedule": 10.0},
    },
)
app.autodiscover_tasks(["capweb.desk", "policies", "reinsurance"])


@worker_ready.connect
def beat_at_once(**_: object) -> None:
    """A worker that is ready is heard of at once, not at beat's next turn; /readyz waits for it."""
    app.send_task("capweb.heart_beat")
