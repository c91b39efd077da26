"""Every case of every scenario file is judged as its author expects: cases that a lawyer can read."""

from pathlib import Path

import pytest

from eligibility.domain import decision, engine, facts, law_files
from eligibility.queries import simulation

FOLDER = Path(__file__).parent
CASES = [
    pytest.param(case, id=f"{file.stem}: {case.name}")
    for file in sorted(FOLDER.glob("*.yaml"))
    for case in simulation.read(file.read_text(encoding="utf-8")).cases
]


@pytest.mark.parametrize("case", CASES)
def test_the_case_is_judged_as_expected(case):
    judged = engine.decide(case.facts, law_files.shipped_law_book().on(case.facts.day), with_headroom=True)
    assert case.expect, "a case without expectation proves nothing"
    assert simulation.differences(decision.to_document(judged), case.expect) == []


@pytest.mark.parametrize("case", CASES)
def test_the_facts_of_the_case_survive_being_stored(case):
    assert facts.from_json(facts.to_json(case.facts)) == case.facts
