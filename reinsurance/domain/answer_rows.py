"""What does a reinsurer's file answer, line by line? A CSV with the columns bordereau, line, answer, reason, note.

Names and words are taken in French and English; what cannot be read is told with its line and field, the rest is kept.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from capweb.kernel.errors import FieldError

COLUMNS: Final = ("bordereau", "line", "answer", "reason", "note")
LARGEST_ROWS: Final = 100_000
_NAMES: Final = {
    "bordereau": "bordereau",
    "line": "line",
    "ligne": "line",
    "answer": "answer",
    "reponse": "answer",
    "reason": "reason",
    "motif": "reason",
    "note": "note",
    "commentaire": "note",
}
_ANSWERS: Final = {
    "acknowledged": "acknowledged",
    "acceptee": "acknowledged",
    "accepte": "acknowledged",
    "disputed": "disputed",
    "contestee": "disputed",
    "conteste": "disputed",
}


class UnreadableAnswers(ValueError):
    """Nothing of the file can be taken: `args[0]` is a code of UNREADABLE."""


UNREADABLE: Final = ("not_text", "missing_columns", "no_rows", "too_many_rows")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A row of the file at its line: an answer to a bordereau line, or what is wrong (field and code)."""

    line: int
    bordereau: str
    number: int
    answer: str
    reason: str
    note: str
    errors: tuple[FieldError, ...] = ()


def read_answers(content: bytes) -> list[AnswerRow]:
    """The rows of the file in order. Raises UnreadableAnswers."""
    text = _text(content)
    sample = text.lstrip().splitlines()[:1]
    separator = max((";", ",", "\t"), key=sample[0].count) if sample else ";"
    lines = csv.reader(io.StringIO(text), delimiter=separator)
    header: list[str | None] | None = None
    rows: list[AnswerRow] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [_NAMES.get(_plain(cell)) for cell in cells]
            if not {"bordereau", "line", "answer"} <= set(header):
                raise UnreadableAnswers("missing_columns")
            continue
        if len(rows) >= LARGEST_ROWS:
            raise UnreadableAnswers("too_many_rows")
        given = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name is not None}
        rows.append(_row(given, line=lines.line_num))
    if not rows:
        raise UnreadableAnswers("no_rows")
    return rows


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableAnswers("not_text")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.strip()).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _row(given: dict[str, str], *, line: int) -> AnswerRow:
    number, answer = given.get("line", ""), _ANSWERS.get(_plain(given.get("answer", "")), "")
    return AnswerRow(
        line=line,
        bordereau=given.get("bordereau", "")[:40],
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
        answer=answer,
        reason=given.get("reason", "")[:20],
        note=given.get("note", "")[:500],
        errors=tuple(_wrong(given, answer, line=line)),
    )


def _wrong(given: dict[str, str], answer: str, *, line: int) -> Iterator[FieldError]:
    number = given.get("line", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10 and int(number) > 0):
        yield FieldError("line", f"{number[:60]!r} is not the number of a line.", code="not_a_line", line=line)
    if not answer:
        message = f"{given.get('answer', '')[:60]!r} is no answer: acknowledged or disputed."
        yield FieldError("answer", message, code="answer_unknown", line=line)
