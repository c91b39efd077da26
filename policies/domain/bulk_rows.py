"""What does a bulk file of limit requests ask for, row by row, and what is wrong with each row?

CSV, XLSX, a JSON array or one JSON object a line. A bad row is kept with every reason and its line; only a file of
which nothing can be taken is refused as a whole. Nothing is looked up here: whether the policy, the buyer and the
notice exist is for the command that stores the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from capweb.kernel.errors import FieldError
from policies.domain import bulk_columns, bulk_documents, bulk_fields, bulk_tables, bulk_text, bulk_workbooks
from policies.domain.row_messages import RowError, UnreadableFile, quotable

LARGEST_ROWS: Final = 100_000
LARGEST_BYTES: Final = 64 * 1024 * 1024
# What is kept of a cell as it was given: enough to show it again. The file itself is kept whole elsewhere.
_KEPT_CHARACTERS: Final = 300
# An object of JSON written for people takes a line for each of its fields; each end of a line may be two characters.
_LINES_A_ROW: Final = 40
_LINES_BESIDE: Final = 1_000
_NOTHING: Final[frozenset[str]] = frozenset()
_DEFAULTS: Final[Mapping[str, object]] = {
    "reference": "",
    "buyer_country": "FR",
    "payment_days": None,
    "french_share": None,
    "currency": "EUR",
    "construction_subcontract": False,
    "notified_on": None,
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One limit request, every field read and checked for itself.

    `requested_total` is the cover wanted on this buyer, primary included, above zero and to the cent; `french_share` a
    ratio of 0..1; `reference` the client's own, empty where none was given; `notified_on` the day of the notice.
    """

    policy_number: str
    buyer_country: str
    buyer_identifier_type: str
    buyer_identifier: str
    requested_total: Decimal
    reference: str = ""
    payment_days: int | None = None
    french_share: Decimal | None = None
    currency: str = "EUR"
    construction_subcontract: bool = False
    notified_on: date | None = None


