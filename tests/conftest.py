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
from django.db import connections

from tests import cast as characters

_NOT_PUT_BACK = ("django_migrations", "django_content_type", "auth_permission")


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """PostgreSQL and the broker run for the whole session."""
    from capweb.onebox.servers import private_servers

    with ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(private_servers())
        yield


@pytest.fixture(scope="session")
def django_db_setup(servers, django_test_environment, django_db_blocker, request) -> Iterator[None]:
    """The test database, with the cast committed and a copy of every filled table in the schema `baseline`."""
    from django.test.utils import teardown_databases

    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock():
        config = _create_database(worker)
        characters.enter_cast(using="owner")
        _keep_baseline()
    yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
        teardown_databases(config, verbosity=0)


def _create_database(worker: str):
    """One database for each process that runs tests, so that two of them never meet."""
    from django.test.utils import setup_databases

    connections["owner"].settings_dict["TEST"]["NAME"] = f"test_capweb_{worker or os.getpid()}"
    return setup_databases(
        verbosity=0, interactive=False, aliases=["default", "owner", "platform"], serialized_aliases=set()
    )


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
        for table in _tables(cursor):
            cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
            if cursor.fetchone() is not None:
                cursor.execute(f'CREATE TABLE baseline."{table}" AS SELECT * FROM public."{table}"')


def _put_back() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(f'public."{name}"' for name in _tables(cursor)) + " RESTART IDENTITY")
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'baseline'")
        for table in _parents_first(cursor, [name for (name,) in cursor.fetchall()]):
            cursor.execute(f'ALTER TABLE public."{table}" DISABLE TRIGGER USER')
            cursor.execute(f'INSERT INTO public."{table}" OVERRIDING SYSTEM VALUE SELECT * FROM baseline."{table}"')
            cursor.execute(f'ALTER TABLE public."{table}" ENABLE TRIGGER USER')
            if _has_identity(cursor, table):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM public.\"{table}\"))",
                    [f'public."{table}"'],
                )


def _has_identity(cursor, table: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
        "AND column_name = 'id' AND is_identity = 'YES'",
        [table],
    )
    return cursor.fetchone() is not None


def _parents_first(cursor, tables: list[str]) -> list[str]:
    cursor.execute(
        "SELECT c.relname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f' AND c.oid <> p.oid"
    )
    parents: dict[str, set[str]] = {table: set() for table in tables}
    for child, parent in cursor.fetchall():
        if child in parents and parent in parents:
            parents[child].add(parent)
    ordered: list[str] = []
    while parents:
        free = sorted(table for table, needs in parents.items() if not needs - set(ordered))
        assert free, f"tables refer to each other in a circle: {sorted(parents)}"
        ordered += free
        for table in free:
            del parents[table]
    return ordered
