"""The tests' database: created and migrated as `owner`, used as `app` and `platform`, put back after real commits.

- `db`: one test, one transaction of the application role, rolled back. The cast is there.
- `committed`: real commits on all three roles; afterwards every table is put back as it was when the session began.
- `committed_once`: the same for a whole module, whose tests then share what is written.
Without DATABASE_URL a private cluster is started for the session, as `make run` does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connections, transaction
from django.utils import translation

from tests import cast as characters
from tests import template_database

_NOT_PUT_BACK = ("django_migrations", "django_content_type", "auth_permission")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow ones first: a long file that begins last leaves the other processes with nothing to do."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def in_the_language_of_the_installation() -> None:
    """A request leaves its reader's language behind in the thread; the next test begins without it."""
    translation.deactivate()


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """PostgreSQL and the broker run for the whole session."""
    from capweb.onebox.servers import private_servers

    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(private_servers())
        yield


@pytest.fixture(scope="session")
def django_db_setup(servers, django_test_environment, django_db_blocker) -> Iterator[None]:
    """The test database, with the cast committed and a copy of every filled table in the schema `baseline`."""
    # One database for each process that runs tests, so that two of them never meet.
    name = f"test_capweb_{os.environ.get('PYTEST_XDIST_WORKER') or os.getpid()}"
    installed = {alias: connections[alias].settings_dict["NAME"] for alias in template_database.ALIASES}
    with django_db_blocker.unblock():
        template_database.copy_template(name, fill=_fill)
        template_database.turn_to(dict.fromkeys(installed, name))
    yield
    with django_db_blocker.unblock():
        template_database.turn_to(installed)
        template_database.drop(name)


def _fill() -> None:
    characters.enter_cast(using="owner")
    _keep_baseline()


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Real commits as all three roles; everything is put back afterwards."""
    with _real_commits(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def committed_once(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Real commits that all tests of a module share; put back after the last. Not beside `committed` or `db`."""
    with _real_commits(django_db_blocker):
        yield


@contextmanager
def _real_commits(django_db_blocker) -> Iterator[None]:
    django_db_blocker.unblock()
    try:
        yield
    finally:
        for connection in connections.all():
            connection.close()
        _put_back()
        for connection in connections.all():
            connection.close()
        django_db_blocker.restore()


@pytest.fixture
def cast(request) -> characters.Cast:
    """The cast; ask for `db` or `committed` beside it."""
    from capweb.accounts.models import Organisation

    if "committed" not in request.fixturenames:
        request.getfixturevalue("db")
    return characters.Cast({row.code: row for row in Organisation.objects.all()})


def _tables(cursor) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [name for (name,) in cursor.fetchall() if name not in _NOT_PUT_BACK]


def _keep_baseline() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE SCHEMA baseline")
        for table in _filled(cursor, _tables(cursor)):
            cursor.execute(f'CREATE TABLE baseline."{table}" AS SELECT * FROM public."{table}"')


def _filled(cursor, tables: list[str]) -> list[str]:
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM public.\"{one}\")" for one in tables)
    )
    return [name for (name,) in cursor.fetchall()]


def _put_back() -> None:
    """Delete what was written, and write the baseline's rows again where they were touched.

    Only where something changed: to truncate every table took a second for each test.
    """
    with connections["owner"].cursor() as cursor, transaction.atomic(using="owner"):
        tables = _tables(cursor)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'baseline'")
        baseline = {name for (name,) in cursor.fetchall()}
        parents = _parents(cursor, tables)
        touched = {one for one in _filled(cursor, tables) if one not in baseline} | _changed(cursor, baseline)
        # A row cannot go before those that point at it.
        while more := {one for one, needs in parents.items() if needs & touched and one in baseline} - touched:
            touched |= more
        ordered = [one for one in _parents_first(parents) if one in touched]
        for table in ordered:
            cursor.execute(f'ALTER TABLE public."{table}" DISABLE TRIGGER USER')
        for table in reversed(ordered):
            cursor.execute(f'DELETE FROM public."{table}"')
        for table in ordered:
            if table in baseline:
                cursor.execute(f'INSERT INTO public."{table}" OVERRIDING SYSTEM VALUE SELECT * FROM baseline."{table}"')
            if _has_identity(cursor, table):
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) "
                    f'FROM public."{table}"',
                    [f'public."{table}"'],
                )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ordered:
            cursor.execute(f'ALTER TABLE public."{table}" ENABLE TRIGGER USER')


def _changed(cursor, baseline: set[str]) -> set[str]:
    rows = "SELECT md5(string_agg(r::text, ' ' ORDER BY r::text)) FROM {}.\"{}\" r"
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT '{one}' WHERE ({rows.format('public', one)}) IS DISTINCT FROM ({rows.format('baseline', one)})"
            for one in sorted(baseline)
        )
    )
    return {name for (name,) in cursor.fetchall()}


def _has_identity(cursor, table: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
        "AND column_name = 'id' AND is_identity = 'YES'",
        [table],
    )
    return cursor.fetchone() is not None


def _parents(cursor, tables: list[str]) -> dict[str, set[str]]:
    """The tables that each table points at with a key that is checked at once, itself left out."""
    cursor.execute(
        "SELECT c.relname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f' AND NOT k.condeferrable AND c.oid <> p.oid"
    )
    parents: dict[str, set[str]] = {table: set() for table in tables}
    for child, parent in cursor.fetchall():
        if child in parents and parent in parents:
            parents[child].add(parent)
    return parents


def _parents_first(parents: dict[str, set[str]]) -> list[str]:
    ordered: list[str] = []
    left = dict(parents)
    while left:
        free = sorted(table for table, needs in left.items() if not needs - set(ordered))
        assert free, f"tables refer to each other in a circle: {sorted(left)}"
        ordered += free
        for table in free:
            del left[table]
    return ordered
