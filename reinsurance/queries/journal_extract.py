"""What of the journal a treaty's closed period rests on: the movements told, and the seals that place them.

The leaves are the hashes of every entry of the insurer up to the checkpoint's size: from them anybody takes the root
that the checkpoint signs, and a hash tells nothing of the entry that it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.models.seal import Checkpoint, SealedEntry
from reinsurance.queries.books import alias_of

_MOVEMENTS: Final = """
    SELECT s.position, e.kind, e.source_key, e.booked_on, c.public_id, t.code, t.debit_class, t.credit_class, t.amount
    FROM reinsurance_sealedentry s
    JOIN reinsurance_journalentry e ON e.id = s.entry_id AND e.insurer_id = s.insurer_id
    JOIN reinsurance_transfer t ON t.entry_id = e.id AND t.insurer_id = s.insurer_id AND t.state IN ('posted', 'post')
    LEFT JOIN reinsurance_cession c ON c.id = e.cession_id AND c.insurer_id = e.insurer_id
    WHERE s.insurer_id = %(insurer)s
      AND EXISTS (
          SELECT 1 FROM reinsurance_bordereauline l JOIN reinsurance_bordereau b ON b.id = l.bordereau_id
          WHERE l.insurer_id = %(insurer)s AND l.entry_id = e.id AND b.treaty_id = %(treaty)s
            AND b.period_first >= %(first)s AND b.period_end <= %(end)s
      )
      AND EXISTS (
          SELECT 1 FROM reinsurance_ledgeraccount a
          WHERE a.treaty_id = %(treaty)s AND a.id IN (t.debit_account_id, t.credit_account_id)
      )
    ORDER BY s.position, t.id
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """One transfer on a treaty's accounts, in the place of its entry."""

    position: int
    entry_kind: str
    source_key: str
    booked_on: date
    cession: str | None
    code: str
    debit: str
    credit: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed checkpoint of the insurer's journal, as others are given it, and how many leaves it covers."""

    note: str
    size: int


def movements(
    actor: Actor | PlatformActor, *, insurer_id: int, treaty_id: int, first: date, end: date
) -> Iterator[Movement]:
    """The transfers of the entries that the bordereaux of these days tell, in the order of the journal."""
    facts: dict[str, Any] = {"insurer": insurer_id, "treaty": treaty_id, "first": first, "end": end}
    with connections[alias_of(actor)].chunked_cursor() as cursor:
        cursor.execute(_MOVEMENTS, facts)
        while rows := cursor.fetchmany(2_000):
            yield from (Movement(*row) for row in rows)


def seal_over(actor: Actor | PlatformActor, *, insurer_id: int, number: int) -> Seal | None:
    """The first checkpoint of the journal that covers a journal number; None before any was signed. One query."""
    rows = Checkpoint.objects.using(alias_of(actor)).filter(
        insurer_id=insurer_id, sequence="journal", size__gte=max(number, 1)
    )
    row = rows.order_by("size", "number").first()
    return None if row is None else Seal(row.note, row.size)


def leaf_hashes(actor: Actor | PlatformActor, *, insurer_id: int, size: int) -> Iterator[str]:
    """The hashes of the first entries of the insurer's journal, in hexadecimal, in order."""
    rows = SealedEntry.objects.using(alias_of(actor)).filter(insurer_id=insurer_id, position__lte=size)
    for leaf in rows.order_by("position").values_list("leaf_hash", flat=True).iterator(chunk_size=10_000):
        yield bytes(leaf).hex()
