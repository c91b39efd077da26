"""Celery: queues, the rules of delivery, and the static timetable.

The database is the queue of record (ADR 0007): a message is only a wake-up, so it may come twice or be lost. Late
acknowledgement and a prefetch of one keep a killed worker's message alive; beat re-sends what has no live lease.
"""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")


def _every(seconds: float, task: str) -> dict[str, object]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


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
        # A turn that nobody took before the next one came is dropped: hours without a worker leave no pile of them.
        "resend unfinished submissions": _every(15.0, "policies.resend_unfinished"),
        "resend unrendered endorsements": _every(60.0, "policies.resend_unrendered"),
        "resend open what-if runs": _every(15.0, "policies.resend_what_if_runs"),
        "open the night": _every(15.0, "policies.open_due_nights"),
        "resend open closes": _every(15.0, "reinsurance.resend_closing_runs"),
        "watch the ceilings": _every(60.0, "reinsurance.watch_ceilings"),
        "write messages": _every(60.0, "policies.write_all_messages"),
        "send mails": _every(60.0, "policies.send_all_mails"),
        "publish events": _every(15.0, "capweb.publish_events"),
        "worker heart-beat": _every(10.0, "capweb.heart_beat"),
    },
)
app.autodiscover_tasks(["capweb.desk", "policies", "reinsurance"])


@worker_ready.connect
def beat_at_once(**_: object) -> None:
    """A worker that is ready is heard of at once, not at beat's next turn; /readyz waits for it."""
    app.send_task("capweb.heart_beat")
