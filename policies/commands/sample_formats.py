"""The rows of the sample's file in the four formats: as a French spreadsheet writes them, and as a program does."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Literal

import msgspec
import xlsxwriter

from policies.domain import bulk_columns

Format = Literal["csv", "xlsx", "json", "ndjson"]


def write_rows(rows: Sequence[Mapping[str, str]], *, file_format: Format) -> bytes:
    """Rows by the names of the API, in one of the four formats."""
    if file_format == "json":
        return msgspec.json.encode(rows)
    if file_format == "ndjson":
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    header = [bulk_columns.FRENCH[field][0].capitalize() for field in _COLUMNS]
    lines = [[_in_french(field, row.get(field, "")) for field in _COLUMNS] for row in rows]
    return _as_csv(header, lines) if file_format == "csv" else _as_workbook(header, lines)


_COLUMNS: Final = tuple(field for field in bulk_columns.FIELDS if field != "buyer_identifier_type")


def _in_french(field: str, text: str) -> str:
    """As a French spreadsheet shows it: `25 000,50`, `45 %`, `15/06/2020`."""
    try:
        if field == "requested_total":
            return f"{Decimal(text):,}".replace(",", "\u00a0").replace(".", ",")
        if field == "french_share":
            return f"{(Decimal(text) * 100).normalize():f} %"
        if field == "notified_on":
            return date.fromisoformat(text).strftime("%d/%m/%Y")
    except (ArithmeticError, ValueError):
        # What cannot be read is left as it was typed: that is the point of it.
        return text
    return text


def _as_csv(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([header, *lines])
    return text.getvalue().encode("cp1252")


def _as_workbook(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Demandes")
    for number, line in enumerate([header, *lines]):
        for column, cell in enumerate(line):
            sheet.write_string(number, column, cell)
    book.close()
    return content.getvalue()
