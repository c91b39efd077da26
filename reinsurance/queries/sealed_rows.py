"""Which bytes of which rows are sealed, and by which rule: SQL that renders rows in one canonical form and hashes them.

A row's bytes are its columns by name in alphabetical order as JSON, nulls left out (so a column that is added later,
empty, changes no seal). A journal entry is sealed with all rows of its event; every other table's rows are sealed as
records of their own. A table that is not named here is sealed as records: what must not be, is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db.models import DateTimeField, Field, JSONField, Model

# Tables whose rows belong to a journal entry, and the ways from the entry `e` to its rows `t`; a row has one way.
_THROUGH_CESSION: Final = """
        JOIN reinsurance_cession c ON c.insurer_id = e.insurer_id AND c.id = e.cession_id
        JOIN reinsurance_cessionchange t ON t.insurer_id = c.insurer_id"""
EVENT_JOINS: Final[dict[str, tuple[str, ...]]] = {
    "JournalEntry": ("JOIN reinsurance_journalentry t ON t.id = e.id",),
    "Transfer": ("JOIN reinsurance_transfer t ON t.entry_id = e.id",),
    "Cession": (
        (
            "JOIN reinsurance_cession t ON t.insurer_id = e.insurer_id AND t.id = e.cession_id "
            "AND e.source_key = 'cession:' || t.source_key"
        ),
    ),
    "CessionChange": (
        (
            f"{_THROUGH_CESSION} AND t.cession_id = c.replaces_id AND t.kind = 'replaced' "
            "AND e.source_key = 'cession:' || c.source_key"
        ),
        f"{_THROUGH_CESSION} AND t.cession_id = c.id AND t.kind = 'ended' AND e.source_key = 'end:' || c.source_key",
        (
            f"{_THROUGH_CESSION} AND t.cession_id = c.id AND t.kind IN ('amended', 'corrected') "
            "AND e.source_key = 'amend:' || c.source_key || ':' || t.position"
        ),
    ),
    "ClaimMovement": (
        (
            "JOIN reinsurance_claimmovement t ON t.insurer_id = e.insurer_id AND t.cession_id = e.cession_id "
            "AND e.source_key = 'claim:' || t.source_key"
        ),
    ),
    "RunOffRelease": (
        (
            "JOIN reinsurance_cession c ON c.insurer_id = e.insurer_id AND c.id = e.cession_id AND e.kind = 'release' "
            "JOIN reinsurance_cessionchange x ON x.insurer_id = c.insurer_id AND x.cession_id = c.id "
            "AND e.source_key = 'release:' || c.source_key || ':' || x.position "
            "JOIN reinsurance_runoffrelease t ON t.insurer_id = x.insurer_id AND t.change_id = x.id "
            "AND t.correction_id IS NULL"
        ),
        (
            "JOIN reinsurance_cession c ON c.insurer_id = e.insurer_id AND c.id = e.cession_id "
            "JOIN reinsurance_cessionchange x ON x.insurer_id = c.insurer_id AND x.cession_id = c.id "
            "AND e.kind = 'correction' AND x.kind = 'corrected' "
            "AND e.source_key = 'amend:' || c.source_key || ':' || x.position "
            "JOIN reinsurance_runoffrelease t ON t.insurer_id = x.insurer_id AND t.correction_id = x.id"
        ),
    ),
}

# Columns that a later row, sealed itself, may overrule: a part of their own, good until such a row is there. A treaty's
# end is agreed by two people, and verify_ledger compares it with the last of their decisions.
OVERRULED: Final[dict[str, tuple[str, str]]] = {
    "Treaty": (
        "ended_on",
        """EXISTS (SELECT 1 FROM reinsurance_treatydecision d
                   JOIN reinsurance_treatyproposal p ON p.id = d.proposal_id
                   WHERE d.insurer_id = t.insurer_id AND d.outcome = 'approved' AND p.kind = 'end'
                     AND p.treaty_public_id = t.public_id)""",
    )
}
# Columns that move with every transfer: verify_ledger recomputes them from transfers, which are sealed.
RECOMPUTED: Final[dict[str, tuple[str, ...]]] = {
    "LedgerAccount": ("debits_posted", "credits_posted", "debits_pending", "credits_pending", "movements"),
}
# Rows that are written together with a parent: there is none more, once the parent is sealed.
WRITTEN_WITH: Final[dict[str, tuple[str, str]]] = {
    "BordereauLine": ("bordereau_id", "reinsurance_bordereau"),
    "EnvelopeMovement": ("entry_id", "reinsurance_journalentry"),
    "SettledLine": ("statement_id", "reinsurance_accountstatement"),
}
# Tables whose rows are not sealed, each for a reason.
NOT_SEALED: Final[dict[str, str]] = {
    "LedgerVerification": "says what was verified, and is not verified itself",
    "AllowedPair": "compared row by row with the chart in the code",
    "SealedEntry": "the seal itself: its order and its bytes are under the signed root",
    "SealedRecord": "the seal itself: its order and its bytes are under the signed root",
    "Checkpoint": "repeats the signed note beside it",
    "ClosingRun": "progress of work, which changes",
    "AlertMail": "mail that was handed over: no money",
}
RECORDED_AT: Final = "recorded_at"


@dataclass(frozen=True, slots=True)
class RecordPart:
    """One part of a table's rows that is sealed as records: the columns of the row `t`, until `overruled` (SQL) holds.

    `parent` is the column and the table of the row that it is written with; None where there is none.
    """

    table: str
    part: str
    columns: tuple[Field, ...]  # type: ignore[type-arg]
    overruled: str
    insurer: str
    has_recorded_at: bool
    parent: tuple[str, str] | None

    @property
    def leaf(self) -> str:
        """SQL of the leaf's hash for the row `t`."""
        name = f"{self.table}.{self.part}" if self.part else self.table
        return _leaf_hash(f"{_line(name, self.columns)} || E'\\n'")


