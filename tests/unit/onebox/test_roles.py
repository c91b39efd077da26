"""One file of SQL makes the roles everywhere: none is a superuser, none passes by row security."""

from __future__ import annotations

import re

import pytest

from capweb.onebox import roles


def as_text(statement) -> str:
    return statement.as_string(None)


@pytest.fixture
def sql() -> list[str]:
    return [as_text(statement) for statement in roles.statements()]


def test_three_roles_and_a_database_that_only_they_may_enter(sql):
    made = [re.match(r"\s*CREATE ROLE \"(\w+)\"", text) for text in sql]
    assert [found.group(1) for found in made if found] == ["capweb_owner", "capweb_app", "capweb_platform"]
    assert any(text.strip().startswith('CREATE DATABASE "capweb" OWNER "capweb_owner"') for text in sql)
    assert any(text.strip() == 'REVOKE ALL ON DATABASE "capweb" FROM PUBLIC' for text in sql)


def test_no_role_is_a_superuser_or_passes_by_row_security(sql):
    for text in sql:
        if "CREATE ROLE" in text:
            assert " NOSUPERUSER " in text
            assert " NOBYPASSRLS " in text
            assert " NOCREATEROLE " in text
        assert not re.search(r"(?<!NO)(SUPERUSER|BYPASSRLS)", text)


def test_without_a_password_nobody_signs_in_by_password(sql):
    assert [text.rsplit(maxsplit=1)[1] for text in sql if "PASSWORD" in text] == ["NULL", "NULL", "NULL"]


def test_the_administrators_script_is_the_file_itself():
    assert roles.script() == roles._FILE.read_text(encoding="utf-8")


def test_the_administrators_script_takes_other_names():
    text = roles.script(roles.RoleNames(app="insurer desk", database="capweb_test"))
    assert "\\set app 'insurer desk'\n" in text
    assert "\\set database capweb_test\n" in text
    assert "\\set owner capweb_owner\n" in text


def test_an_odd_name_stays_a_name():
    odd = [as_text(text) for text in roles.statements(roles.RoleNames(app='x"; DROP DATABASE capweb; --'))]
    assert any('CREATE ROLE "x""; DROP DATABASE capweb; --"' in text for text in odd)


def test_the_script_holds_no_password():
    assert set(re.findall(r"PASSWORD (\S+);", roles.script())) == {
        ":'owner_password'",
        ":'app_password'",
        ":'platform_password'",
    }
