"""The worker's heart-beat, by which /readyz knows that somebody works."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache

from capweb.http.health import HEART_BEAT_KEY, HEART_BEAT_SECONDS


@shared_task(name="capweb.heart_beat", ignore_result=True, expires=30)
def heart_beat(**_extra: object) -> None:
    """Says that a worker is alive."""
    cache.set(HEART_BEAT_KEY, "alive", timeout=HEART_BEAT_SECONDS)
