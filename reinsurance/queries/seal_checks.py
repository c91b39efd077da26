"""What was sealed, held against what stands there now: every leaf from its rows, every root from the leaves.

A difference names the row: its table, its number, its insurer and its position. Whoever alters a row and the seal over
it, but has no key, leaves a signed root that no longer fits: then the positions between two checkpoints are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from reinsurance.domain import checkpoint as notes
from reinsurance.domain.sealing import GrowingTree
from reinsurance.queries import seal_keys, sealed_rows

CHUNK: Final = 10_000
# An entry is recorded before it is committed; a transaction that lasted an hour would be the longest by far.
LATE_COMMIT: Final = "1 hour"
# Whoever has altered more than so many entries has altered everything; the rest need not be named.
MOST_NAMED: Final = 1_000
_TABLES: Final = {"journal": "reinsurance_sealedentry", "records": "reinsurance_sealedrecord"}


@dataclass(slots=True)
class Told:
    """How many things a check compared, and what it found."""

    compared: int = 0
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SealCheck:
    """A check over the seals; `run` takes a cursor and the notes that somebody kept outside."""

    name: str
    run: Callable[[CursorWrapper, Sequence[str]], Told]


@dataclass(frozen=True, slots=True)
class _Sequence:
    insurer_id: int | None
    insurer: str | None
    name: str

    @property
    def title(self) -> str:
        return f"{self.insurer or 'state'}/{self.name}"

    def own(self, alias: str = "s") -> str:
        """SQL that holds for the rows of this sequence; the number is our own."""
        return f"{alias}.insurer_id IS NULL" if self.insurer_id is None else f"{alias}.insurer_id = {self.insurer_id}"


def sealed_entries(cursor: CursorWrapper, _kept: Sequence[str]) -> Told:
    """Each sealed entry's manifest, made again from the rows of its event."""
    found = Told()
    cursor.execute(sealed_rows.AS_WRITTEN)
    for sequence in _sequences(cursor, "journal"):
        for after in range(0, _length(cursor, sequence), CHUNK):
            _entries_between(cursor, sequence, after, found)
    cursor.execute(sealed_rows.AS_PLANNED)
    return found


def _entries_between(cursor: CursorWrapper, sequence: _Sequence, after: int, found: Told) -> None:
    """Hashes are made by the database and compared here, so that no join of a chunk with itself is left to luck."""
    inside = f"{sequence.own()} AND s.position > {after} AND s.position <= {after + CHUNK}"
    manifests = sealed_rows.manifests(f"SELECT s.entry_id FROM reinsurance_sealedentry s WHERE {inside}")  # noqa: S608
    cursor.execute(f"SELECT entry_id, {sealed_rows.manifest_leaf('manifest')} FROM ({manifests}) m")  # noqa: S608
    stands = {entry_id: bytes(leaf) for entry_id, leaf in cursor.fetchall()}
    cursor.execute(
        "SELECT s.id, s.position, s.entry_id, s.leaf_hash, "  # noqa: S608 (our own names and numbers)
        f"{sealed_rows.manifest_leaf('s.manifest')} FROM reinsurance_sealedentry s WHERE {inside} ORDER BY s.position"
    )
    for seal, position, entry_id, leaf, made in cursor.fetchall():
        found.compared += 1
        place = f"{sequence.title} position {position}, entry {entry_id}"
        if bytes(leaf) != bytes(made):
            found.told.append(f"reinsurance_sealedentry {seal} ({place}): the seal itself was altered")
        if stands.get(entry_id) != bytes(made) and len(found.told) < MOST_NAMED:
            found.told += _altered_entry(cursor, seal, entry_id, place)


def _altered_entry(cursor: CursorWrapper, seal: int, entry_id: int, place: str) -> list[str]:
    cursor.execute("SELECT manifest FROM reinsurance_sealedentry WHERE id = %s", [seal])
    (sealed,) = cursor.fetchone() or ("",)
    cursor.execute(f"SELECT manifest FROM ({sealed_rows.manifests(f'SELECT {entry_id}::bigint AS entry_id')}) m")  # noqa: S608
    (stands,) = cursor.fetchone() or ("",)
    return list(_rows_that_differ(sealed, stands, place))


def _rows_that_differ(sealed: str, stands: str, place: str) -> Iterator[str]:
    was, now = _by_row(sealed), _by_row(stands)
    for row in sorted(was.keys() | now.keys()):
        if row not in now:
            yield f"{row} ({place}): is gone since it was sealed"
        elif row not in was:
            yield f"{row} ({place}): was added to an event that is sealed"
        elif was[row] != now[row]:
            yield f"{row} ({place}): was altered since it was sealed"


