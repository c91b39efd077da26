"""Which guarantees does a file ask to renew, line by line, and which lines cannot be read?

CSV or XLSX with one column of guarantee numbers: the guarantee's own (`gar_…`) or that of one of its endorsements,
which is what stands on paper. A bad line is kept with its reason; only a file of which nothing can be taken is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from capweb.kernel.errors import FieldError
from policies.domain import bulk_columns, bulk_fields, bulk_tables, bulk_text, bulk_workbooks
from policies.domain.bulk_fields import FieldProblem
from policies.domain.row_messages import RowError, UnreadableFile, quotable

LARGEST_ROWS: Final = 5_000
COLUMN: Final = "guarantee"
FRENCH: Final = "garantie"
_NAMES: Final = {
    bulk_columns.plain_name(name)
    for name in (COLUMN, FRENCH, "guarantee number", "endorsement", "avenant", "n° d'avenant", "numéro de garantie")
}


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """One line: where it stands, the number as it was given, and what is wrong with it if anything is."""

    line: int
    number: str
    error: FieldError | None = None


def read_renewal_rows(content: bytes, *, file_name: str) -> list[RenewalRow]:
    """The lines of a file, good and bad, in its order; a number that stood before is told with its first line.

    Raises UnreadableFile for a file that is neither CSV nor XLSX, has no column of guarantees, no line or too many.
    """
    file = quotable(file_name.strip()) or "The file"
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableFile("empty", file=file)
    rows: list[RenewalRow] = []
    first_seen: dict[str, int] = {}
    for line, number, error in _given(content, file=file):
        if len(rows) >= LARGEST_ROWS:
            raise UnreadableFile("too_many_rows", file=file, largest=LARGEST_ROWS)
        read = RenewalRow(line, number, error) if error is not None else _read(line, number)
        first = line if read.error is not None else first_seen.setdefault(read.number, line)
        if first != line:
            read = RenewalRow(line, number, RowError(COLUMN, "renewal_twice", line=line, first=first))
        rows.append(read)
    if not rows:
        raise UnreadableFile("no_rows", file=file)
    return rows


def _given(content: bytes, *, file: str) -> Iterator[tuple[int, str, FieldError | None]]:
    place: int | None = None
    for line, cells in _lines(content, file=file):
        if isinstance(cells, bulk_tables.BrokenLine):
            yield line, "", RowError("row", "bad_quotes", line=line)
        elif not any(cell.strip() for cell in cells):
            continue
        elif place is None:
            place = _place(cells, file=file)
        else:
            yield line, cells[place].strip() if place < len(cells) else "", None


def _lines(content: bytes, *, file: str) -> Iterator[tuple[int, list[str]]]:
    if bulk_text.is_workbook(content, file=file):
        yield from bulk_workbooks.lines_of_cells(content, file=file, largest_rows=LARGEST_ROWS)
        return
    text, _ = bulk_text.text_of(content, file=file)
    separator = bulk_tables.separator_of(bulk_tables.lines_of_text(text, file=file))
    records = bulk_tables.lines_of_cells(bulk_tables.lines_of_text(text, file=file), separator=separator, file=file)
    for first, _last, cells in records:
        yield first, cells


def _place(header: list[str], *, file: str) -> int:
    known = [place for place, name in enumerate(header) if bulk_columns.plain_name(name) in _NAMES]
    if not known:
        found = ", ".join(quotable(name) for name in header[:20] if name.strip()) or "-"
        column = f"{COLUMN} ({FRENCH})"
        raise UnreadableFile("missing_columns", file=file, missing=column, found=found, accepted=column)
    if len(known) > 1:
        raise UnreadableFile("repeated_columns", file=file, columns=", ".join(quotable(header[p]) for p in known))
    return known[0]


def _read(line: int, number: str) -> RenewalRow:
    if not number:
        return RenewalRow(line, number, RowError(COLUMN, "renewal_missing", line=line))
    try:
        return RenewalRow(line, bulk_fields.reference(number))
    except FieldProblem as problem:
        return RenewalRow(line, number[:100], RowError(COLUMN, problem.code, line=line, **problem.parameters))