def event_models() -> list[type[Model]]:
    """The tables whose rows are sealed with a journal entry."""
    return [apps.get_model("reinsurance", name) for name in EVENT_JOINS]


def record_parts() -> list[RecordPart]:
    """Everything that is sealed as records, in the order in which it is sealed."""
    found = []
    for model in sorted(apps.get_app_config("reinsurance").get_models(), key=lambda model: model._meta.db_table):
        name = model.__name__
        if name in NOT_SEALED or name in EVENT_JOINS:
            continue
        overruled, until = OVERRULED.get(name, (None, "false"))
        left_out = {overruled, *RECOMPUTED.get(name, ())}
        found.append(_part(model, "", [f for f in _columns(model) if f.column not in left_out], "false"))
        if overruled is not None:
            kept = [f for f in _columns(model) if f.column in {overruled, "id", "insurer_id"}]
            found.append(_part(model, overruled, kept, until))
    return found


# Before a large query of manifests, inside a transaction. Their joins stand in the order that finds each row by a key;
# the planner believes that hardly any row fits all conditions of an event, and compared every entry with every cession.
AS_WRITTEN: Final = "SET LOCAL join_collapse_limit = 1"
AS_PLANNED: Final = "SET LOCAL join_collapse_limit TO DEFAULT"


def manifests(entries: str) -> str:
    """SQL that tells entry_id and manifest for each entry of `entries`, a query that tells entry_id."""
    lines = "\nUNION ALL\n".join(
        f"SELECT e.id AS entry_id, {_line(model._meta.db_table, _columns(model))} AS line "  # noqa: S608 (our own names)
        f"FROM todo JOIN reinsurance_journalentry e ON e.id = todo.entry_id {join}"
        for model in event_models()
        for join in EVENT_JOINS[model.__name__]
    )
    return (
        f"WITH todo AS MATERIALIZED ({entries}), lines AS ({lines}) "  # noqa: S608 (our own names)
        "SELECT entry_id, string_agg(line || E'\\n', '' ORDER BY line COLLATE \"C\") AS manifest "
        "FROM lines GROUP BY entry_id"
    )


def manifest_leaf(manifest: str) -> str:
    """SQL of the leaf's hash over a manifest."""
    return _leaf_hash(manifest)


def event_rows(name: str) -> str:
    """SQL that tells entry_id, row and insurer_id of every row of an event's table that an entry claims."""
    return " UNION ALL ".join(
        f"SELECT e.id AS entry_id, t.id AS row, t.insurer_id FROM reinsurance_journalentry e {join}"  # noqa: S608
        for join in EVENT_JOINS[name]
    )


def row_bytes(table: str) -> str:
    """SQL of the canonical bytes, as text, of the row `t` of an event's table; for showing them to an outsider."""
    model = next(model for model in event_models() if model._meta.db_table == table)
    return _json(_columns(model))


def _columns(model: type[Model]) -> Sequence[Field]:  # type: ignore[type-arg]
    fields = [field for field in model._meta.concrete_fields if field.column is not None]
    return sorted(fields, key=lambda field: str(field.column))


def _part(model: type[Model], part: str, columns: Sequence[Field], overruled: str) -> RecordPart:  # type: ignore[type-arg]
    names = {field.column for field in _columns(model)}
    insurer = "t.insurer_id" if "insurer_id" in names else "NULL::bigint"
    return RecordPart(
        table=model._meta.db_table,
        part=part,
        columns=tuple(columns),
        overruled=overruled,
        insurer=insurer,
        has_recorded_at=RECORDED_AT in names,
        parent=WRITTEN_WITH.get(model.__name__),
    )


def _line(name: str, columns: Sequence[Field]) -> str:  # type: ignore[type-arg]
    """A manifest's line without its end: the table, the row, and the hash of the row's bytes."""
    return f"'{name} ' || t.id || ' ' || encode(sha256(convert_to({_json(columns)}, 'UTF8')), 'hex')"


def _json(columns: Sequence[Field]) -> str:  # type: ignore[type-arg]
    shown = ", ".join(f"{_value(field)} AS {field.column}" for field in columns)
    return f"(SELECT json_strip_nulls(row_to_json(r))::text FROM (SELECT {shown}) r)"  # noqa: S608 (our own columns)


def _value(field: Field) -> str:  # type: ignore[type-arg]
    """A column in a form that no setting of the session changes, and whose nulls are its own."""
    column = f"t.{field.column}"
    if isinstance(field, DateTimeField):
        return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    return f"{column}::text" if isinstance(field, JSONField) else column


def _leaf_hash(text: str) -> str:
    return f"sha256('\\x00'::bytea || convert_to({text}, 'UTF8'))"
