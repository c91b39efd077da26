"""Which requests does a JSON array or a file of one JSON object a line (NDJSON) hold?

Numbers keep the digits with which they were written: no binary fraction is ever made of an amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from policies.domain.bulk_tables import lines_of_text
from policies.domain.row_messages import UnreadableFile, quotable

_DECODER: Final = msgspec.json.Decoder(float_hook=str)


@dataclass(frozen=True, slots=True)
class BrokenDocument:
    """A line that is no JSON, and what the parser says of it."""

    detail: str
    text: str


def elements_of_array(text: str, *, file: str) -> list[object]:
    """The elements of a JSON array. Raises UnreadableFile when it is broken or something else."""
    try:
        found = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise UnreadableFile("broken_json", file=file, detail=quotable(str(error))) from error
    if not isinstance(found, list):
        raise UnreadableFile("not_json", file=file)
    return found


def lines_of_objects(text: str, *, file: str) -> Iterator[tuple[int, object]]:
    """The number of each line with something on it and what it holds; BrokenDocument where it is no JSON.

    Raises UnreadableFile when not even the first is JSON: then the file is none of this kind.
    """
    is_first = True
    for number, line in enumerate(lines_of_text(text, file=file), start=1):
        if not line.strip():
            continue
        try:
            found: object = _DECODER.decode(line.strip())
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            if is_first:
                raise UnreadableFile("broken_json", file=file, detail=quotable(f"line {number}: {error}")) from error
            found = BrokenDocument(detail=quotable(str(error)), text=line.strip())
        is_first = False
        yield number, found


def text_of_value(value: object) -> str | None:
    """A plain JSON value as text (nothing for null); None for a list or an object."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else None
