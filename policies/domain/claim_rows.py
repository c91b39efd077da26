"""What does an insurer's claim system deliver, row by row, and what is wrong with each row?

CSV, XLSX, a JSON array or one JSON object a line, read as a file of requests is. A row is an indemnity paid, a case
reserve set to a level, a recovery, or the correction of one of them, on what was delivered on a day under a guarantee.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from capweb.kernel.errors import FieldError
from policies.domain import bulk_columns, bulk_documents, bulk_fields, bulk_tables, bulk_text, bulk_workbooks
from policies.domain.bulk_fields import FieldProblem
from policies.domain.row_messages import RowError, UnreadableFile, quotable
from reinsurance.domain.claim import is_kept_for_anew

RowKind = Literal["indemnity", "reserve", "recovery", "correction"]
LARGEST_ROWS: Final = 20_000
FIELDS: Final = (
    "source_key",
    "kind",
    "claim_reference",
    "guarantee",
    "delivered_on",
    "effective_on",
    "amount",
    "costs",
    "reserve_level",
    "corrects",
    "ex_gratia",
)
MANDATORY: Final = ("source_key", "kind", "effective_on")
FRENCH: Final = {
    "source_key": ("clé", "référence du mouvement", "identifiant"),
    "kind": ("nature", "type"),
    "claim_reference": ("sinistre", "n° de sinistre", "référence sinistre"),
    "guarantee": ("garantie", "avenant", "n° d'avenant"),
    "delivered_on": ("date de livraison", "livré le"),
    "effective_on": ("date d'effet", "payé le", "date"),
    "amount": ("montant",),
    "costs": ("frais",),
    "reserve_level": ("provision après", "provision"),
    "corrects": ("corrige",),
    "ex_gratia": ("geste commercial",),
}
_KINDS: Final[Mapping[str, RowKind]] = {
    "indemnity": "indemnity",
    "indemnité": "indemnity",
    "reserve": "reserve",
    "provision": "reserve",
    "recovery": "recovery",
    "récupération": "recovery",
    "correction": "correction",
}
_COVERED: Final = ("claim_reference", "guarantee", "delivered_on", "amount")
NEEDED: Final[Mapping[RowKind, tuple[str, ...]]] = {
    "indemnity": _COVERED,
    "reserve": _COVERED,
    "recovery": _COVERED,
    "correction": ("corrects",),
}
_TAKEN: Final[Mapping[RowKind, tuple[str, ...]]] = {
    "indemnity": (*_COVERED, "reserve_level", "ex_gratia"),
    "reserve": _COVERED,
    "recovery": (*_COVERED, "costs"),
    "correction": ("corrects", "amount"),
}
_BY_NAME: Final = {
    bulk_columns.plain_name(name): field
    for field in FIELDS
    for name in (field, field.replace("_", " "), *FRENCH[field])
}
_KEPT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One movement, every field read and checked for itself. Amounts are euro before cession, a reserve's is its level;
    `guarantee` is a guarantee's public id or an endorsement's number.
    """

    source_key: str
    kind: RowKind
    effective_on: date
    claim_reference: str = ""
    guarantee: str = ""
    delivered_on: date | None = None
    amount: Decimal | None = None
    costs: Decimal = Decimal("0.00")
    reserve_level: Decimal | None = None
    corrects: str = ""
    ex_gratia: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRowRead:
    """A row: where it stands (line of a file, place in an array), what was given, its fields or what is wrong."""

    line: int
    given: dict[str, str]
    fields: ClaimRow | None
    errors: list[FieldError]


@dataclass(frozen=True, slots=True)
class ClaimFileRead:
    """A file of movements that was read, and the columns that mean nothing here."""

    rows: list[ClaimRowRead]
    ignored_columns: list[str]


