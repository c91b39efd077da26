"""The stream of events: the trail's public entries, each with a gapless position given after commit.

Never by the inserting transaction: identity values become visible out of order, so a reader who remembers "the last id
that I saw" misses whoever commits late. One publisher at a time for an insurer gives positions to what has been
committed and has none yet. To find that without reading the whole trail, each entry carries the number of the
transaction that wrote it: everything written by transactions older than the oldest still open has been seen once all
of it has a position, so the search begins there, and a late commit lies always after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connections

from capweb.audit.event_types import EVENTS
from capweb.audit.models import PublishedEvent

BATCH_ROWS: Final = 10_000

# One statement, so one snapshot: the horizon is that of the very rows that are looked at. A database that was restored
# into another cluster may count its transactions from lower down; then the search begins at the beginning, once.
_PUBLISH: Final = """
WITH seen AS (
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest_open,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_one
), waiting AS MATERIALIZED (
    SELECT entry.id, entry.written_in FROM audit_trailentry entry
    WHERE entry.insurer_id = %(insurer)s AND entry.action = ANY(%(types)s)
      AND entry.written_in >= (
          SELECT CASE WHEN %(settled_below)s <= next_one THEN %(settled_below)s ELSE 0 END FROM seen)
      AND NOT EXISTS (SELECT 1 FROM audit_publishedevent published
                      WHERE published.insurer_id = entry.insurer_id AND published.trail_entry_id = entry.id)
    ORDER BY entry.written_in, entry.id LIMIT %(limit)s
), made AS (
    INSERT INTO audit_publishedevent (insurer_id, position, trail_entry_id)
    SELECT %(insurer)s, %(last)s + row_number() OVER (ORDER BY written_in, id), id FROM waiting
    RETURNING position
)
SELECT (SELECT oldest_open FROM seen), (SELECT count(*) FROM made), (SELECT max(written_in) FROM waiting)
"""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. `type` is a name of the registry, `subject` a public id; amounts in `was` and `became` are texts."""

    position: int
    type: str
    subject: str
    booked_on: date
    recorded_at: datetime
    actor: str
    was: Mapping[str, Any] | None
    became: Mapping[str, Any] | None


def publish_batch(insurer_id: int, *, limit: int = BATCH_ROWS) -> int:
    """Give the next positions to at most `limit` committed entries; how many. Three statements for any number.

    Waits for another publisher of the same insurer. Runs inside acting(actor) of that insurer; the positions become
    visible in their order, when that transaction commits.
    """
    connection = connections["default"]
    if not connection.in_atomic_block:
        raise RuntimeError("events are published inside acting(actor), by one publisher at a time")
    with connection.cursor() as cursor:
        last, settled_below = _locked(cursor, insurer_id)
        cursor.execute(
            _PUBLISH,
            {
                "insurer": insurer_id,
                "types": list(EVENTS),
                "settled_below": settled_below,
                "last": last,
                "limit": limit,
            },
        )
        oldest_open, made, latest = cursor.fetchone()
        # A full batch may have left entries of its last transaction behind.
        horizon = min(oldest_open, latest) if made == limit else oldest_open
        if (made, horizon) != (0, settled_below):
            cursor.execute(
                "UPDATE audit_eventposition SET last_position = %s, settled_below = %s WHERE insurer_id = %s",
                [last + made, horizon, insurer_id],
            )
    return int(made)


def search_from_the_beginning(insurer_id: int) -> None:
    """Let the next batch look at the whole trail: after a restore, or when older entries have become events."""
    with connections["default"].cursor() as cursor:
        _locked(cursor, insurer_id)
        cursor.execute("UPDATE audit_eventposition SET settled_below = 0 WHERE insurer_id = %s", [insurer_id])


def events_after(insurer_id: int, position: int, *, limit: int) -> list[EventRow]:
    """The events of an insurer after a position, in order. One query; inside acting(actor)."""
    rows = (
        PublishedEvent.objects.filter(insurer_id=insurer_id, position__gt=position)
        .select_related("trail_entry")
        .order_by("position")[:limit]
    )
    return [
        EventRow(
            position=row.position,
            type=row.trail_entry.action,
            subject=row.trail_entry.subject,
            booked_on=row.trail_entry.booked_on,
            recorded_at=row.trail_entry.recorded_at,
            actor=row.trail_entry.actor,
            was=row.trail_entry.was,
            became=row.trail_entry.became,
        )
        for row in rows
    ]


def _locked(cursor: Any, insurer_id: int) -> tuple[int, int]:
    """The insurer's last position and where the search begins, locked until the transaction ends."""
    found = "SELECT last_position, settled_below FROM audit_eventposition WHERE insurer_id = %s FOR UPDATE"
    cursor.execute(found, [insurer_id])
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "INSERT INTO audit_eventposition (insurer_id, last_position, settled_below) VALUES (%s, 0, 0) "
            "ON CONFLICT ON CONSTRAINT event_position_one_per_insurer DO NOTHING",
            [insurer_id],
        )
        cursor.execute(found, [insurer_id])
        row = cursor.fetchone()
    return int(row[0]), int(row[1])
