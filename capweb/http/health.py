"""/healthz: the process is alive. /readyz: the database, the broker, the worker's heart-beat and the migrations are."""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from kombu import Connection
from kombu.exceptions import OperationalError as OperationalBrokerError

HEART_BEAT_KEY = "worker-heart-beat"
HEART_BEAT_SECONDS = 45


@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive: nothing else is asked."""
    return JsonResponse({"status": "alive"})


@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when everything that a request needs is there, else 503 with what is missing and why."""
    checks: dict[str, Callable[[], str | None]] = {
        "database": _database,
        "migrations": _migrations,
        "broker": _broker,
        "worker": _worker,
    }
    faults = {name: fault for name, check in checks.items() if (fault := check()) is not None}
    return JsonResponse(
        {"status": "ready" if not faults else "not ready", "faults": faults}, status=200 if not faults else 503
    )


def _database() -> str | None:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError as error:
        return f"PostgreSQL does not answer: {error}"
    return None


_known_as_migrated: set[int] = set()


def _migrations() -> str | None:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except OperationalError as error:
        return f"unknown: {error}"
    if len(applied) in _known_as_migrated:
        return None
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    missing = set(on_disk) - applied
    if missing:
        return f"{len(missing)} not applied; run manage.py migrate --database owner"
    _known_as_migrated.add(len(applied))
    return None


def _broker() -> str | None:
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1)
    except OperationalBrokerError as error:
        return f"the broker does not answer: {error}"
    return None


def _worker() -> str | None:
    try:
        beat = cache.get(HEART_BEAT_KEY)
    except redis.RedisError as error:
        return f"unknown: {error}"
    return None if beat else f"no worker was heard of for {HEART_BEAT_SECONDS} seconds"
