"""Seal what has been committed: give each entry its journal number, each record its place, and sign how far it goes.

One publisher at a time, after commit and off the hot path: numbers of rows become visible out of order, so no inserting
transaction can know its place. An entry that commits late gets the next position. Every run ends with a signed
checkpoint for each sequence that grew, or that has none of this day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connections
from django.db.backends.utils import CursorWrapper

from capweb.accounts.actor import PlatformActor
from reinsurance.domain.checkpoint import CheckpointText, signed
from reinsurance.domain.sealing import HASH_BYTES, GrowingTree
from reinsurance.queries import seal_keys, sealed_rows
from reinsurance.queries.books import writing_alias_of

# Any number will do, as long as nobody else takes this lock.
_PUBLISHER: Final = 6_962
CHUNK: Final = 10_000
# From so many on, what the planner believes of the tables is out of date: of the journal's before they are sealed (on a
# first large night it holds that no cession replaces another, and compares each with each), of the seals' afterwards.
MANY: Final = 1_000
_REFRESH: Final = "SELECT reinsurance_refresh_statistics()"
_SEALED_TABLES: Final = {"journal": "reinsurance_sealedentry", "records": "reinsurance_sealedrecord"}


@dataclass(frozen=True, slots=True)
class SealReceipt:
    """A sequence after sealing: `size` is the last position, `added` how many this run sealed, `note` what was signed.

    `insurer` is a code; None for the books without insurer (the law and the envelopes).
    """

    insurer: str | None
    sequence: str
    number: int
    size: int
    added: int
    root: bytes
    sealed_on: date
    note: str


@dataclass(slots=True)
class _Head:
    """A sequence as its last checkpoint left it."""

    insurer_id: int | None
    insurer: str | None
    sequence: str
    tree: GrowingTree
    number: int = 0
    sealed_on: date | None = None


def seal_journal(actor: PlatformActor, *, on: date) -> list[SealReceipt]:
    """Seal every committed entry and record of all insurers, in order of their numbers, and sign a checkpoint for each
    sequence; the receipts of the checkpoints signed now. Run again on the same day without anything new, it changes
    nothing. Runs inside acting_as_platform(); waits for another publisher to end.

    Raises IntegrityError when what is stored cannot be continued (verify_ledger tells why).
    """
    alias = writing_alias_of(actor)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHER])
        cursor.execute("SELECT statement_timestamp()")
        at: datetime = cursor.fetchone()[0]
        heads = _heads(cursor)
        if _place(cursor, heads) >= MANY:
            cursor.execute(_REFRESH)
        _seal_entries(cursor)
        _seal_records(cursor, heads)
        receipts = [_checkpoint(cursor, head, on=on, at=at) for head in heads.values()]
        if sum(receipt.added for receipt in receipts if receipt is not None) >= MANY:
            cursor.execute(_REFRESH)
    return [receipt for receipt in receipts if receipt is not None]


_Heads = dict[tuple[int | None, str], _Head]


def _heads(cursor: CursorWrapper) -> _Heads:
    """Every sequence there may be: two for each insurer, two for the books without."""
    cursor.execute(
        """
        SELECT o.id, o.code, s.name, c.number, c.size, c.peaks, c.sealed_on
        FROM (SELECT id, code FROM accounts_organisation WHERE kind = 'insurer' UNION ALL SELECT NULL, NULL) o
        CROSS JOIN unnest(%s::text[]) AS s (name)
        LEFT JOIN LATERAL (
            SELECT k.number, k.size, k.peaks, k.sealed_on FROM reinsurance_checkpoint k
            WHERE k.insurer_id IS NOT DISTINCT FROM o.id AND k.sequence = s.name ORDER BY k.number DESC LIMIT 1
        ) c ON true
        ORDER BY o.id NULLS FIRST, s.name
        """,
        [list(_SEALED_TABLES)],
    )
    heads: _Heads = {}
    for insurer_id, code, sequence, number, size, peaks, sealed_on in cursor.fetchall():
        tree = GrowingTree(size or 0, _split(bytes(peaks or b"")))
        heads[insurer_id, sequence] = _Head(insurer_id, code, sequence, tree, number or 0, sealed_on)
    return heads


def _split(peaks: bytes) -> list[bytes]:
    return [peaks[place : place + HASH_BYTES] for place in range(0, len(peaks), HASH_BYTES)]


def _place(cursor: CursorWrapper, heads: _Heads) -> int:
    """Positions for entries that have none, in order of their numbers, into a table of this transaction; how many."""
    journals = [head for head in heads.values() if head.sequence == "journal"]
    cursor.execute("DROP TABLE IF EXISTS sealing")
    cursor.execute(
        """
        CREATE TEMPORARY TABLE sealing ON COMMIT DROP AS
        SELECT row_number() OVER (ORDER BY e.id) AS turn, e.id AS entry_id, e.insurer_id,
               h.size + row_number() OVER (PARTITION BY e.insurer_id ORDER BY e.id) AS position
        FROM reinsurance_journalentry e
        JOIN unnest(%s::bigint[], %s::bigint[]) AS h (insurer_id, size) ON h.insurer_id = COALESCE(e.insurer_id, 0)
        WHERE NOT EXISTS (SELECT 1 FROM reinsurance_sealedentry s WHERE s.entry_id = e.id)
        """,
        [[head.insurer_id or 0 for head in journals], [head.tree.size for head in journals]],
    )
    placed: int = cursor.rowcount
    cursor.execute("CREATE INDEX ON sealing (turn)")
    cursor.execute("ANALYZE sealing")
    return placed


def _seal_entries(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT COALESCE(max(turn), 0) FROM sealing")
    (last,) = cursor.fetchone() or (0,)
    manifests = sealed_rows.manifests("SELECT entry_id FROM sealing WHERE turn > %(after)s AND turn <= %(until)s")
    statement = f"""
        INSERT INTO reinsurance_sealedentry (insurer_id, position, entry_id, manifest, leaf_hash)
        SELECT s.insurer_id, s.position, s.entry_id, m.manifest, {sealed_rows.manifest_leaf("m.manifest")}
        FROM ({manifests}) m JOIN sealing s ON s.entry_id = m.entry_id
        ORDER BY s.turn
    """  # noqa: S608 (our own names)
    cursor.execute(sealed_rows.AS_WRITTEN)
    for after in range(0, last, CHUNK):
        cursor.execute(statement, {"after": after, "until": after + CHUNK})
    cursor.execute(sealed_rows.AS_PLANNED)


def _seal_records(cursor: CursorWrapper, heads: _Heads) -> None:
    """Table by table; each goes on where the one before it left the sequences."""
    sizes = {head.insurer_id or 0: head.tree.size for head in heads.values() if head.sequence == "records"}
    for part in sealed_rows.record_parts():
        cursor.execute(
            f"""
            INSERT INTO reinsurance_sealedrecord (insurer_id, position, "table", part, row, leaf_hash)
            SELECT {part.insurer}, h.size + row_number() OVER (PARTITION BY {part.insurer} ORDER BY t.id),
                   %(table)s, %(part)s, t.id, {part.leaf}
            FROM {part.table} t
            JOIN unnest(%(insurers)s::bigint[], %(sizes)s::bigint[]) AS h (insurer_id, size)
              ON h.insurer_id = COALESCE({part.insurer}, 0)
            WHERE NOT {part.overruled} AND NOT EXISTS (
                SELECT 1 FROM reinsurance_sealedrecord s WHERE s."table" = %(table)s AND s.part = %(part)s
                AND s.row = t.id)
            RETURNING COALESCE(insurer_id, 0)
            """,  # noqa: S608 (our own names)
            {"table": part.table, "part": part.part, "insurers": list(sizes), "sizes": list(sizes.values())},
        )
        for (insurer,) in cursor.fetchall():
            sizes[insurer] += 1


def _checkpoint(cursor: CursorWrapper, head: _Head, *, on: date, at: datetime) -> SealReceipt | None:
    """The checkpoint of a sequence that grew, or that has none of the day; None for an empty one or a repetition."""
    before = head.tree.size
    for leaf in _new_leaves(cursor, head):
        head.tree.add(leaf)
    tree = head.tree
    if not tree.size or (tree.size == before and head.sealed_on == on):
        return None
    number = head.number + 1
    text = CheckpointText(seal_keys.origin(head.insurer, head.sequence), tree.size, tree.root, on, number, at)
    note = signed(text, seal_keys.private_key())
    cursor.execute(
        "INSERT INTO reinsurance_checkpoint (insurer_id, sequence, number, size, root, sealed_on, peaks, note, "
        "recorded_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [head.insurer_id, head.sequence, number, tree.size, tree.root, on, b"".join(tree.peaks), note, at],
    )
    return SealReceipt(head.insurer, head.sequence, number, tree.size, tree.size - before, tree.root, on, note)


def _new_leaves(cursor: CursorWrapper, head: _Head) -> Iterator[bytes]:
    table = _SEALED_TABLES[head.sequence]
    is_own = "insurer_id IS NULL" if head.insurer_id is None else "insurer_id = %s"
    parameters: list[Any] = [] if head.insurer_id is None else [head.insurer_id]
    while True:
        cursor.execute(
            f"SELECT leaf_hash FROM {table} WHERE {is_own} AND position > %s ORDER BY position LIMIT {CHUNK}",  # noqa: S608
            [*parameters, head.tree.size],
        )
        leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
        yield from leaves
        if len(leaves) < CHUNK:
            return
