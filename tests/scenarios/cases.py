"""Every case of every scenario file, and how one is judged: shared by the scenario tests and the mutation run.

A case stands in tests/scenarios/*.yaml in the form that `manage.py simulate --check FILE` takes; those of
tests/scenarios/entered_rows are judged by a book with further rows. `what_differs` is the one place that says whether a
decision is what the case's author expects.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from eligibility.domain import decision, engine
from eligibility.domain.decision import Decision
from eligibility.domain.law import LawBook
from eligibility.queries import simulation
from eligibility.queries.simulation import Case, Difference

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """One case with the file in which it stands."""

    file: str
    case: Case

    def __str__(self) -> str:
        return f"{self.file}: {self.case.name}"


@functools.cache
def every_scenario(folder: str = ".") -> tuple[Scenario, ...]:
    """All cases of a folder beside this file, file by file."""
    return tuple(
        Scenario(file.stem, case)
        for file in sorted((FOLDER / folder).glob("*.yaml"))
        for case in simulation.read(file.read_text(encoding="utf-8")).cases
    )


def judged(case: Case, book: LawBook) -> Decision:
    """The decision that this law book gives; headroom only where the case speaks of it, for it is slow."""
    speaks_of_headroom = "headroom" in (case.expect or {})
    return engine.decide(case.facts, book.on(case.facts.day), with_headroom=speaks_of_headroom)


def what_differs(case: Case, found: Decision) -> list[Difference]:
    """What the decision has otherwise than the case expects; empty where it is as expected."""
    return simulation.differences(decision.to_document(found), case.expect or {})
