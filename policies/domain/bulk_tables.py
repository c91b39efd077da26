"""Which lines of cells does a CSV file hold, and what separates them?

The separator is the one (semicolon, comma, tabulation) under which the first line names most columns that are
understood. Quotation marks follow the usual convention; a mark left open is told, since it would swallow lines.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from policies.domain import bulk_columns
from policies.domain.row_messages import UnreadableFile

SEPARATORS: Final = (";", ",", "\t")
# A line of a hundred columns is far shorter. Without a bound, 60 MB of commas would be a row of sixty million cells.
LONGEST_LINE: Final = 1_000_000
_HEADER_CHARACTERS: Final = 50_000
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# Spreadsheets write this line so that another one of them knows the separator; it is no column.
_SEPARATOR_LINE: Final = re.compile(r"\A\s*\"?sep=.\"?\s*\Z", re.IGNORECASE)


class BrokenLine(list[str]):
    """The cells of a line that cannot be told apart; there are none."""


def lines_of_text(text: str, *, file: str) -> Iterator[str]:
    """The physical lines, each with its end: only CR and LF end a line, as spreadsheets and people count them.

    One at a time: a file of line ends alone has millions of them. Raises UnreadableFile for a line without end.
    """
    for number, found in enumerate(_LINE.finditer(text), start=1):
        if found.end() - found.start() > LONGEST_LINE:
            raise UnreadableFile("endless_line", file=file, line=number, largest=LONGEST_LINE)
        yield found.group()


def separator_of(lines: Iterable[str]) -> str:
    """The separator that makes most sense of the first line with something in it."""
    header = next((line for line in lines if line.strip() and not _SEPARATOR_LINE.match(line)), "")[:_HEADER_CHARACTERS]

    def understood(separator: str) -> tuple[int, int]:
        try:
            names = next(csv.reader([header], delimiter=separator), [])
        except csv.Error:
            return (0, 0)
        return (sum(field is not None for field in bulk_columns.fields_of(names)), len(names))

    return max(SEPARATORS, key=understood)


def lines_of_cells(lines: Iterator[str], *, separator: str, file: str) -> Iterator[tuple[int, int, list[str]]]:
    """First and last physical line of each record (the first line of a file is 1) and its cells; BrokenLine where the
    quotation marks do not match. Raises UnreadableFile when a mark left open has swallowed lines to the file's end."""
    beginning = next(lines, "")
    reader = csv.reader(chain([beginning], lines), delimiter=separator, strict=True)
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) and reader.line_num > first:
                raise UnreadableFile("open_quote", file=file, first=first) from error
            cells = BrokenLine()
        if first == 1 and _SEPARATOR_LINE.match(beginning):
            continue
        yield first, reader.line_num, cells
