"""Where claims stand on cessions: movements booked, positions of claims, limits, rooms of policy years.

A fixed number of queries for any number of orders; read after the treaties' accounts are locked, it stands until the
transaction ends.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from reinsurance.domain.claim import CessionLimit, ClaimKind, ClaimPosition, Parts
from reinsurance.domain.transfer import Account
from reinsurance.queries.books import alias_of, writing_alias_of


@dataclass(slots=True)
class Booked:
    """A movement that stands under a source key, and what of it is left after corrections."""

    id: int
    public_id: str
    source_key: str
    cession_id: int
    claim_reference: str
    kind: ClaimKind
    is_reversal: bool
    parts: Parts
    level: Decimal | None
    disbursement_year_id: int | None
    corrects_key: str | None
    effective_on: date
    left: Parts

    @property
    def is_correction(self) -> bool:
        return self.corrects_key is not None


@dataclass(frozen=True, slots=True)
class ClaimedCession:
    """A cession as a claim meets it."""

    id: int
    public_id: str
    treaty_id: int
    treaty_public_id: str
    policy_number: str
    term_first: date
    limit: CessionLimit


@dataclass(frozen=True, slots=True)
class PolicyYear:
    """A policy year whose room is locked."""

    id: int
    policy_number: str
    first_day: date
    end_day: date
    limit_account: Account
    room_account: Account


@dataclass(slots=True)
class ClaimBook:
    """All of it, moved on in memory as a batch is walked through."""

    cessions: dict[int, ClaimedCession]
    booked: dict[str, Booked]
    positions: dict[tuple[int, str], ClaimPosition]
    carried: dict[int, Decimal]
    years: dict[int, PolicyYear] = field(default_factory=dict)
    rooms: dict[int, Decimal] = field(default_factory=dict)
    anew: dict[str, str] = field(default_factory=dict)

    def standing(self, source_key: str) -> Booked | None:
        """The movement that stands for this key today: the one that fell anew, where it did (D-39)."""
        return self.booked.get(self.anew.get(source_key, source_key))

    def position(self, cession_id: int, claim_reference: str) -> ClaimPosition:
        return self.positions.get((cession_id, claim_reference), ClaimPosition())


_MOVEMENTS: Final = """
    SELECT m.id, m.public_id, m.source_key, m.cession_id, m.claim_reference, m.kind, m.is_reversal, m.amount,
           m.excess_amount, m.ceded_amount, m.level_amount, m.disbursement_year_id, o.source_key, m.effective_on,
           COALESCE(x.amount, 0), COALESCE(x.excess, 0), COALESCE(x.ceded, 0)
    FROM reinsurance_claimmovement m
    LEFT JOIN reinsurance_claimmovement o ON o.insurer_id = m.insurer_id AND o.id = m.corrects_id
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS amount, sum(excess_amount) AS excess, sum(ceded_amount) AS ceded
        FROM reinsurance_claimmovement WHERE insurer_id = m.insurer_id AND corrects_id = m.id
    ) x ON true
"""
_MADE: Final = f"""
    {_MOVEMENTS}
    WHERE m.insurer_id = %(insurer)s AND m.source_key = ANY (%(keys)s)
"""


def movements_booked(actor: Actor, source_keys: Collection[str]) -> dict[str, Booked]:
    """The movements that stand under these source keys, by key; one query."""
    if not source_keys:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_MADE, {"insurer": actor.insurer_id, "keys": sorted(set(source_keys))})
        return {row[2]: _booked(row) for row in cursor.fetchall()}


_STANDING: Final = f"""
    {_MOVEMENTS}
    WHERE m.insurer_id = %(insurer)s AND m.cession_id = ANY (%(ids)s) AND m.corrects_id IS NULL
      AND (m.kind = 'reserve' OR m.amount + m.excess_amount > COALESCE(x.amount + x.excess, 0))
    ORDER BY m.cession_id, m.id
"""


def movements_standing(actor: Actor, cession_ids: Collection[int]) -> list[Booked]:
    """The indemnities and recoveries of these cessions of which something is left, and every reserve that was set, by
    cession and in the order in which they were booked; one query.
    """
    if not cession_ids:
        return []
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_STANDING, {"insurer": actor.insurer_id, "ids": sorted(set(cession_ids))})
        return [_booked(row) for row in cursor.fetchall()]


def _booked(row: tuple[object, ...]) -> Booked:
    (pk, public_id, key, cession, claim, kind, is_reversal, amount, excess, ceded, level, year, corrects, day) = row[
        :14
    ]
    parts = Parts(cast("Decimal", amount), cast("Decimal", excess), cast("Decimal", ceded))
    taken = Parts(*cast("tuple[Decimal, Decimal, Decimal]", row[14:]))
    return Booked(
        id=cast("int", pk),
        public_id=str(public_id),
        source_key=str(key),
        cession_id=cast("int", cession),
        claim_reference=str(claim),
        kind=cast("ClaimKind", kind),
        is_reversal=bool(is_reversal),
        parts=parts,
        level=cast("Decimal | None", level),
        disbursement_year_id=cast("int | None", year),
        corrects_key=cast("str | None", corrects),
        effective_on=cast("date", day),
        left=parts.minus(taken),
    )


_CESSIONS = """
    SELECT c.id, c.public_id, c.treaty_id, t.public_id, c.policy_number, c.term_first, c.amount, x.right_amount,
           c.ceded_ratio
    FROM reinsurance_cession c
    JOIN reinsurance_treaty t ON t.insurer_id = c.insurer_id AND t.id = c.treaty_id
    LEFT JOIN LATERAL (
        -- Without a right amount of its own a correction was of live cover, and told it by what stayed live.
        SELECT COALESCE(right_amount, live_amount) AS right_amount FROM reinsurance_cessionchange
        WHERE insurer_id = c.insurer_id AND cession_id = c.id AND kind = 'corrected' ORDER BY position DESC LIMIT 1
    ) x ON true
    WHERE c.insurer_id = %(insurer)s AND c.id = ANY (%(ids)s)
