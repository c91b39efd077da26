"""Which leaves of the law the rules read when a case is judged."""

from __future__ import annotations

import copy
from typing import Any

from eligibility.domain import engine
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Values
from eligibility.queries.simulation import Case


class _Noting(Values[Any]):
    """Values that note which paths are looked up, present or not."""

    def __init__(self, values: Values[Any], noted: set[str]) -> None:
        super().__init__(values, unset=values.unset, day=values.day)
        self.noted = noted

    def __getitem__(self, path: str) -> Any:
        self.noted.add(path)
        return super().__getitem__(path)

    def get(self, path: str, default: Any = None) -> Any:  # type: ignore[override]
        self.noted.add(path)
        return super().get(path, default)

    def __contains__(self, path: object) -> bool:
        self.noted.add(str(path))
        return super().__contains__(path)


def leaves_read(case: Case, book: LawBook) -> set[str]:
    """The paths of the leaves that judging this case looks up."""
    chosen = tuple(sorted(case.facts.readings.items()))
    law = copy.copy(book.under(case.facts.day, chosen))
    law.prepared = {}
    noted: set[str] = set()
    for values in ("amounts", "counts", "choices"):
        setattr(law, values, _Noting(getattr(law, values), noted))
    # The law stands for itself under its own readings, so that what it notes is not lost in a fresh one.
    law.under = lambda _: law  # type: ignore[method-assign,assignment]
    engine.decide(case.facts, law)
    return {path for path in noted if path in book.parameters}