@dataclass(frozen=True, slots=True)
class RowRead:
    """One row: where it stands, what was given, and either its fields or every reason why not.

    `line` is the physical line of a CSV or NDJSON file, the row of a sheet, the place in a JSON array (from 1).
    `given` holds the known fields by their English names as they were typed, cut at 300 characters.
    """

    line: int
    given: dict[str, str]
    fields: RequestRow | None
    errors: list[FieldError]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: `format` is csv, xlsx, json or ndjson; `encoding` and `separator` where they apply."""

    format: str
    encoding: str | None
    separator: str | None
    rows: list[RowRead]
    ignored_columns: list[str] = field(default_factory=list)


def read_rows(
    content: bytes, *, file_name: str, media_type: str | None = None, largest_rows: int = LARGEST_ROWS
) -> ReadFile:
    """The rows of a bulk file, good and bad, in the order of the file.

    The kind of file is told from its content. Raises UnreadableFile, saying what it is and what to do, for a file of
    another kind, an empty, damaged or oversized one, one without rows, or one that lacks a mandatory column.
    """
    file = quotable(file_name.strip()) or "The file"
    if len(content) > LARGEST_BYTES:
        megabytes = 1024 * 1024
        raise UnreadableFile(
            "too_large", file=file, size=-(-len(content) // megabytes), largest=LARGEST_BYTES // megabytes
        )
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableFile("empty", file=file)
    if bulk_text.is_workbook(content, file=file):
        lines = bulk_workbooks.lines_of_cells(content, file=file, largest_rows=largest_rows)
        read = _of_table(((n, n, cells) for n, cells in lines), form="xlsx", file=file, largest_rows=largest_rows)
    else:
        text, encoding = bulk_text.text_of(content, file=file)
        is_announced_json = _announces_json(file_name, media_type)
        read = _of_text(text, encoding=encoding, file=file, largest_rows=largest_rows, is_json=is_announced_json)
    if not read.rows:
        raise UnreadableFile("no_rows", file=file)
    return read


def read_object(given: Mapping[str, object], *, line: int = 1) -> RowRead:
    """One request from a JSON object: the same reading as that of a row, for a request that comes alone."""
    return _of_object(given, line=line, seen=_Seen())


class _Seen:
    """On which line each reference and each buyer under a policy first stood in this file."""

    def __init__(self) -> None:
        self._references: dict[object, int] = {}
        self._buyers: dict[object, int] = {}

    def note(self, values: Mapping[str, object], *, line: int) -> Iterator[FieldError]:
        """Remembers this row, whatever else is wrong with it; yields an error for each thing that stood before."""
        reference = values.get("reference")
        if reference and (first := self._references.setdefault(reference, line)) != line:
            yield RowError("reference", "duplicate_reference", line=line, value=str(reference), first=first)
        buyer = tuple(values.get(name) for name in ("policy_number", "buyer_country", "buyer_identifier"))
        if all(buyer) and (first := self._buyers.setdefault(buyer, line)) != line:
            yield RowError("buyer_identifier", "duplicate_buyer", line=line, first=first)


def _announces_json(file_name: str, media_type: str | None) -> bool:
    return "json" in (media_type or "").casefold() or file_name.casefold().endswith((".json", ".ndjson", ".jsonl"))


def _of_text(text: str, *, encoding: str, file: str, largest_rows: int, is_json: bool) -> ReadFile:
    _must_be_in_proportion(text, file=file, largest_rows=largest_rows)
    beginning = text.lstrip()[:1]
    if beginning == "[":
        elements = enumerate(bulk_documents.elements_of_array(text, file=file), start=1)
        return ReadFile("json", encoding, None, _of_elements(elements, file=file, largest_rows=largest_rows))
    if beginning == "{":
        objects = bulk_documents.lines_of_objects(text, file=file)
        return ReadFile("ndjson", encoding, None, _of_elements(objects, file=file, largest_rows=largest_rows))
    if is_json:
        raise UnreadableFile("not_json", file=file)
    separator = bulk_tables.separator_of(bulk_tables.lines_of_text(text, file=file))
    lines = bulk_tables.lines_of_text(text, file=file)
    records = bulk_tables.lines_of_cells(lines, separator=separator, file=file)
    return _of_table(records, form="csv", file=file, largest_rows=largest_rows, encoding=encoding, separator=separator)


def _must_be_in_proportion(text: str, *, file: str, largest_rows: int) -> None:
    """Raises UnreadableFile for millions of empty lines or objects, before minutes and gigabytes are spent on them."""
    lines = text.count("\n") + text.count("\r")
    objects = text.count("{")
    if lines > _LINES_A_ROW * largest_rows + _LINES_BESIDE or objects > 2 * largest_rows + _LINES_BESIDE:
        raise UnreadableFile("too_many_rows", file=file, largest=largest_rows)


def _of_table(
    records: Iterator[tuple[int, int, list[str]]],
    *,
    form: str,
    file: str,
    largest_rows: int,
    encoding: str | None = None,
    separator: str | None = None,
) -> ReadFile:
    header: list[str] | None = None
    fields: list[str | None] = []
    ignored: list[str] = []
    rows: list[RowRead] = []
    seen = _Seen()
    for first, last, cells in records:
        if header is None:
            if any(cell.strip() for cell in cells):
                header = _without_empty_end(cells)
                fields, ignored = bulk_columns.columns_of(header, file=file)
            continue
        if not isinstance(cells, bulk_tables.BrokenLine) and not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= largest_rows:
            raise UnreadableFile("too_many_rows", file=file, largest=largest_rows)
        rows.append(_of_cells(cells, fields=fields, first=first, last=last, seen=seen))
    if header is None:
        raise UnreadableFile("no_rows", file=file)
    return ReadFile(form, encoding, separator, rows, ignored)


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _of_cells(cells: list[str], *, fields: Sequence[str | None], first: int, last: int, seen: _Seen) -> RowRead:
    given = {name: cell for name, cell in zip(fields, cells, strict=False) if name is not None}
    if isinstance(cells, bulk_tables.BrokenLine):
        return RowRead(first, {}, None, [_broken_line(first, last)])
    if len(cells) > len(fields) and any(cell.strip() for cell in cells[len(fields) :]):
        wide = RowError("row", "too_many_cells", line=first, cells=len(cells), columns=len(fields))
        return RowRead(first, _kept(given), None, [wide])
    broken: list[FieldError] = [
        RowError(name, "line_break", line=first, first=first, last=last)
        for name, cell in given.items()
        if last > first and ("\n" in cell or "\r" in cell)
    ]
    return _of_given(given, line=first, errors=broken, seen=seen)


def _broken_line(first: int, last: int) -> RowError:
    if last > first:
        return RowError("row", "line_break", line=first, first=first, last=last)
    return RowError("row", "bad_quotes", line=first)


def _of_elements(elements: Iterator[tuple[int, object]], *, file: str, largest_rows: int) -> list[RowRead]:
    rows: list[RowRead] = []
    seen = _Seen()
    for line, element in elements:
        if len(rows) >= largest_rows:
            raise UnreadableFile("too_many_rows", file=file, largest=largest_rows)
        rows.append(_of_element(element, line=line, seen=seen))
    return rows


def _of_element(element: object, *, line: int, seen: _Seen) -> RowRead:
    if isinstance(element, dict):
        return _of_object(element, line=line, seen=seen)
    if isinstance(element, bulk_documents.BrokenDocument):
        error = RowError("row", "bad_json", line=line, detail=element.detail)
        return RowRead(line, _kept({"row": element.text}), None, [error])
    return RowRead(line, {}, None, [RowError("row", "not_an_object", line=line)])


def _of_object(element: Mapping[str, object], *, line: int, seen: _Seen) -> RowRead:
    if len(element) > bulk_columns.LARGEST_COLUMNS:
        largest = bulk_columns.LARGEST_COLUMNS
        return RowRead(
            line, {}, None, [RowError("row", "too_many_fields", line=line, fields=len(element), largest=largest)]
        )
    given: dict[str, str] = {}
    errors: list[FieldError] = []
    for name, value in element.items():
        text = bulk_documents.text_of_value(value)
        if name not in bulk_columns.FIELDS:
            errors.append(RowError(quotable(name), "unknown_field", line=line))
        elif text is None:
            errors.append(RowError(name, "not_a_plain_value", line=line))
        else:
            given[name] = text
    return _of_given(given, line=line, errors=errors, seen=seen)


def _of_given(given: Mapping[str, str], *, line: int, errors: list[FieldError], seen: _Seen) -> RowRead:
    """Reads every field, collecting all errors; a field that already has one is not read again."""
    values: dict[str, object] = dict(_DEFAULTS)
    known_bad = {error.field for error in errors} if errors else _NOTHING
    for name, read in bulk_fields.READERS.items():
        text = given.get(name, "").strip()
        if name in known_bad:
            values.pop(name, None)
        elif text:
            try:
                values[name] = read(text)
            except bulk_fields.FieldProblem as problem:
                values.pop(name, None)
                errors.append(RowError(name, problem.code, line=line, **problem.parameters))
        elif name in bulk_columns.MANDATORY:
            errors.append(RowError(name, "missing", line=line))
    if "buyer_country" in values:
        _settle_identifier(values, line=line, errors=errors)
    errors.extend(seen.note(values, line=line))
    fields = None if errors else RequestRow(**values)  # type: ignore[arg-type]
    return RowRead(line, _kept(given), fields, errors)


def _settle_identifier(values: dict[str, object], *, line: int, errors: list[FieldError]) -> None:
    """What the buyer is known by depends on its country; without a country that can be read, nothing is said of it."""
    buyer_country = str(values["buyer_country"])
    expected = bulk_fields.expected_identifier_type(buyer_country)
    kind = str(values.setdefault("buyer_identifier_type", expected))
    if kind != expected:
        told = {"country": buyer_country, "expected": expected, "value": kind}
        errors.append(RowError("buyer_identifier_type", "identifier_type_country", line=line, **told))
    identifier = values.pop("buyer_identifier", None)
    if identifier is None:
        return
    try:
        values["buyer_identifier"] = bulk_fields.buyer_identifier(str(identifier), buyer_country=buyer_country)
    except bulk_fields.FieldProblem as problem:
        errors.append(RowError("buyer_identifier", problem.code, line=line, **problem.parameters))


def _kept(given: Mapping[str, str]) -> dict[str, str]:
    """What was given, in a form that a database keeps: no zero characters, no endless text."""
    return {
        name: text if len(text) <= _KEPT_CHARACTERS and "\x00" not in text else _cut(text)
        for name, text in given.items()
    }


def _cut(text: str) -> str:
    return (text if len(text) <= _KEPT_CHARACTERS else text[:_KEPT_CHARACTERS] + "…").replace("\x00", "\ufffd")