def read_claim_rows(content: bytes, *, file_name: str, media_type: str | None = None) -> ClaimFileRead:
    """The rows of a file, good and bad, in its order. Raises UnreadableFile when nothing of it can be taken."""
    file = quotable(file_name.strip()) or "The file"
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableFile("empty", file=file)
    ignored: list[str] = []
    if bulk_text.is_workbook(content, file=file):
        lines = bulk_workbooks.lines_of_cells(content, file=file, largest_rows=LARGEST_ROWS)
        given = _of_table(((number, cells) for number, cells in lines), file=file, ignored=ignored)
    else:
        text, _ = bulk_text.text_of(content, file=file)
        given = _of_text(text, file=file, is_json=_announces_json(file_name, media_type), ignored=ignored)
    rows: list[ClaimRowRead] = []
    for line, values, errors in given:
        if len(rows) >= LARGEST_ROWS:
            raise UnreadableFile("too_many_rows", file=file, largest=LARGEST_ROWS)
        rows.append(_read(values, line=line, errors=errors))
    if not rows:
        raise UnreadableFile("no_rows", file=file)
    return ClaimFileRead(rows, ignored)


_Given = Iterator[tuple[int, dict[str, str], list[FieldError]]]


def _announces_json(file_name: str, media_type: str | None) -> bool:
    return "json" in (media_type or "").casefold() or file_name.casefold().endswith((".json", ".ndjson", ".jsonl"))


def _of_text(text: str, *, file: str, is_json: bool, ignored: list[str]) -> _Given:
    beginning = text.lstrip()[:1]
    if beginning == "[":
        return _of_elements(enumerate(bulk_documents.elements_of_array(text, file=file), start=1))
    if beginning == "{":
        return _of_elements(bulk_documents.lines_of_objects(text, file=file))
    if is_json:
        raise UnreadableFile("not_json", file=file)
    separator = bulk_tables.separator_of(bulk_tables.lines_of_text(text, file=file))
    records = bulk_tables.lines_of_cells(bulk_tables.lines_of_text(text, file=file), separator=separator, file=file)
    return _of_table(((first, cells) for first, _, cells in records), file=file, ignored=ignored)


def _of_table(lines: Iterator[tuple[int, list[str]]], *, file: str, ignored: list[str]) -> _Given:
    header: list[str | None] | None = None
    for number, cells in lines:
        if isinstance(cells, bulk_tables.BrokenLine):
            yield number, {}, [RowError("row", "bad_quotes", line=number)]
        elif not any(cell.strip() for cell in cells):
            continue
        elif header is None:
            header = _header(cells, file=file, ignored=ignored)
        elif len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            wide = RowError("row", "too_many_cells", line=number, cells=len(cells), columns=len(header))
            yield number, {}, [wide]
        else:
            yield number, {name: cell for name, cell in zip(header, cells, strict=False) if name is not None}, []


def _header(cells: list[str], *, file: str, ignored: list[str]) -> list[str | None]:
    fields = [_BY_NAME.get(bulk_columns.plain_name(name)) for name in cells]
    if missing := [field for field in MANDATORY if field not in fields]:
        raise UnreadableFile(
            "missing_columns",
            file=file,
            missing=", ".join(f"{field} ({FRENCH[field][0]})" for field in missing),
            found=", ".join(quotable(name) for name in cells[:20] if name.strip()) or "-",
            accepted=", ".join(f"{field} ({FRENCH[field][0]})" for field in FIELDS),
        )
    for field in FIELDS:
        twice = [quotable(name) for name, meant in zip(cells, fields, strict=True) if meant == field]
        if len(twice) > 1:
            raise UnreadableFile("repeated_columns", file=file, columns=", ".join(twice))
    ignored += [quotable(name.strip()) for name, meant in zip(cells, fields, strict=True) if not meant and name.strip()]
    return fields


def _of_elements(elements: Iterator[tuple[int, object]]) -> _Given:
    for line, element in elements:
        if isinstance(element, bulk_documents.BrokenDocument):
            yield line, {}, [RowError("row", "bad_json", line=line, detail=element.detail)]
        elif not isinstance(element, dict):
            yield line, {}, [RowError("row", "not_an_object", line=line)]
        else:
            values, errors = _of_object(element, line=line)
            yield line, values, errors