"""


def claimed_cessions(actor: Actor, cession_ids: Collection[int]) -> dict[int, ClaimedCession]:
    """The insurer's cessions of these ids, with the limits that hold today; one query."""
    if not cession_ids:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_CESSIONS, {"insurer": actor.insurer_id, "ids": sorted(set(cession_ids))})
        return {row[0]: _claimed(row) for row in cursor.fetchall()}


def _claimed(row: tuple[Any, ...]) -> ClaimedCession:
    limit = CessionLimit(row[6], row[7], row[8])
    return ClaimedCession(row[0], row[1], row[2], row[3], row[4], row[5], limit)


_POSITIONS = """
    SELECT cession_id, claim_reference,
           sum(s * amount) FILTER (WHERE kind = 'indemnity'), sum(s * excess_amount) FILTER (WHERE kind = 'indemnity'),
           sum(s * ceded_amount) FILTER (WHERE kind = 'indemnity'),
           sum(s * amount) FILTER (WHERE kind = 'recovery'), sum(s * excess_amount) FILTER (WHERE kind = 'recovery'),
           sum(s * ceded_amount) FILTER (WHERE kind = 'recovery'),
           sum(s * amount) FILTER (WHERE kind = 'reserve'), sum(s * ceded_amount) FILTER (WHERE kind = 'reserve'),
           (array_agg(level_amount ORDER BY id DESC) FILTER (WHERE kind = 'reserve'))[1]
    FROM (SELECT *, CASE WHEN is_reversal THEN -1 ELSE 1 END AS s FROM reinsurance_claimmovement
          WHERE insurer_id = %(insurer)s AND cession_id = ANY (%(ids)s)) m
    GROUP BY cession_id, claim_reference
"""


def claim_positions(
    actor: Actor | PlatformActor, insurer_id: int, cession_ids: Collection[int]
) -> dict[tuple[int, str], ClaimPosition]:
    """The position of every claim on these cessions, by cession and claim reference; one query."""
    if not cession_ids:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_POSITIONS, {"insurer": insurer_id, "ids": sorted(set(cession_ids))})
        return {(row[0], row[1]): _position(*(value or ZERO for value in row[2:])) for row in cursor.fetchall()}


def _position(*sums: Decimal) -> ClaimPosition:
    paid, recovered = Parts(*sums[0:3]), Parts(*sums[3:6])
    return ClaimPosition(paid, recovered, Parts(sums[6], ZERO, sums[7]), sums[8])


def carried_by(positions: dict[tuple[int, str], ClaimPosition]) -> dict[int, Decimal]:
    """What each cession has carried of indemnities, net of corrections, over all its claims."""
    carried: dict[int, Decimal] = {}
    for (cession_id, _), position in positions.items():
        carried[cession_id] = carried.get(cession_id, ZERO) + position.paid.carried
    return carried


_YEARS = """
    SELECT y.id, y.policy_number, y.first_day, y.end_day,
           max(a.id) FILTER (WHERE a.account_class = 'disbursement_limit'), r.account_id, r.room
    FROM reinsurance_lock_disbursement_rooms(%(years)s) r
    JOIN reinsurance_disbursementyear y ON y.id = r.disbursement_year_id AND y.insurer_id = %(insurer)s
    JOIN reinsurance_ledgeraccount a ON a.insurer_id = y.insurer_id AND a.disbursement_year_id = y.id
    GROUP BY y.id, y.policy_number, y.first_day, y.end_day, r.account_id, r.room
"""


def locked_policy_years(actor: Actor, year_ids: Collection[int]) -> tuple[dict[int, PolicyYear], dict[int, Decimal]]:
    """These policy years of the insurer and what is left to be paid in each, locked until the transaction ends; one
    query. After the treaties' accounts, never before.
    """
    if not year_ids:
        return {}, {}
    years, rooms = {}, {}
    with connections[writing_alias_of(actor)].cursor() as cursor:
        cursor.execute(_YEARS, {"insurer": actor.insurer_id, "years": sorted(set(year_ids))})
        for pk, policy, first, end, limit_account, room_account, room in cursor.fetchall():
            accounts = Account(limit_account, "disbursement_limit"), Account(room_account, "disbursement_room")
            years[pk] = PolicyYear(pk, policy, first, end, *accounts)
            rooms[pk] = room
    return years, rooms
