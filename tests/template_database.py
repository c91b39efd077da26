"""A migrated database with the cast in it, made once and copied by every run of the tests.

It stays in the cluster (`CAPWEB_DATA`), named by a fingerprint of all that decides what it holds, so that a second run
of a single test starts in two seconds instead of thirty. Templates of other fingerprints are dropped when one is made.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
ALIASES = ("default", "owner", "platform")
_PREFIX = "capweb_tests_"
_DECIDING = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "*/sql/*.sql",
    "*/*/sql/*.sql",
    "capweb/accounts/**/*.py",
    "tests/cast.py",
    "tests/conftest.py",
    "tests/template_database.py",
    "requirements.txt",
)


def copy_template(name: str, *, fill: Callable[[], None]) -> None:
    """Make the database `name` as a copy of the template, which `fill` completes once it is migrated."""
    template = f"{_PREFIX}{_fingerprint()}"
    if template not in _templates():
        _make(template, fill)
    replace(name, template=template)


def replace(name: str, *, template: str) -> None:
    """Make the database `name` anew as a copy of another that nobody is connected to."""
    drop(name)
    _maintain("CREATE DATABASE {} TEMPLATE {}", name, template)


def drop(name: str) -> None:
    """Drop a database, if it is there."""
    _maintain("DROP DATABASE IF EXISTS {}", name)


def current() -> str:
    """The name of the database in use."""
    return str(connections["owner"].settings_dict["NAME"])


def turn_to(names: dict[str, str]) -> None:
    """Close every connection and let each alias use the database named for it."""
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _make(template: str, fill: Callable[[], None]) -> None:
    from django.test.utils import setup_databases

    made = f"{_PREFIX}made_by_{os.getpid()}"
    installed = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    connections["owner"].settings_dict["TEST"]["NAME"] = made
    setup_databases(verbosity=0, interactive=False, aliases=ALIASES, serialized_aliases=set())
    fill()
    turn_to(installed)
    try:
        _maintain("ALTER DATABASE {} RENAME TO {}", made, template)
    except psycopg.errors.DuplicateDatabase:
        # Two processes made it at the same time; one is enough.
        drop(made)
        return
    for outdated in _templates() - {template}:
        if "_made_by_" not in outdated:
            drop(outdated)


def _fingerprint() -> str:
    files = sorted({file for pattern in _DECIDING for file in ROOT.glob(pattern) if ".venv" not in file.parts})
    told = hashlib.sha256()
    for file in files:
        told.update(f"{file.relative_to(ROOT)} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return told.hexdigest()[:16]


def _templates() -> set[str]:
    with _maintenance() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_PREFIX])
        return {name for (name,) in rows.fetchall()}


def _maintain(statement: str, *names: str) -> None:
    with _maintenance() as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def _maintenance() -> psycopg.Connection:
    """As the tables' owner, to the database from which others are made."""
    given = connections["owner"].get_connection_params()
    return psycopg.connect(
        host=given.get("host"), port=given.get("port"), user=given.get("user"), password=given.get("password"),
        dbname="postgres", autocommit=True,
    )  # fmt: skip
