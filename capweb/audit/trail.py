"""Writing the trail: every command records what it changed, in the transaction that changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from capweb.audit.copying import Jsonb, copy_rows

_COLUMNS = ("insurer_id", "booked_on", "actor", "actor_role", "action", "subject", "was", "became")


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
    """Append the changes to the trail; one write for any number of them. Returns how many."""
    rows = [
        (
            insurer_id,
            booked_on,
            actor,
            actor_role,
            change.action,
            change.subject,
            None if change.was is None else Jsonb(change.was),
            None if change.became is None else Jsonb(change.became),
        )
        for change in changes
    ]
    return copy_rows("audit_trailentry", _COLUMNS, rows, using=using) if rows else 0
