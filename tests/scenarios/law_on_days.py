"""What the law says on a day, written down a second time: days before and of each change, by leaf.

A statement stands in tests/scenarios/law_on_days/*.yaml: a leaf, then days with the value in force, `unset` or
`no law`. Under `reading NAME` stand the days of a rival reading. It is for what no verdict shows: settings, figures
that are only told, first days on which nothing was on sale yet.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from eligibility.domain import marked_yaml
from eligibility.domain.law import LawBook

FOLDER: Final = Path(__file__).parent / "law_on_days"
NO_LAW: Final = "no law"
UNSET: Final = "unset"


@dataclass(frozen=True, slots=True)
class Statement:
    """One leaf on one day, under its own reading or a rival one."""

    file: str
    line: int
    path: str
    reading: str | None
    day: date
    says: str

    def __str__(self) -> str:
        under = f" under {self.reading}" if self.reading else ""
        return f"{self.file}: {self.path} on {self.day}{under} is {self.says}"

    def holds(self, book: LawBook) -> bool:
        return self.found(book) == self._plain(self.says)

    def concerns(self, file: str) -> bool:
        return file == f"{self.path}.yaml"

    def found(self, book: LawBook) -> str:
        """The value in force, its number without trailing zeros, `unset` or `no law`."""
        leaf = book.parameters.get(self.path)
        if leaf is None or (self.reading and self.reading not in {rival.name for rival in leaf.readings}):
            return NO_LAW
        if not leaf.covers(self.day, reading=self.reading):
            return NO_LAW
        block = leaf.block_on(self.day, reading=self.reading)
        return self._plain(str(block.value)) if block.state == "set" else (UNSET if block.state == UNSET else NO_LAW)

    @staticmethod
    def _plain(value: str) -> str:
        is_number = value.replace(".", "", 1).isdecimal()
        return format(Decimal(value).normalize(), "f") if is_number else value


@functools.cache
def every_statement() -> tuple[Statement, ...]:
    """All statements, file by file."""
    return tuple(one for file in sorted(FOLDER.glob("*.yaml")) for one in _statements(file))


def _statements(file: Path) -> Iterator[Statement]:
    marked = marked_yaml.read(file.read_text(encoding="utf-8"))[0]
    assert isinstance(marked.data, dict)
    for path, days in marked.data.items():
        for key, says in days.items():
            if isinstance(says, dict):
                name = str(key).removeprefix("reading ")
                for day, said in says.items():
                    line = marked.line((path, key, day))
                    yield Statement(file.stem, line, path, name, date.fromisoformat(day), str(said))
            else:
                line = marked.line((path, key))
                yield Statement(file.stem, line, path, None, date.fromisoformat(str(key)), str(says))
