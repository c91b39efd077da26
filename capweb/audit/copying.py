"""Bulk writes: COPY into a temporary table, then INSERT … SELECT, ids drawn in blocks.

`COPY FROM` is not allowed into tables under row security, and the detour costs little (70,000 rows a second against
90,000 for a plain COPY). Every id is known before anything is written, so one pass can link all tables of a batch.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from django.db import connections
from psycopg import sql
from psycopg.types.json import Jsonb

_serial = itertools.count(1)

__all__ = ["Jsonb", "copy_rows", "draw_ids"]


def draw_ids(table: str, count: int, *, using: str = "default") -> list[int]:
    """The next `count` ids of a table's identity, in ascending order; one query for any count."""
    if count == 0:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return sorted(row[0] for row in cursor.fetchall())


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, using: str = "default") -> int:
    """Insert rows, given in the order of `columns`, by COPY; the number of rows inserted.

    Dicts and lists must be wrapped in `Jsonb`. Must run inside a transaction. Constraint violations are raised as
    django.db.IntegrityError naming the constraint.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise RuntimeError("copy_rows works inside a transaction only: open acting(actor) first")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    staging = sql.Identifier(f"copying_{next(_serial)}")
    target = sql.Identifier(table)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                staging, names, target
            )
        )
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, names)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(target, names, names, staging))
        inserted = cursor.rowcount
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
    return int(inserted)
