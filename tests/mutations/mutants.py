"""Every small mistake that could be made in a law file: a block or row gone, a day or a value one step off.

A mutant is a whole text, read by the loader as any file is. Values move by one step of their unit, so that a case at
the very edge is what notices. Titles, references, confidence and notes are left alone: no verdict rests on them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import yaml

from eligibility.domain import marked_yaml, tables
from eligibility.domain.marked_yaml import Marked, Path

DAY: Final = timedelta(days=1)
# One step of each unit; a ratio moves by a hundredth of a percentage point, an amount by a cent.
STEPS: Final = {
    "euro": Decimal("0.01"),
    "ratio": Decimal("0.0001"),
    "days": Decimal(1),
    "months": Decimal(1),
    "years": Decimal(1),
    "count": Decimal(1),
}
RATE_STEP: Final = Decimal("0.00001")
# What a mutant writes where the law says `unset` or `none`.
SOMETHING: Final = {"euro": "1000000", "ratio": "0.50", "choice": "open", "day": "2008-10-01"}
OTHER_WORDS: Final = {
    "market": tables.MARKETS,
    "status": tables.COUNTRY_STATUSES,
    "product": tables.PRODUCTS,
    "referred_to": tables.AUTHORITIES,
    "category": (1, 2, 3),
    "zone": (1, 2, 3, 4),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One altered law file: what was done to it and where. `text` is None where the file is deleted."""

    file: str
    line: int
    what: str
    text: str | None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"

    @property
    def key(self) -> str:
        """Its name in the list of known survivors: without the line, which moves when the file grows."""
        return f"{self.file}: {self.what}"


def mutants_of(file: str, text: str) -> Iterator[Mutant]:
    """Every mutant of one law file."""
    marked = marked_yaml.read(text)[0]
    yield Mutant(file, 1, "file deleted", None)
    mutation = _Mutation(file, marked)
    yield from (mutation.of_table() if "table" in mutation.data else mutation.of_leaf())


def written(data: object) -> str:
    """Plain data as a law file; reading it gives equal data back."""
    return yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)