def _by_row(manifest: str) -> dict[str, str]:
    return {row: digest for row, _, digest in (line.rpartition(" ") for line in manifest.splitlines())}


def sealed_records(cursor: CursorWrapper, _kept: Sequence[str]) -> Told:
    """Each sealed record's leaf, made again from its row; and no record of a table that is not sealed so."""
    found = Told()
    parts = sealed_rows.record_parts()
    for part in parts:
        cursor.execute(
            f"""
            SELECT s.row, o.code, s.position,
                   CASE WHEN t.id IS NULL THEN 'is gone' WHEN s.insurer_id IS DISTINCT FROM {part.insurer}
                        THEN 'went to another insurer' ELSE 'was altered' END
            FROM reinsurance_sealedrecord s
            LEFT JOIN {part.table} t ON t.id = s.row
            LEFT JOIN accounts_organisation o ON o.id = s.insurer_id
            WHERE s."table" = %s AND s.part = %s AND (t.id IS NULL OR s.insurer_id IS DISTINCT FROM {part.insurer}
                  OR (s.leaf_hash <> {part.leaf} AND NOT {part.overruled}))
            ORDER BY s.position
            """,  # noqa: S608 (our own names)
            [part.table, part.part],
        )
        for row, insurer, position, what in cursor.fetchall():
            place = f"{insurer or 'state'}/records position {position}"
            found.told.append(f"{part.table} {row} ({place}): {what} since it was sealed")
    cursor.execute(
        'SELECT s.id, s."table", s.row FROM reinsurance_sealedrecord s '
        'WHERE (s."table", s.part) NOT IN (SELECT * FROM unnest(%s::text[], %s::text[]))',
        [[part.table for part in parts], [part.part for part in parts]],
    )
    for seal, table, row in cursor.fetchall():
        found.told.append(f"reinsurance_sealedrecord {seal}: names {table} {row}, which is not sealed as a record")
    cursor.execute("SELECT count(*) FROM reinsurance_sealedrecord")
    found.compared = (cursor.fetchone() or (0,))[0]
    return found


def unsealed_rows(cursor: CursorWrapper, _kept: Sequence[str]) -> Told:
    """Nothing older than the last checkpoint is without a seal, and no row of an event is without its entry."""
    found = Told()
    cursor.execute("SELECT max(recorded_at) FROM reinsurance_checkpoint")
    (last,) = cursor.fetchone() or (None,)
    for model in sealed_rows.event_models():
        table = model._meta.db_table
        cursor.execute(
            f"SELECT t.id, o.code FROM (SELECT id, insurer_id FROM {table} EXCEPT "  # noqa: S608
            f"SELECT row, insurer_id FROM ({sealed_rows.event_rows(model.__name__)}) c) t "
            "LEFT JOIN accounts_organisation o ON o.id = t.insurer_id ORDER BY t.id"
        )
        found.told += [
            f"{table} {row} ({insurer or 'state'}): belongs to no entry" for row, insurer in cursor.fetchall()
        ]
        found.compared += 1
    if last is None:
        return found
    _old_entries(cursor, last, found)
    for part in sealed_rows.record_parts():
        _old_records(cursor, part, last, found)
    return found


def _old_entries(cursor: CursorWrapper, last: datetime, found: Told) -> None:
    cursor.execute(
        "SELECT e.id, o.code FROM reinsurance_journalentry e "  # noqa: S608 (our own constant)
        "LEFT JOIN accounts_organisation o ON o.id = e.insurer_id "
        f"WHERE e.recorded_at < %s - interval '{LATE_COMMIT}' "
        "AND NOT EXISTS (SELECT 1 FROM reinsurance_sealedentry s WHERE s.entry_id = e.id) ORDER BY e.id",
        [last],
    )
    for entry, insurer in cursor.fetchall():
        found.told.append(
            f"reinsurance_journalentry {entry} ({insurer or 'state'}): older than the last checkpoint and not sealed"
        )
    found.compared += 1


