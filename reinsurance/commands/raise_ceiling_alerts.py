"""Tell once when 80, 90 or 95 % of a ceiling is used, or when it is frozen; and tell once that this has ended.

Each telling is a row with a gapless position: the screens read it, mails follow it, and it is the event. Cheap enough
to be asked after draws as well as at night: four small queries where nothing has been crossed.
"""

from __future__ import annotations

from datetime import date

from django.db import connections
from django.db.models import Max

from capweb.accounts.actor import PlatformActor
from capweb.audit.trail import Change
from reinsurance.commands.book_entries import leave_trail
from reinsurance.domain.ceiling_alerts import Crossing, Signal, Use, crossings
from reinsurance.models import CeilingAlert
from reinsurance.queries.books import PLATFORM, writing_alias_of
from reinsurance.queries.ceiling_uses import ceiling_uses

Told = dict[Signal, CeilingAlert]


def raise_ceiling_alerts(actor: PlatformActor, *, on: date) -> list[int]:
    """The positions of what was told now; empty when nothing was crossed. Runs inside acting_as_platform().

    Two who ask at once tell nothing twice.
    """
    writing_alias_of(actor)
    one_at_a_time()
    latest = _latest()
    found = []
    for use in ceiling_uses(actor):
        told = latest.get((use.market, use.treaty_id), {})
        raised = {signal for signal, alert in told.items() if alert.is_raised}
        found += [(crossing, told.get(crossing.signal)) for crossing in crossings(use, raised)]
    if not found:
        return []
    last = CeilingAlert.objects.using(PLATFORM).aggregate(last=Max("position"))["last"] or 0
    rows = [_row(crossing, before, last + place, on=on) for place, (crossing, before) in enumerate(found, start=1)]
    CeilingAlert.objects.using(PLATFORM).bulk_create(rows)
    leave_trail(actor, [_change(row) for row in rows], on=on)
    return [row.position for row in rows]


def one_at_a_time() -> None:
    """Alerts are told and mailed by one at a time, until the transaction ends."""
    with connections[PLATFORM].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('reinsurance.alerts', 0))")


def _latest() -> dict[tuple[str, int | None], Told]:
    """The last row of every series, by ceiling and signal."""
    found: dict[tuple[str, int | None], Told] = {}
    rows = (
        CeilingAlert.objects.using(PLATFORM)
        .order_by("market", "treaty_id", "subject", "share", "-crossing")
        .distinct("market", "treaty_id", "subject", "share")
    )
    for row in rows:
        signal = Signal(row.subject, row.share)  # type: ignore[arg-type]
        found.setdefault((row.market, row.treaty_id), {})[signal] = row
    return found


def _row(crossing: Crossing, before: CeilingAlert | None, position: int, *, on: date) -> CeilingAlert:
    use: Use = crossing.use
    return CeilingAlert(
        insurer_id=use.insurer_id,
        treaty_id=use.treaty_id,
        market=use.market,
        position=position,
        subject=crossing.signal.subject,
        share=crossing.signal.share,
        crossing=1 if before is None else before.crossing + 1,
        is_raised=crossing.is_raised,
        limit_amount=use.limit,
        room_amount=use.room,
        booked_on=on,
    )


def _change(row: CeilingAlert) -> Change:
    subject = f"envelope:{row.market}" if row.treaty_id is None else f"allotment:{row.treaty_id}"
    became: dict[str, object] = {
        "position": row.position,
        "threshold": None if row.share is None else str(row.share),
        "limit": str(row.limit_amount),
        "room": str(row.room_amount),
    }
    return Change(f"alert.{row.subject}_{'raised' if row.is_raised else 'left'}", subject, became=became)
