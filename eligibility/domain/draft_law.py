"""What would the law book be with a draft of some leaves in the place of the law's own?

A draft is the text of one or several law files, read and checked by the reader of the shipped law: in front of each
leaf stands `leaf: <its path>`, between two of them a line `---`. A contractual table (`table: …`) adds its rows. Every
mistake is named with its line in the draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.domain import contract_files, law_files
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Parameter
from eligibility.domain.tables import Tables

LARGEST_CHARACTERS: Final = 200_000
MOST_LEAVES: Final = 50
PATH: Final = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)+\Z")
HEAD: Final = re.compile(r"leaf\s*:(?P<path>.*)\Z")
TABLE: Final = re.compile(r"table\s*:")
SEPARATOR: Final = re.compile(r"(---|\.\.\.)(\s|\Z)")
NAME_OF_TABLE: Final = "draft table"


@dataclass(frozen=True, slots=True)
class DraftLaw:
    """Leaves by path and further contractual rows. `replaced` are leaves that the law has, `added` such as it has not.

    An added leaf changes nothing by itself: no rule reads it yet.
    """

    leaves: Mapping[str, Parameter]
    tables: Tables
    replaced: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def row_count(self) -> int:
        """How many contractual rows it adds."""
        held = self.tables
        return sum(map(len, (held.scales, held.grids, held.countries, held.zones, held.tariffs)))

    def applied_to(self, book: LawBook) -> LawBook:
        """A new book with these leaves in the place of its own and these rows entered after its own."""
        return LawBook({**book.parameters, **self.leaves}, book.contracts.with_more(self.tables))


NOTHING: Final = DraftLaw({}, Tables(), (), ())


def read(text: str, book: LawBook, *, on: date) -> DraftLaw:
    """The draft for a day, checked against the book it is to change. Empty text is a draft of nothing.

    Raises FieldErrors, each with its line in the draft: whatever the reader of the law refuses; a text without the line
    that names its leaf, a leaf written twice, a leaf with another unit than the law's, and a leaf that has no block on
    the day while the law has one.
    """
    errors: list[FieldError] = []
    if len(text) > LARGEST_CHARACTERS:
        raise FieldErrors(
            [FieldError("draft", f"a draft has at most {LARGEST_CHARACTERS} characters", code="too_large")]
        )
    leaves: dict[str, Parameter] = {}
    lines: dict[str, int] = {}
    tables = Tables()
    for part in _parts(text):
        if part.holds_table:
            tables = tables.with_more(contract_files.read_table(part.text, name=NAME_OF_TABLE, errors=errors))
            continue
        path = _path_of(part, errors)
        if path is None:
            continue
        if path in lines:
            errors.append(_error(path, f"the leaf {path} is written twice", code="duplicate_leaf", line=part.line))
        lines[path] = part.line
        leaf = law_files.read_leaf(part.without_head, name=f"{path}.yaml", errors=errors)
        if leaf is not None:
            leaves[path] = leaf
            errors.extend(_against(leaf, book.parameters.get(path), on=on, line=part.line))
    if len(lines) > MOST_LEAVES:
        errors.append(_error("draft", f"a draft has at most {MOST_LEAVES} leaves", code="too_large", line=1))
    if errors:
        raise FieldErrors(errors)
    known = book.parameters
    return DraftLaw(
        leaves,
        tables,
        replaced=tuple(path for path in leaves if path in known),
        added=tuple(path for path in leaves if path not in known),
    )


def text_of_leaf(path: str) -> str:
    """The shipped text of a leaf as the beginning of a draft. Raises KeyError for a path that the law does not have."""
    if path not in law_files.shipped_law_book().parameters:
        raise KeyError(path)
    return f"leaf: {path}\n" + (law_files.SHIPPED / f"{path}.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Part:
    """One document of the draft, at its own lines: the lines above it are left empty, so that mistakes keep theirs."""

    text: str
    line: int
    head: str | None
    holds_table: bool

    @property
    def without_head(self) -> str:
        """The text for the reader of the law, whose files say their path by where they stand."""
        kept = ["" if HEAD.match(line) else line for line in self.text.split("\n")]
        return "\n".join(kept)


def _parts(text: str) -> Iterator[_Part]:
    """The documents of a YAML text. A line that begins with `---` or `...` is never inside one, whatever it holds."""
    begun = 0
    lines = text.replace("\r\n", "\n").split("\n")
    for place in range(len(lines) + 1):
        if place < len(lines) and not SEPARATOR.match(lines[place]):
            continue
        own = lines[begun:place]
        if any(line.strip() and not line.lstrip().startswith("#") for line in own):
            head = next((found for line in own if (found := HEAD.match(line))), None)
            first = next(number for number, line in enumerate(own, begun + 1) if line.strip())
            yield _Part(
                text="\n" * begun + "\n".join(own),
                line=first,
                head=head["path"].partition("#")[0].strip().strip("\"'") if head else None,
                holds_table=any(TABLE.match(line) for line in own),
            )
        begun = place + 1


def _path_of(part: _Part, errors: list[FieldError]) -> str | None:
    if part.head is None:
        message = (
            "say which leaf this is: begin with a line such as `leaf: substitution/domestic/insured_ratio_maximum`"
        )
        errors.append(_error("leaf", message, code="missing_leaf", line=part.line))
        return None
    if not PATH.match(part.head):
        message = f"{part.head!r} is no path of the law, such as scheme/term/length"
        errors.append(_error("leaf", message, code="leaf", line=part.line))
        return None
    return part.head


def _against(leaf: Parameter, old: Parameter | None, *, on: date, line: int) -> Iterator[FieldError]:
    """What would keep the rules from reading the leaf: they ask for a value of its unit, on each of their days."""
    if old is None:
        return
    if leaf.unit != old.unit:
        yield _error(
            f"{leaf.path}.yaml: unit", f"the rules read {leaf.path} in {old.unit}, not in {leaf.unit}", line=line
        )
    if old.covers(on) and not leaf.covers(on):
        message = f"there is no block on {on}, and the law has one"
        yield _error(f"{leaf.path}.yaml: history", message, code="gap", line=line)


def _error(field: str, message: str, *, code: str = "draft", line: int) -> FieldError:
    return FieldError(field, message, code=code, line=line)