class _Mutation:
    """Alters one place of a copy of the file's data at a time."""

    def __init__(self, file: str, marked: Marked) -> None:
        self.file = file
        self.marked = marked
        self.data: Any = marked.data

    def of_leaf(self) -> Iterator[Mutant]:
        unit = self.data["unit"]
        yield from self._history(("history",), unit, "")
        for name in self.data.get("readings", {}):
            at: Path = ("readings", name)
            yield self._without(at, f"reading {name} deleted")
            yield from self._history((*at, "history"), unit, f"{name}, ")

    def of_table(self) -> Iterator[Mutant]:
        yield from self._days((), "head, ", ("from",))
        if "scale" in self.data:
            for grades in _other_grades(self.data["scale"]):
                yield self._with(("scale",), grades, f"scale {self.data['scale']} becomes {grades}")
        for index, row in enumerate(self.data["rows"]):
            yield from self._row(("rows", index), row, _named(row))

    def _history(self, at: Path, unit: str, told: str) -> Iterator[Mutant]:
        blocks = self._at(at)
        words = sorted({block["value"] for block in self._all_blocks()} - {"unset", "none"})
        for index, block in enumerate(blocks):
            here, name = (*at, index), f"{told}block of {block['from']}"
            yield self._without(here, f"{name} deleted")
            yield from self._days(here, f"{name}, ", ("from", "until"))
            for value in _other_values(unit, block["value"], words):
                yield self._with((*here, "value"), value, f"{name}, {block['value']} becomes {value}")

    def _row(self, at: Path, row: dict[str, Any], name: str) -> Iterator[Mutant]:
        yield self._without(at, f"{name} deleted")
        yield from self._days(at, f"{name}, ", ("from", "until"))
        for key, words in OTHER_WORDS.items():
            for word in words if key in row else ():
                if word != row[key]:
                    yield self._with((*at, key), word, f"{name}, {key} {row[key]} becomes {word}")
        for key in ("maximum", "referred_to", "until", "longest_payment_days", "insurer"):
            if key in row:
                yield self._without((*at, key), f"{name}, {key} deleted")
        for key, step in (("maximum", STEPS["euro"]), ("quarterly_rate", RATE_STEP)):
            for value in _stepped(row[key], step) if key in row else ():
                yield self._with((*at, key), value, f"{name}, {key} {row[key]} becomes {value}")
        for grades in _other_grades(row["grades"]) if "grades" in row else ():
            yield self._with((*at, "grades"), grades, f"{name}, grades become {grades}")
        countries = str(row.get("countries", "")).split()
        for country in countries if len(countries) > 1 else ():
            left = " ".join(one for one in countries if one != country)
            yield self._with((*at, "countries"), left, f"{name}, without {country}")
        if "illustrative" not in row and "quarterly_rate" in row:
            yield self._with((*at, "illustrative"), True, f"{name}, marked illustrative")

    def _days(self, at: Path, told: str, keys: tuple[str, ...]) -> Iterator[Mutant]:
        holder = self._at(at)
        for key in keys:
            if isinstance(holder.get(key), date):
                for other in (holder[key] - DAY, holder[key] + DAY):
                    yield self._with((*at, key), other, f"{told}{key} {holder[key]} becomes {other}")

    def _all_blocks(self) -> list[dict[str, Any]]:
        rivals = self.data.get("readings", {}).values()
        return [*self.data["history"], *(block for rival in rivals for block in rival["history"])]

    def _at(self, path: Path) -> Any:
        found = self.data
        for step in path:
            found = found[step]
        return found

    def _with(self, path: Path, value: object, what: str) -> Mutant:
        changed = _Mutation(self.file, Marked(copy.deepcopy(self.data), {}))
        changed._at(path[:-1])[path[-1]] = value
        return Mutant(self.file, self.marked.line(path), what, written(changed.data))

    def _without(self, path: Path, what: str) -> Mutant:
        changed = _Mutation(self.file, Marked(copy.deepcopy(self.data), {}))
        del changed._at(path[:-1])[path[-1]]
        if path[0] == "readings" and not changed.data["readings"]:
            del changed.data["readings"], changed.data["question"]
        return Mutant(self.file, self.marked.line(path), what, written(changed.data))


def _other_values(unit: str, value: str, words: list[str]) -> Iterator[str]:
    if value in ("unset", "none"):
        yield SOMETHING.get(unit, "1")
        yield "none" if value == "unset" else "unset"
        return
    yield "unset"
    if unit == "choice":
        yield from _other_choices(value, words)
    elif unit == "day":
        yield from (str(date.fromisoformat(value) + step) for step in (-DAY, DAY))
    else:
        yield from _stepped(value, STEPS[unit])


def _other_choices(value: str, words: list[str]) -> Iterator[str]:
    """The other words that the leaf knows; a list of words also with one of them gone and with one more."""
    several = value.split()
    if len(several) > 1:
        yield from (" ".join(word for word in several if word != gone) for gone in several)
        yield f"{value} GBP"
        return
    others = [word for word in words if word != value]
    yield from others or ["something_else"]


def _stepped(value: str, step: Decimal) -> Iterator[str]:
    number = Decimal(value)
    for other in (number - step, number + step):
        if other >= 0:
            yield format(other, "f")


def _other_grades(expression: str) -> Iterator[str]:
    """A range with each end moved by one, a single grade with a neighbour."""
    first, dash, last = expression.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        return
    low, high = int(first), int(last or first)
    for one, other in ((low - 1, high), (low + 1, high), (low, high - 1), (low, high + 1)):
        if min(one, other) >= 0 and not (low == high and abs(one - other) == 0):
            yield f"{one}-{other}"


def _named(row: dict[str, Any]) -> str:
    """The row in a few words."""
    if "grades" in row:
        rival = f", {row['reading']}" if "reading" in row else ""
        return f"{row['market']} grades {row['grades']}{rival}"
    if "product" in row:
        return f"{row['product']} from {row.get('from', 'head')}"
    countries = str(row["countries"]).split()
    return f"{row.get('status', row.get('zone'))} {countries[0]}{' …' if len(countries) > 1 else ''}"
