"""Tasks of the ground: the worker's heart-beat, by which /readyz knows that somebody works; the stream of events."""

from __future__ import annotations

from typing import Final

from celery import shared_task
from django.core.cache import cache

from capweb.accounts.commands.publish_events import publish_events
from capweb.accounts.queries import memberships
from capweb.audit.outbox import wake_after_commit
from capweb.http.health import HEART_BEAT_KEY, HEART_BEAT_SECONDS


@shared_task(name="capweb.heart_beat", ignore_result=True, expires=30)
def heart_beat(**_extra: object) -> None:
    """Says that a worker is alive."""
    cache.set(HEART_BEAT_KEY, "alive", timeout=HEART_BEAT_SECONDS)


# Who reads the stream inside the house, by name: woken when there is something new.
READERS: Final = ("policies.write_messages",)


@shared_task(name="capweb.publish_events")
def publish(*, insurer: int | None = None, **_extra: object) -> None:
    """Give positions to the committed events of one insurer, or of all, and wake the stream's readers."""
    for house in memberships.insurers():
        if insurer in (None, house.pk) and publish_events(memberships.system_actor(house, name="publisher")):
            for reader in READERS:
                wake_after_commit(reader, insurer=house.pk)
