"""A bordereau for programs: as JSON (docs/schemas/bordereau-1.json) and as CSV, written piece by piece.

Both hold exactly the values that the digest is taken over. The CSV has `;` between cells, points in figures, UTF-8 with
its mark, and lines of `# path;value` before and after the table; a text that a spreadsheet would run as a formula
begins with an apostrophe, which is no part of it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from reinsurance.domain.bordereau_layout import SCHEMA, Plain, Written, columns_of, flat, row_of, text_of
from reinsurance.domain.bordereau_line import BordereauLine

Pieces = Iterable[Sequence[BordereauLine]]
# Columns that people or other systems typed.
_TYPED: Final = frozenset(
    {"entry", "policy_number", "policyholder_id", "policyholder", "buyer_id", "buyer", "guarantee", "claim", "product"}
)
_FORMULA: Final = ("=", "+", "-", "@", "'")


def bordereau_json(written: Written, public_id: str, pieces: Pieces) -> Iterator[bytes]:
    """The document in pieces: one line of text for each line, so that large files can be read line by line."""
    above = {"schema": SCHEMA, "id": public_id, "sha256": written.sha256, "head": written.head}
    yield (_dumped({**above, "columns": columns_of(written.kind)})[:-1] + ',"lines":[').encode()
    before = "\n"
    for piece in pieces:
        if piece:
            yield (before + ",\n".join(_plain(row_of(written.kind, line)) for line in piece)).encode()
            before = ",\n"
    yield f'\n],"sums":{_dumped(written.sums)}}}\n'.encode()


def bordereau_csv(written: Written, public_id: str, pieces: Pieces) -> Iterator[bytes]:
    """The table in pieces, between what stands above and below it as comments."""
    above = {"schema": SCHEMA, "id": public_id, "sha256": written.sha256, "head": written.head}
    yield b"\xef\xbb\xbf" + _rows([[f"# {path}", text] for path, text in flat(above)])
    yield _rows([columns_of(written.kind)])
    for piece in pieces:
        yield _rows([[_cell(*cell) for cell in row_of(written.kind, line).items()] for line in piece])
    yield _rows([[f"# sums.{path}", text] for path, text in flat(written.sums)])


def _plain(row: Mapping[str, Plain]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _dumped(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _cell(name: str, value: Plain) -> str:
    text = text_of(value)
    return f"'{text}" if name in _TYPED and text.startswith(_FORMULA) else text


def _rows(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
