"""Does the ledger agree with the guarantees in force and with the law? Told, never mended.

Whether it agrees with its own transfers is asked by reinsurance.queries.verification, which the night runs beside this.

What is in force comes down from `policies` as plain values. It is laid beside the live cessions by one join, so that a
hundred thousand terms are compared in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Final

from django.db import connections

from capweb.accounts.actor import PlatformActor
from reinsurance.domain.chart import Market
from reinsurance.domain.reconciling import CoverInForce
from reinsurance.queries.books import PLATFORM, writing_alias_of
from reinsurance.queries.free_room import free_room
from reinsurance.queries.verification import LARGEST_TOLD, Check

_BATCH_ROWS: Final = 20_000
_COLUMNS: Final = "insurer_id, guarantee, first_day, cession_id, kind, market, ceded_amount"

_COVER = """
    CREATE TEMPORARY TABLE reconciled_cover (
        insurer_id bigint, guarantee text, first_day date, cession_id bigint, kind text, market text,
        ceded_amount numeric(18, 2)
    ) ON COMMIT DROP
"""
_DIFFERENCES = """
    WITH latest AS (
        -- What has ended stays ended, whatever was corrected of it afterwards (D-39).
        SELECT DISTINCT ON (cession_id) cession_id, kind, live_ceded_amount
        FROM reinsurance_cessionchange
        ORDER BY cession_id, kind IN ('ended', 'replaced') DESC, position DESC
    ), standing AS (
        SELECT c.id, c.insurer_id, c.public_id, c.guarantee_id, c.term_first, t.kind, t.market,
               COALESCE(l.kind, 'made') AS state, COALESCE(l.live_ceded_amount, c.ceded_amount) AS live
        FROM reinsurance_cession c
        JOIN reinsurance_treaty t ON t.id = c.treaty_id
        LEFT JOIN latest l ON l.cession_id = c.id
    )
    SELECT format('%%s from %%s: %%s', COALESCE(g.guarantee, s.guarantee_id), COALESCE(g.first_day, s.term_first),
                  fault)
    FROM reconciled_cover g
    FULL JOIN standing s ON s.id = g.cession_id AND s.insurer_id = g.insurer_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN s.id IS NULL THEN 'in force and not ceded'
        WHEN g.cession_id IS NULL AND s.state NOT IN ('ended', 'replaced') AND s.live > 0
        THEN format('the cession %%s is live and no guarantee is in force', s.public_id)
        WHEN g.cession_id IS NULL THEN NULL
        WHEN s.state IN ('ended', 'replaced')
        THEN format('in force and its cession %%s is %%s', s.public_id, s.state)
        WHEN (g.guarantee, g.first_day) <> (s.guarantee_id, s.term_first)
        THEN format('its cession %%s is of %%s from %%s', s.public_id, s.guarantee_id, s.term_first)
        WHEN (g.kind, g.market) <> (s.kind, s.market)
        THEN format('ceded by %%s under a treaty for %%s, %%s', s.public_id, s.kind, s.market)
        WHEN g.ceded_amount <> s.live
        THEN format('%%s to be ceded, %%s ceded by %%s', g.ceded_amount, s.live, s.public_id)
        END AS fault) AS told
    WHERE fault IS NOT NULL
    ORDER BY 1
"""


def reconcile(
    actor: PlatformActor, cover: Iterable[CoverInForce], *, ceilings: Mapping[Market, Decimal], on: date
) -> list[Check]:
    """Every check with what it compared and where it differs (the first hundred). Runs inside acting_as_platform().

    Each guarantee term in force against a live cession of the same amount, kind and market,
    and no live cession without one; each envelope against the ceiling of the law in force on `on`.
    """
    writing_alias_of(actor)
    return [_cover(cover), _ceilings(actor, ceilings, on=on)]


def _cover(cover: Iterable[CoverInForce]) -> Check:
    compared = 0
    with connections[PLATFORM].cursor() as cursor:
        cursor.execute(_COVER)
        # The rows come from the same connection, which cannot be read while it copies: batch by batch, then.
        for batch in _batches(cover):
            with cursor.copy(f"COPY reconciled_cover ({_COLUMNS}) FROM STDIN") as copy:
                for one in batch:
                    copy.write_row(
                        (
                            one.insurer_id,
                            one.guarantee_id,
                            one.first_day,
                            one.cession_id,
                            one.kind,
                            one.market,
                            one.ceded_amount,
                        )
                    )
            compared += len(batch)
        cursor.execute("ANALYZE reconciled_cover")
        cursor.execute(f"{_DIFFERENCES} LIMIT {LARGEST_TOLD}", {})
        differences = tuple(str(row[0]) for row in cursor.fetchall())
        cursor.execute("DROP TABLE reconciled_cover")
    return Check("guarantees in force against cessions", compared, differences)


def _batches(cover: Iterable[CoverInForce]) -> Iterator[list[CoverInForce]]:
    rows = iter(cover)
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield batch


def _ceilings(actor: PlatformActor, ceilings: Mapping[Market, Decimal], *, on: date) -> Check:
    rooms = free_room(actor, sorted(ceilings))
    differences = tuple(
        f"{market}: the envelope is {rooms[market].limit}, the law in force on {on} says {ceilings[market]}"
        for market in sorted(ceilings)
        if rooms[market].limit != ceilings[market]
    )
    return Check("envelopes against the law", len(ceilings), differences)
