"""Where each cession stands: live amount, what was credited, how it ended; and run-off that waits to be released."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.domain.chart import Market
from reinsurance.queries.books import alias_of


@dataclass(frozen=True, slots=True)
class CessionState:
    """A cession with its last change; `position` counts its changes.

    `ended_as` is how it ended, and `end_run_off` what then went to run-off; a correction may still follow (D-39).
    `carried_amount` is what it might carry from its first day: the amount of its term, or what a correction left.
    `taken_over` is the part of the reinsurer's share that the cession which replaced it took over.
    """

    id: int
    public_id: str
    source_key: str
    treaty_id: int
    term_first: date
    term_end: date
    ceded_ratio: Decimal
    ceding_commission: Decimal
    premium: Decimal
    premium_left: Decimal
    ceded_premium_left: Decimal
    commission_left: Decimal
    live_amount: Decimal
    live_ceded_amount: Decimal
    position: int
    carried_amount: Decimal
    ended_as: str | None
    end_run_off: Decimal
    taken_over: Decimal

    @property
    def is_live(self) -> bool:
        return self.ended_as is None


@dataclass(frozen=True, slots=True)
class RunOffLot:
    """What one change put into run-off, and not yet released; `position` is the change's among those of its cession."""

    change_id: int
    source_key: str
    position: int
    cession_id: int
    insurer_id: int
    treaty_id: int
    amount: Decimal
    run_off_until: date


_STATES = """
    SELECT c.id, c.public_id, c.source_key, c.treaty_id, c.term_first, c.term_end, c.ceded_ratio, c.ceding_commission,
           c.premium,
           c.premium - COALESCE(x.premium_credited, 0),
           c.ceded_premium - COALESCE(x.ceded_premium_credited, 0),
           c.commission - COALESCE(x.commission_returned, 0),
           CASE WHEN x.position IS NULL THEN c.amount ELSE x.live_amount END,
           CASE WHEN x.position IS NULL THEN c.ceded_amount ELSE x.live_ceded_amount END,
           COALESCE(x.position, 0), COALESCE(x.right_amount, c.amount), x.ended_as, COALESCE(x.end_run_off, 0),
           CASE WHEN x.ended_as = 'replaced' THEN COALESCE((
               SELECT LEAST(n.ceded_amount, x.ended_at) FROM reinsurance_cession n
               WHERE n.insurer_id = c.insurer_id AND n.replaces_id = c.id), 0)
           ELSE 0 END
    FROM reinsurance_cession c
    -- A probe for each cession: the changes of a whole night were read again for each of its chunks.
    LEFT JOIN LATERAL (
        SELECT position, live_amount, live_ceded_amount,
               sum(premium_credited) OVER () AS premium_credited,
               sum(ceded_premium_credited) OVER () AS ceded_premium_credited,
               sum(commission_returned) OVER () AS commission_returned,
               -- Right amounts only fall. Without one a correction was of live cover, and told it by what stayed live.
               min(COALESCE(right_amount, live_amount)) FILTER (WHERE kind = 'corrected') OVER () AS right_amount,
               max(kind) FILTER (WHERE kind IN ('ended', 'replaced')) OVER () AS ended_as,
               max(run_off_amount) FILTER (WHERE kind IN ('ended', 'replaced')) OVER () AS end_run_off,
               max(ended_at) FILTER (WHERE kind IN ('ended', 'replaced')) OVER () AS ended_at
        FROM (
            SELECT *, lag(live_ceded_amount, 1, c.ceded_amount) OVER (ORDER BY position) AS ended_at
            FROM reinsurance_cessionchange
            WHERE insurer_id = c.insurer_id AND cession_id = c.id
        ) history
        ORDER BY position DESC
        LIMIT 1
    ) x ON true
    WHERE c.id = ANY (%(ids)s::bigint[])
"""


def cession_states(actor: Actor | PlatformActor, cession_ids: Collection[int]) -> dict[int, CessionState]:
    """The states of these cessions, by id, as far as the actor's insurer has them; one query."""
    if not cession_ids:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_STATES, {"ids": sorted(set(cession_ids))})
        return {row[0]: CessionState(*row) for row in cursor.fetchall()}


_LOTS = """
    SELECT x.id, c.source_key, x.position, x.cession_id, x.insurer_id, c.treaty_id, x.run_off_amount, x.run_off_until
    FROM reinsurance_cessionchange x
    JOIN reinsurance_cession c ON c.insurer_id = x.insurer_id AND c.id = x.cession_id
    LEFT JOIN reinsurance_runoffrelease r ON r.insurer_id = x.insurer_id AND r.change_id = x.id
    WHERE x.run_off_amount > 0 AND r.id IS NULL
"""
_TO_RELEASE = f"""
    {_LOTS}
      AND (x.run_off_until <= %(on)s OR x.cession_id = ANY (%(nil)s))
    ORDER BY x.id
"""


