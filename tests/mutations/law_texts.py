"""The shipped law as texts, and the law book that results when one of them is altered: nothing is written to disk.

Every file is read once; a book with one altered text shares all other leaves and rows with the shipped one.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, fields
from typing import Any

from capweb.kernel.errors import FieldError, FieldErrors
from eligibility.domain import contract_files, law_files
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Parameter
from eligibility.domain.tables import Tables


@dataclass(frozen=True)
class LawTexts:
    """Every law file by its name below eligibility/parameters, rates that no source gives left aside."""

    texts: dict[str, str]
    leaves: dict[str, Parameter] = field(repr=False)
    tables: dict[str, Tables] = field(repr=False)

    def book(self) -> LawBook:
        """The shipped law book."""
        return _book(self.leaves, self.tables)

    def book_without(self, name: str) -> LawBook:
        """The book that is left when one file is deleted."""
        return _book(_without(self.leaves, name), _without(self.tables, name))

    def book_with(self, name: str, text: str) -> LawBook:
        """The book with another text for one file. Raises FieldErrors where the schema check refuses it."""
        errors: list[FieldError] = []
        if name in self.tables:
            rows = contract_files.read_table(text, name=name, errors=errors)
            book = None if errors else _book(self.leaves, {**self.tables, name: rows})
        else:
            leaf = law_files.read_leaf(text, name=name, errors=errors)
            book = None if errors or leaf is None else _book({**self.leaves, name: leaf}, self.tables)
        if book is None:
            raise FieldErrors(errors)
        return book


@functools.cache
def shipped() -> LawTexts:
    """The texts of this release, each read as the loader reads it."""
    errors: list[FieldError] = []
    texts, leaves, tables = {}, {}, {}
    for file in sorted(law_files.SHIPPED.rglob("*.yaml")):
        name = file.relative_to(law_files.SHIPPED).as_posix()
        if name.startswith(law_files.ILLUSTRATIVE_FOLDER):
            continue
        texts[name] = file.read_text(encoding="utf-8")
        if name.startswith(law_files.TABLES_FOLDER):
            tables[name] = contract_files.read_table(texts[name], name=name, errors=errors)
        elif (leaf := law_files.read_leaf(texts[name], name=name, errors=errors)) is not None:
            leaves[name] = leaf
    if errors:
        raise FieldErrors(errors)
    return LawTexts(texts, leaves, tables)


def _book(leaves: dict[str, Parameter], tables: dict[str, Tables]) -> LawBook:
    # Not `Tables.with_more`, one file after another: a fold over every file for every mutant would cost the most here.
    rows = {
        part.name: tuple(row for one in tables.values() for row in getattr(one, part.name)) for part in fields(Tables)
    }
    return LawBook({leaf.path: leaf for leaf in leaves.values()}, Tables(**rows))


def _without(files: dict[str, Any], name: str) -> dict[str, Any]:
    return {other: one for other, one in files.items() if other != name}
