"""Leases: one worker at a time on a piece of work, and another takes over when it falls silent.

A lease row with a heart-beat says who works; nobody waits for a broker's time-out. The holder's token fences: before a
chunk is written, `still_held` locks the lease and refuses a worker whose lease was taken over while it slept.
"""

from __future__ import annotations

from typing import Final

from django.db import connections, transaction

from capweb.kernel.errors import DomainError

SILENT_SECONDS: Final = 60


class LeaseLost(DomainError):
    """Another worker took over this piece of work; what this one was about to write is not written."""

    code = "lease_lost"


def take_lease(key: str, *, holder: str, using: str = "default") -> bool:
    """Take or keep the lease; False when somebody else was heard of in the last minute. Commits by itself."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO audit_lease (key, holder, heard_at) VALUES (%s, %s, clock_timestamp())
            ON CONFLICT (key) DO UPDATE SET holder = EXCLUDED.holder, heard_at = EXCLUDED.heard_at
            WHERE audit_lease.holder = EXCLUDED.holder
               OR audit_lease.heard_at < clock_timestamp() - make_interval(secs => %s)
            RETURNING holder
            """,
            [key, holder, SILENT_SECONDS],
        )
        return cursor.fetchone() is not None


def still_held(key: str, *, holder: str, using: str = "default") -> None:
    """Lock the lease and beat once, inside the transaction about to write; raises LeaseLost when it is another's."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "UPDATE audit_lease SET heard_at = clock_timestamp() WHERE key = %s AND holder = %s RETURNING 1",
            [key, holder],
        )
        if cursor.fetchone() is None:
            raise LeaseLost(f"Another worker has taken over {key}; nothing of this chunk was written.", key=key)


def give_back_lease(key: str, *, holder: str, using: str = "default") -> None:
    """End the lease; harmless when it was lost meanwhile."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("DELETE FROM audit_lease WHERE key = %s AND holder = %s", [key, holder])


def has_live_lease(key: str, *, using: str = "default") -> bool:
    """Whether somebody working on it was heard of in the last minute."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM audit_lease WHERE key = %s AND heard_at >= clock_timestamp() - make_interval(secs => %s)",
            [key, SILENT_SECONDS],
        )
        return cursor.fetchone() is not None
