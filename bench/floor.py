"""The floor of a batch: the very rows that ours wrote, put by COPY into a copy of the database taken just before.

As the tables' owner, with every constraint and trigger in place.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import psycopg
from django.db import connections


def owner_connection(database: str | None = None) -> psycopg.Connection:
    """A connection of the tables' owner, to the installation's database or to another of the same cluster."""
    settings = connections["owner"].get_connection_params()
    return psycopg.connect(
        host=settings.get("host"), port=settings.get("port"), user=settings.get("user"),
        password=settings.get("password"), dbname=database or settings["dbname"], autocommit=True,
    )  # fmt: skip


def copy_database(name: str) -> str:
    """A copy of the database as it stands, made from a moment without connections."""
    for connection in connections.all():
        connection.close()
    source = connections["owner"].settings_dict["NAME"]
    with owner_connection("postgres") as owner:
        owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return name


def floor(before: str, tables: Sequence[str]) -> tuple[float, dict[str, int]]:
    """Seconds to COPY what was written since into the copy of the database, and how many rows that is, by table.

    `tables` are parents first.
    """
    for connection in connections.all():
        connection.close()
    written: dict[str, int] = {}
    seconds = 0.0
    with owner_connection() as source, owner_connection(before) as target:
        for table in tables:
            (last,) = target.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
            columns = _columns(source, table)
            with source.cursor().copy(
                f"COPY (SELECT {columns} FROM {table} WHERE id > {last} ORDER BY id) TO STDOUT"
            ) as copy:
                chunks = [bytes(chunk) for chunk in copy]
            written[table] = sum(chunk.count(b"\n") for chunk in chunks)
            begun = time.perf_counter()
            with target.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for chunk in chunks:
                    copy.write(chunk)
            seconds += time.perf_counter() - begun
    return seconds, written


def _columns(connection: psycopg.Connection, table: str) -> str:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public' "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return ", ".join(f'"{name}"' for (name,) in rows)
