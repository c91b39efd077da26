"""Migration operations for the wall between insurers (ADR 0009).

Three roles: `owner` migrates, `app` sees one insurer at a time, `platform` sees all of them and owns nothing. Row
security is enabled, not forced: the owner's data migrations would otherwise see nothing, silently. Foreign keys ignore
row security, so a tenant table carries UNIQUE (insurer_id, id) and its foreign keys to tenant tables are composite.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState


def app_role() -> str:
    return str(settings.DATABASES["default"]["USER"])


def platform_role() -> str:
    return str(settings.DATABASES["platform"]["USER"])


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key between two tables of the same insurer.

    Django's own constraint is left out: `TenantTable` adds the composite one (insurer_id, x_id), which says more and
    is checked once.
    """

    def __init__(self, to: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs.setdefault("on_delete", models.PROTECT)
        super().__init__(to, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class _TableOperation(Operation):
    reversible: ClassVar[bool] = True
    reduces_to_sql: ClassVar[bool] = True

    def __init__(self, model: str) -> None:
        """`model` is a name in the migration's own app, or `app.Model`."""
        self.model = model

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change. Rendered models are let go: Django would copy all of them for each operation."""
        state.__dict__.pop("apps", None)

    def _model(self, app_label: str, state: ProjectState) -> ModelState:
        label, _, name = self.model.rpartition(".")
        found: ModelState = state.models[label or app_label, name.lower()]
        return found


class TenantTable(_TableOperation):
    """Grants, row security, UNIQUE (insurer_id, id) and composite foreign keys for a table of insurers' rows.

    `append_only`: rows are inserted and read, never changed: no right to, and a trigger that refuses even the owner.
    `deletable`: rows may be deleted by the application. `keys_by_hand`: fields whose composite key is left to SQL, for
    two tables that point at each other.
    """

    def __init__(
        self, model: str, *, append_only: bool = False, deletable: bool = False, keys_by_hand: tuple[str, ...] = ()
    ) -> None:
        super().__init__(model)
        self.append_only = append_only
        self.deletable = deletable
        self.keys_by_hand = keys_by_hand

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = self._model(app_label, to_state)
        table = _table(model)
        nullable = model.fields["insurer"].null if "insurer" in model.fields else True
        rights = "SELECT, INSERT" if self.append_only else "SELECT, INSERT, UPDATE"
        if self.deletable:
            rights += ", DELETE"
        statements = [
            f'GRANT {rights} ON "{table}" TO "{app_role()}", "{platform_role()}"',
            f"""GRANT USAGE ON SEQUENCE "{table}_id_seq" TO "{app_role()}", "{platform_role()}" """,
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f"""CREATE POLICY one_insurer ON "{table}" TO "{app_role()}"
                USING (insurer_id = (SELECT NULLIF(current_setting('capweb.insurer', true), '')::bigint))""",
            f'CREATE POLICY every_insurer ON "{table}" TO "{platform_role()}" USING (true)',
        ]
        if not nullable:
            statements.append(f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_id" UNIQUE (insurer_id, id)')
        for name, other in _tenant_keys(model, to_state, but=self.keys_by_hand):
            statements.append(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{name}_same_insurer" '
                f'FOREIGN KEY (insurer_id, "{name}_id") REFERENCES "{other}" (insurer_id, id)'
            )
        if self.append_only:
            statements.append(_refuse_change(table))
        for statement in statements:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = self._model(app_label, from_state)
        table = _table(model)
        both = f'"{app_role()}", "{platform_role()}"'
        statements = [f'REVOKE ALL ON "{table}" FROM {both}', f'DROP POLICY one_insurer ON "{table}"']
        statements += [
            f'DROP POLICY every_insurer ON "{table}"',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ]
        for name, _other in _tenant_keys(model, from_state, but=self.keys_by_hand):
            statements.append(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{name}_same_insurer"')
        statements.append(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{table}_tenant_id" CASCADE')
        statements.append(f'DROP TRIGGER IF EXISTS append_only ON "{table}"')
        for statement in statements:
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Wall between insurers on {self.model}"


class SharedTable(_TableOperation):
    """Grants on a table without an insurer: what the application and the platform role may do with it."""

    def __init__(
        self, model: str, *, app: str = "SELECT", platform: str = "SELECT, INSERT, UPDATE", append_only: bool = False
    ) -> None:
        super().__init__(model)
        self.app = app
        self.platform = platform
        self.append_only = append_only

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = self._model(app_label, to_state)
        table = _table(model)
        for role, rights in ((app_role(), self.app), (platform_role(), self.platform)):
            if rights:
                schema_editor.execute(f'GRANT {rights} ON "{table}" TO "{role}"', params=None)
            if "INSERT" in rights and _has_identity(model):
                schema_editor.execute(f'GRANT USAGE ON SEQUENCE "{table}_id_seq" TO "{role}"', params=None)
        if self.append_only:
            schema_editor.execute(_refuse_change(table), params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = _table(self._model(app_label, from_state))
        schema_editor.execute(f'REVOKE ALL ON "{table}" FROM "{app_role()}", "{platform_role()}"', params=None)
        schema_editor.execute(f'DROP TRIGGER IF EXISTS append_only ON "{table}"', params=None)

    def describe(self) -> str:
        return f"Rights on {self.model}"


class FrameworkTables(Operation):
    """Full rights for the application on the libraries' tables (sessions, sign-in, OAuth); reading for the platform."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, app_labels: list[str]) -> None:
        self.app_labels = app_labels

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for table in self._tables(to_state):
            schema_editor.execute(
                f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO "{app_role()}"; '
                f'GRANT SELECT ON "{table}" TO "{platform_role()}"',
                params=None,
            )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for table in self._tables(from_state):
            schema_editor.execute(f'REVOKE ALL ON "{table}" FROM "{app_role()}", "{platform_role()}"', params=None)

    def _tables(self, state: ProjectState) -> list[str]:
        tables = []
        for model in state.apps.get_models(include_auto_created=True):
            if model._meta.app_label in self.app_labels and model._meta.managed:
                tables.append(model._meta.db_table)
        return sorted(tables)

    def describe(self) -> str:
        return "Rights on the libraries' tables"


def run_sql_file(path: Path, *, backwards: str | None = None) -> RunSQL:
    """A migration operation that runs a file of SQL; `{app}` and `{platform}` in it become the role names.

    `backwards` takes it back; without it the migration goes one way.
    """
    text = path.read_text(encoding="utf-8")
    return RunSQL(_with_roles(text), None if backwards is None else _with_roles(backwards))


def _with_roles(text: str) -> str:
    return text.replace("{app}", f'"{app_role()}"').replace("{platform}", f'"{platform_role()}"')


def _table(model: ModelState) -> str:
    return str(model.options.get("db_table") or f"{model.app_label}_{model.name_lower}")


def _tenant_keys(model: ModelState, state: ProjectState, *, but: tuple[str, ...]) -> list[tuple[str, str]]:
    """The foreign keys to tenant tables: name of the field, and the table that it points at."""
    found = []
    for name, field in model.fields.items():
        if isinstance(field, TenantForeignKey) and name not in but:
            label, _, other = str(field.remote_field.model).lower().rpartition(".")
            found.append((name, _table(state.models[label or model.app_label, other])))
    return found


def _has_identity(model: ModelState) -> bool:
    return isinstance(model.fields.get("id"), models.AutoField)


def _refuse_change(table: str) -> str:
    return (
        f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
