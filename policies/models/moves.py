"""The table of allowed moves, and the migration operations that fill it and put it in front of a status.

PostgreSQL refuses an UPDATE of a status to what does not follow (`<thing>_move_allowed`). A migration that adds a thing
or a move ends with `write_moves()`, and with `hold_moves(table, thing)` for a new table.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython, RunSQL

from policies.domain import moves


class AllowedMove(models.Model):
    """One step that the status of a thing may take. Written by migrations from policies.domain.moves alone."""

    pk = models.CompositePrimaryKey("thing", "was", "becomes")
    thing = models.CharField(max_length=20)
    was = models.CharField(max_length=20)
    becomes = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(was=models.F("becomes")), name="allowed_move_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.thing}: {self.was} → {self.becomes}"


def write_moves() -> RunPython:
    """Makes the table say what policies.domain.moves says now."""
    return RunPython(_write, RunPython.noop)


def hold_moves(table: str, thing: str) -> RunSQL:
    """Puts the table of allowed moves in front of a table's `status`."""
    return RunSQL(
        f'CREATE TRIGGER status_moves BEFORE UPDATE OF status ON "{table}" FOR EACH ROW '
        f"WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION policies_move_allowed('{thing}')",
        f'DROP TRIGGER status_moves ON "{table}"',
    )


def _write(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    table = apps.get_model("policies", "AllowedMove")
    rows = table.objects.using(schema_editor.connection.alias)
    rows.all().delete()
    rows.bulk_create([table(thing=thing, was=was, becomes=becomes) for thing, was, becomes in moves.allowed_moves()])
