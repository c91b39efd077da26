"""Writing the trail: every command records what it changed, in the transaction that changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from capweb.audit.copying import copy_rows
from capweb.audit.event_types import is_event
from capweb.audit.outbox import wake_after_commit

# Task that gives positions to what was committed; beat wakes it as well.
PUBLISHER: Final = "capweb.publish_events"
_COLUMNS: Final = ("insurer_id", "booked_on", "actor", "actor_role", "action", "subject", "was", "became")
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one subject. `action` is the past of a verb (`offer.accepted`), `subject` a public id."""

    action: str
    subject: str
    was: Mapping[str, object] | None = None
    became: Mapping[str, object] | None = None


def record_changes(
    changes: Iterable[Change],
    *,
    insurer_id: int | None,
    actor: str,
    actor_role: str,
    booked_on: date,
    using: str = "default",
) -> int:
    """Append the changes to the trail; one write for any number of them. Returns how many.

    Where events are among them, the publisher is woken once they are committed.
    """
    changes = list(changes)
    if insurer_id is not None and any(is_event(change.action) for change in changes):
        wake_after_commit(PUBLISHER, using=using, insurer=insurer_id)
    rows = [
        (
            insurer_id,
            booked_on,
            actor,
            actor_role,
            change.action,
            change.subject,
            None if change.was is None else _encode(change.was).decode(),
            None if change.became is None else _encode(change.became).decode(),
        )
        for change in changes
    ]
    return copy_rows("audit_trailentry", _COLUMNS, rows, using=using) if rows else 0
