"""Which SQL makes the three database roles and the database?

One file, `database_roles.sql`, is what an administrator runs with psql on a server, what the containers run on their
first start, and what the private cluster of one machine runs. Here it is shown under other names and split into
statements for a client that is not psql.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg import sql

_FILE = Path(__file__).with_name("database_roles.sql")
_VARIABLE = re.compile(r""":(["'])(\w+)\1""")


@dataclass(frozen=True)
class RoleNames:
    """The names of the three roles and of the database."""

    owner: str = "capweb_owner"
    app: str = "capweb_app"
    platform: str = "capweb_platform"
    database: str = "capweb"


def script(names: RoleNames | None = None) -> str:
    """The whole file as psql takes it, with these names set in its head."""
    text = _FILE.read_text(encoding="utf-8")
    chosen = names or RoleNames()
    for field in fields(chosen):
        text = text.replace(
            f"\\set {field.name} {field.default}\n", f"\\set {field.name} {_shown(getattr(chosen, field.name))}\n"
        )
    return text


def _shown(name: str) -> str:
    """A name as psql's \\set takes it: quoted where it is not a plain word."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        return name
    return "'" + name.replace("\\", "\\\\").replace("'", "''") + "'"


def statements(names: RoleNames | None = None) -> list[sql.Composed]:
    """The same SQL, one statement each, without passwords: for a server whose socket only its owner can reach."""
    text = "\n".join(
        line for line in _FILE.read_text(encoding="utf-8").splitlines() if not line.startswith(("\\", "--"))
    )
    return [_filled(part, names or RoleNames()) for part in text.split(";") if part.strip()]


def _filled(statement: str, names: RoleNames) -> sql.Composed:
    # Imported here: whoever only asks for the names (settings, the supervisor) does without the database client.
    from psycopg import sql

    parts: list[sql.Composable] = []
    end = 0
    for found in _VARIABLE.finditer(statement):
        parts.append(sql.SQL(statement[end : found.start()]))
        name = found.group(2)
        # A role without a password cannot sign in by password at all.
        parts.append(sql.NULL if name.endswith("_password") else sql.Identifier(getattr(names, name)))
        end = found.end()
    parts.append(sql.SQL(statement[end:]))
    return sql.Composed(parts)