def _of_object(element: Mapping[str, object], *, line: int) -> tuple[dict[str, str], list[FieldError]]:
    values: dict[str, str] = {}
    errors: list[FieldError] = []
    for name, value in element.items():
        text = bulk_documents.text_of_value(value)
        if name not in FIELDS:
            errors.append(RowError(quotable(name), "unknown_field", line=line))
        elif text is None:
            errors.append(RowError(name, "not_a_plain_value", line=line))
        else:
            values[name] = text
    return values, errors


def _read(given: Mapping[str, str], *, line: int, errors: list[FieldError]) -> ClaimRowRead:
    values: dict[str, object] = {}
    if not (errors and errors[0].field == "row"):
        for name in FIELDS:
            text = given.get(name, "").strip()
            if text and name not in {error.field for error in errors}:
                try:
                    values[name] = _READERS[name](text)
                except FieldProblem as problem:
                    errors.append(RowError(name, problem.code, line=line, **problem.parameters))
            elif not text and name in MANDATORY:
                errors.append(RowError(name, "claim_missing", line=line))
        errors += _of_kind(values, given, line=line, known_bad={error.field for error in errors})
    kept = {name: text[:_KEPT].replace("\x00", "\ufffd") for name, text in given.items()}
    return ClaimRowRead(line, kept, None if errors else ClaimRow(**values), errors)  # type: ignore[arg-type]


def _of_kind(
    values: Mapping[str, object], given: Mapping[str, str], *, line: int, known_bad: set[str]
) -> Iterator[FieldError]:
    """What a kind of movement needs and does not have, has and does not take."""
    kind = values.get("kind")
    if kind is None:
        return
    for name in NEEDED[kind]:  # type: ignore[index]
        if name not in values and name not in known_bad:
            yield RowError(name, "claim_missing", line=line)
    for name in FIELDS:
        if name in values and name not in (*MANDATORY, *_TAKEN[kind]):  # type: ignore[index]
            yield RowError(name, "claim_not_taken", line=line, kind=str(kind), value=quotable(given[name]))
    amount, costs = values.get("amount"), values.get("costs")
    if kind != "reserve" and amount == 0:
        yield RowError("amount", "claim_amount_nothing", line=line)
    if isinstance(amount, Decimal) and isinstance(costs, Decimal) and kind == "recovery" and amount <= costs:
        yield RowError("costs", "claim_costs_too_high", line=line)


def _key(text: str) -> str:
    return bulk_fields.reference(text) if len(text) <= bulk_fields.LONGEST_REFERENCE else _too_long(text)


def _own_key(text: str) -> str:
    """A key of the client's own, not one under which a movement falls anew (D-39)."""
    if is_kept_for_anew(text):
        raise FieldProblem("reserved_key", value=quotable(text))
    return _key(text)


def _too_long(text: str) -> str:
    raise FieldProblem("too_long", length=len(text), largest=bulk_fields.LONGEST_REFERENCE)


def _kind(text: str) -> RowKind:
    kind = _KINDS.get(text.casefold())
    if kind is None:
        raise FieldProblem("claim_kind", value=quotable(text))
    return kind


def _amount(text: str) -> Decimal:
    """An amount of nothing or more; a reserve may be set to nothing."""
    try:
        return bulk_fields.requested_total(text)
    except FieldProblem as problem:
        if problem.code == "amount_not_positive" and not text.lstrip().startswith("-"):
            return Decimal("0.00")
        if problem.code == "amount_not_positive":
            raise FieldProblem("claim_amount_negative", value=quotable(text)) from None
        raise


_READERS: Final = {
    "source_key": _own_key,
    "kind": _kind,
    "claim_reference": _key,
    "guarantee": _key,
    "delivered_on": bulk_fields.day,
    "effective_on": bulk_fields.day,
    "amount": _amount,
    "costs": _amount,
    "reserve_level": _amount,
    "corrects": _key,
    "ex_gratia": bulk_fields.yes_or_no,
}


def columns() -> Sequence[tuple[str, str, bool]]:
    """Every column: its English name, its French one, whether each row needs it."""
    return [(field, FRENCH[field][0], field in MANDATORY) for field in FIELDS]
