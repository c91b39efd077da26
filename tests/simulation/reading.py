"""What stands, read as the tables' owner, past the wall between insurers."""

from __future__ import annotations

from typing import Any

from django.db import connections


def rows(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """What a statement finds, or gives back."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
