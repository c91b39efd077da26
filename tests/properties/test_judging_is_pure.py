"""Equal facts under equal law give an equal decision: in another process, with another hash seed, in another order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.domain import decision, engine, facts, law_files
from tests.properties.requests import BOOK, requests
from tests.scenarios.cases import every_scenario

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from eligibility.domain import decision, engine, facts, law_files
import json
book = law_files.shipped_law_book()
for line in sys.stdin.buffer:
    case = facts.from_json(line)
    found = decision.to_document(engine.decide(case, book.on(case.day)))
    print(json.dumps(found, sort_keys=True))
"""

pytestmark = pytest.mark.slow


def document(case, book=BOOK):
    return json.dumps(decision.to_document(engine.decide(case, book.on(case.day))), sort_keys=True)


def test_another_process_decides_every_case_alike():
    cases = [scenario.case.facts for scenario in every_scenario()]
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=b"\n".join(facts.to_json(case) for case in cases),
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "12345"},
    )
    assert answer.stdout.decode().splitlines() == [document(case) for case in cases]


@settings(max_examples=50)
@given(st.lists(requests(), min_size=2, max_size=6), st.randoms())
def test_what_was_judged_before_changes_nothing(cases, random):
    alone = {id(case): document(case) for case in cases}
    random.shuffle(cases)
    assert all(document(case) == alone[id(case)] for case in cases)


def test_a_book_read_again_decides_every_case_alike():
    again = law_files.load(law_files.SHIPPED)
    for scenario in every_scenario():
        case = scenario.case.facts
        assert document(case, again) == document(case), scenario
