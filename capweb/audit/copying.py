"""Bulk writes: COPY into a temporary table, then INSERT … SELECT, ids drawn in blocks.

`COPY FROM` is not allowed into tables under row security, and the detour costs little (70,000 rows a second against
90,000 for a plain COPY). A handful of rows goes in by one INSERT, which spares the temporary table. Either way it is
one statement, so a statement's triggers see the whole. Every id is known before anything is written, so one pass can
link all tables of a batch.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import connections
from psycopg import sql
from psycopg.types.json import Jsonb

# Up to here one INSERT is quicker than a temporary table made and dropped.
FEW_ROWS: Final = 50
_serial = itertools.count(1)

__all__ = ["Jsonb", "copy_rows", "draw_ids"]


def draw_ids(table: str, count: int, *, using: str = "default") -> list[int]:
    """The next `count` ids of a table's identity, in ascending order; one query for any count."""
    if count == 0:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(
            # The sequence is looked up once, not for each id.
            "SELECT array_agg(nextval(of_table.name)) FROM "
            "(SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) of_table, generate_series(1, %s)",
            [table, count],
        )
        (ids,) = cursor.fetchone()
        return sorted(ids)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, using: str = "default") -> int:
    """Insert rows, given in the order of `columns`, in one statement; the number of rows inserted.

    Dicts and lists must be wrapped in `Jsonb`. Must run inside a transaction. Constraint violations are raised as
    django.db.IntegrityError naming the constraint.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise RuntimeError("copy_rows works inside a transaction only: open acting(actor) first")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    target = sql.Identifier(table)
    remaining = iter(rows)
    first = list(itertools.islice(remaining, FEW_ROWS + 1))
    with connection.cursor() as cursor:
        if not first:
            return 0
        if len(first) <= FEW_ROWS:
            row = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
            values = sql.SQL(", ").join([row] * len(first))
            statement = sql.SQL("INSERT INTO {} ({}) VALUES {}").format(target, names, values)
            given: list[Any] = [value for one in first for value in one]
            cursor.execute(statement, given)
            return int(cursor.rowcount)
        staging = sql.Identifier(f"copying_{next(_serial)}")
        cursor.execute(
            # A document stays whole in its row there: it is read once more and then gone.
            sql.SQL(
                "{} CREATE TEMPORARY TABLE {} WITH (toast_tuple_target = 8160) ON COMMIT DROP "
                "AS SELECT {} FROM {} WITH NO DATA"
            ).format(_compression(using), staging, names, target)
        )
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(staging, names)) as copy:
            for one in itertools.chain(first, remaining):
                copy.write_row(one)
        cursor.execute(sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(target, names, names, staging))
        inserted = cursor.rowcount
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
    return int(inserted)


@lru_cache
def _compression(using: str) -> sql.SQL:
    """What is long is compressed by lz4 and kept so: pglz took longer than all the rest of a document.

    Empty where this PostgreSQL was built without lz4.
    """
    connection = connections[using].connection
    # Asked beside Django's cursor: it is not one of the command's queries.
    found = connection.execute("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'").fetchone()
    return sql.SQL("SET LOCAL default_toast_compression = 'lz4';" if found and "lz4" in found[0] else "")