def run_off_to_release(
    actor: Actor | PlatformActor, *, on: date, declared_nil: Collection[int] = ()
) -> list[RunOffLot]:
    """Run-off whose last day has passed on `on`, and all that of the cessions declared nil; one query."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_TO_RELEASE, {"on": on, "nil": sorted(declared_nil)})
        return [RunOffLot(*row) for row in cursor.fetchall()]


_STANDING = f"""
    {_LOTS}
      AND x.insurer_id = %(insurer)s AND x.cession_id = ANY (%(ids)s)
    ORDER BY x.run_off_until DESC, x.id DESC
"""


def run_off_of(actor: Actor, cession_ids: Collection[int]) -> dict[int, list[RunOffLot]]:
    """What of these cessions of the actor's insurer runs off and is not released, the last to end first; one query."""
    found: dict[int, list[RunOffLot]] = {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_STANDING, {"insurer": actor.insurer_id, "ids": sorted(set(cession_ids))})
        for row in cursor.fetchall():
            found.setdefault(row[3], []).append(RunOffLot(*row))
    return found


@dataclass(frozen=True, slots=True)
class StillEngaged:
    """What a cession took over of those before it, as far as that was right and is engaged there, and until when."""

    amount: Decimal
    until: date


# From each cession back through those that it and its forerunners replaced, while what ended then is engaged.
_BEFORE = """
    WITH RECURSIVE chain AS (
        SELECT c.id, c.replaces_id, c.ceded_amount::numeric AS taken_over, 0::numeric AS amount, NULL::date AS until
        FROM reinsurance_cession c
        WHERE c.insurer_id = %(insurer)s AND c.id = ANY (%(ids)s)
        UNION ALL
        SELECT chain.id, b.replaces_id, LEAST(chain.taken_over, x.ended_at),
               LEAST(chain.taken_over, x.ended_at, round(LEAST(b.amount, x.right_amount) * b.ceded_ratio, 2)),
               x.run_off_until
        FROM chain
        JOIN reinsurance_cession b ON b.insurer_id = %(insurer)s AND b.id = chain.replaces_id
        JOIN LATERAL (
            SELECT max(run_off_until) FILTER (WHERE kind = 'replaced') AS run_off_until,
                   max(ended_at) FILTER (WHERE kind = 'replaced') AS ended_at,
                   min(COALESCE(right_amount, live_amount)) FILTER (WHERE kind = 'corrected') AS right_amount
            FROM (
                SELECT *, lag(live_ceded_amount, 1, b.ceded_amount) OVER (ORDER BY position) AS ended_at
                FROM reinsurance_cessionchange WHERE insurer_id = b.insurer_id AND cession_id = b.id
            ) history
        ) x ON x.run_off_until > %(on)s
    )
    SELECT id, max(amount), max(until) FILTER (WHERE amount > 0) FROM chain GROUP BY id HAVING max(amount) > 0
"""


def taken_over_and_engaged(actor: Actor, cession_ids: Collection[int], *, on: date) -> dict[int, StillEngaged]:
    """What each of these cessions took over, while what ended then is engaged: none for those without. One query."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_BEFORE, {"insurer": actor.insurer_id, "ids": sorted(set(cession_ids)), "on": on})
        return {cession_id: StillEngaged(amount, until) for cession_id, amount, until in cursor.fetchall()}


_TO_COME = """
    SELECT x.run_off_until, sum(x.run_off_amount)
    FROM reinsurance_cessionchange x
    JOIN reinsurance_cession c ON c.insurer_id = x.insurer_id AND c.id = x.cession_id
    LEFT JOIN reinsurance_runoffrelease r ON r.insurer_id = x.insurer_id AND r.change_id = x.id
    JOIN reinsurance_treaty t ON t.insurer_id = c.insurer_id AND t.id = c.treaty_id AND t.market = %(market)s
    WHERE x.insurer_id = %(insurer)s AND x.run_off_amount > 0 AND r.id IS NULL AND x.run_off_until > %(on)s
    GROUP BY x.run_off_until
    ORDER BY x.run_off_until
"""


def run_off_to_come(actor: Actor, market: Market, *, after: date) -> list[tuple[date, Decimal]]:
    """What the actor's own run-off will give back to the ceiling of a market, by the day on which it ends; one query.

    Other insurers' run-off is theirs to know: the room may come back sooner than this says, never later.
    """
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_TO_COME, {"insurer": actor.insurer_id, "market": market, "on": after})
        return [(day, amount) for day, amount in cursor.fetchall()]