def _old_records(cursor: CursorWrapper, part: sealed_rows.RecordPart, last: datetime, found: Told) -> None:
    is_old = f"t.recorded_at < %s - interval '{LATE_COMMIT}'" if part.has_recorded_at else "%s IS NULL"
    with_parent = ""
    if part.parent is not None:
        column, table = part.parent
        sealed = (
            "SELECT 1 FROM reinsurance_sealedentry p WHERE p.entry_id"
            if table == "reinsurance_journalentry"
            else f"SELECT 1 FROM reinsurance_sealedrecord p WHERE p.\"table\" = '{table}' AND p.row"  # noqa: S608
        )
        with_parent = f" OR EXISTS ({sealed} = t.{column})"
    cursor.execute(
        f"""
        SELECT t.id, o.code FROM {part.table} t LEFT JOIN accounts_organisation o ON o.id = {part.insurer}
        WHERE NOT {part.overruled} AND ({is_old}{with_parent}) AND NOT EXISTS (
            SELECT 1 FROM reinsurance_sealedrecord s WHERE s."table" = %s AND s.part = %s AND s.row = t.id)
        ORDER BY t.id
        """,  # noqa: S608 (our own names)
        [last, part.table, part.part],
    )
    for row, insurer in cursor.fetchall():
        found.told.append(f"{part.table} {row} ({insurer or 'state'}): older than the last checkpoint and not sealed")
    found.compared += 1


def checkpoints(cursor: CursorWrapper, kept: Sequence[str]) -> Told:
    """Sequences without gap or exchange, every checkpoint's root recomputed from the leaves, signatures, and the notes
    that were kept outside.
    """
    found = Told()
    marks = _marks(kept, found)
    for sequence in _sequences(cursor, *_TABLES):
        stored = _stored(cursor, sequence, found)
        outside = marks.pop(seal_keys.origin(sequence.insurer, sequence.name), [])
        _walk(cursor, sequence, stored, outside, found)
    found.told += [f"a kept checkpoint is of {origin}, which is no sequence here" for origin in sorted(marks)]
    return found


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a tree of `size` leaves is to have as its root, who says so, and in which peaks it was kept."""

    size: int
    root: bytes
    title: str
    peaks: bytes | None = None


def _marks(kept: Sequence[str], found: Told) -> dict[str, list[_Mark]]:
    marks: dict[str, list[_Mark]] = {}
    keys = seal_keys.public_keys()
    for number, note in enumerate(kept, start=1):
        try:
            text = notes.read(note)
        except ValueError as error:
            found.told.append(f"kept checkpoint {number}: {error}")
            continue
        title = f"kept checkpoint {number} ({text.origin}, number {text.number}, {text.day})"
        if not any(notes.is_signed_by(note, key) for key in keys):
            found.told.append(f"{title}: is not signed by a key of this installation")
        else:
            marks.setdefault(text.origin, []).append(_Mark(text.size, text.root, title))
    return marks


def _stored(cursor: CursorWrapper, sequence: _Sequence, found: Told) -> list[_Mark]:
    """The sequence's checkpoints in order of number, each row held against the note beside it."""
    cursor.execute(
        "SELECT s.id, s.number, s.size, s.root, s.sealed_on, s.recorded_at, s.peaks, s.note "  # noqa: S608
        f"FROM reinsurance_checkpoint s WHERE {sequence.own()} AND s.sequence = %s ORDER BY s.number",
        [sequence.name],
    )
    marks: list[_Mark] = []
    # Once for all: every night verifies every checkpoint ever made.
    keys = seal_keys.public_keys()
    origin = seal_keys.origin(sequence.insurer, sequence.name)
    before: tuple[Any, ...] | None = None
    for expected, row in enumerate(cursor.fetchall(), start=1):
        seal, number, size, root, sealed_on, recorded_at, peaks, note = row
        title = f"reinsurance_checkpoint {seal} ({sequence.title}, number {number})"
        said = notes.CheckpointText(origin, size, bytes(root), sealed_on, number, recorded_at)
        if not note.startswith(f"{said}\n"):
            found.told.append(f"{title}: does not say what was signed")
        elif not any(notes.is_signed_by(note, key) for key in keys):
            found.told.append(f"{title}: the signature is not of a key of this installation")
        if number != expected:
            found.told.append(f"{title}: a checkpoint is missing before it")
        if before is not None and (size, recorded_at) < before:
            found.told.append(f"{title}: is smaller or older than the one before it")
        before = (size, recorded_at)
        marks.append(_Mark(size, bytes(root), title, bytes(peaks)))
        found.compared += 1
    return marks


def _walk(cursor: CursorWrapper, sequence: _Sequence, stored: list[_Mark], outside: list[_Mark], found: Told) -> None:
    """Grow the tree over all leaves once; at each size that a checkpoint states, compare."""
    marks = sorted([*stored, *outside], key=lambda mark: mark.size)
    tree, last_good, is_whole, place = GrowingTree(), 0, True, 0
    for leaf in _leaves(cursor, sequence, found):
        tree.add(leaf)
        found.compared += 1
        while place < len(marks) and marks[place].size == tree.size:
            mark, place = marks[place], place + 1
            fits = mark.root == tree.root and mark.peaks in (None, b"".join(tree.peaks))
            # What follows a wrong root is wrong for that reason; it is told once for each kept note all the same.
            if fits:
                last_good = tree.size
            elif is_whole or mark.peaks is None:
                found.told.append(
                    f"{mark.title}: the root is another; positions {last_good + 1} to {mark.size} of {sequence.title} "
                    "hold something altered, added, exchanged or dropped"
                )
                is_whole = False
    for mark in marks[place:]:
        found.told.append(f"{mark.title}: {mark.size} were sealed, {tree.size} are there in {sequence.title}")
    if tree.size > (stored[-1].size if stored else 0):
        found.told.append(f"{sequence.title}: sealed positions go beyond its last checkpoint")
    _exchanged(cursor, sequence, [mark.size for mark in stored], found)


def _leaves(cursor: CursorWrapper, sequence: _Sequence, found: Told) -> Iterator[bytes]:
    """The hashes in order of position; a gap is told where it is."""
    after = expected = 0
    while True:
        cursor.execute(
            f"SELECT s.position, s.leaf_hash FROM {_TABLES[sequence.name]} s "  # noqa: S608 (our own names)
            f"WHERE {sequence.own()} AND s.position > %s ORDER BY s.position LIMIT {CHUNK}",
            [after],
        )
        rows = cursor.fetchall()
        for position, leaf in rows:
            expected += 1
            if position != expected:
                found.told.append(f"{sequence.title}: nothing stands at position {expected}")
                expected = position
            yield bytes(leaf)
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


def _exchanged(cursor: CursorWrapper, sequence: _Sequence, sizes: list[int], found: Told) -> None:
    """Between two checkpoints everything was sealed in one run, in order of its numbers: what is not was exchanged."""
    row = "s.entry_id" if sequence.name == "journal" else "s.row"
    group = "" if sequence.name == "journal" else ', s."table", s.part'
    cursor.execute(
        f"""
        SELECT id, position, before FROM (
            SELECT s.id, s.position, {row} AS row, lag({row}) OVER run AS row_before, lag(s.position) OVER run AS before
            FROM {_TABLES[sequence.name]} s WHERE {sequence.own()}
            WINDOW run AS (PARTITION BY width_bucket(s.position - 1, %s::bigint[]){group} ORDER BY s.position)
        ) told WHERE row < row_before ORDER BY position
        """,  # noqa: S608 (our own names)
        [sorted({0, *sizes})],
    )
    for seal, position, before in cursor.fetchall():
        found.told.append(
            f"{_TABLES[sequence.name]} {seal} ({sequence.title}): positions {before} and {position} were exchanged"
        )


def _sequences(cursor: CursorWrapper, *names: str) -> list[_Sequence]:
    cursor.execute(
        """
        SELECT i.id, o.code, n.name
        FROM (SELECT id FROM accounts_organisation WHERE kind = 'insurer'
              UNION SELECT insurer_id FROM reinsurance_sealedentry UNION SELECT insurer_id FROM reinsurance_sealedrecord
              UNION SELECT insurer_id FROM reinsurance_checkpoint UNION SELECT NULL) i
        LEFT JOIN accounts_organisation o ON o.id = i.id
        CROSS JOIN unnest(%s::text[]) AS n (name)
        ORDER BY i.id NULLS FIRST, n.name
        """,
        [list(names)],
    )
    return [_Sequence(*row) for row in cursor.fetchall()]


def _length(cursor: CursorWrapper, sequence: _Sequence) -> int:
    cursor.execute(
        f"SELECT COALESCE(max(s.position), 0) FROM {_TABLES[sequence.name]} s WHERE {sequence.own()}"  # noqa: S608
    )
    return int((cursor.fetchone() or (0,))[0])


SEAL_CHECKS: Final = (
    SealCheck("sealed entries", sealed_entries),
    SealCheck("sealed records", sealed_records),
    SealCheck("unsealed rows", unsealed_rows),
    SealCheck("checkpoints", checkpoints),
)
