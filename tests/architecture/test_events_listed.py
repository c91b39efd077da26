"""docs/events.md names all events of the scheme, and every test and command that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
CODE = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "policies").rglob("*.py")))
ELSEWHERE = {"decide"}


def test_all_29_events_are_listed_once_and_in_order():
    assert re.findall(r"^\| (E\d+) \|", PAGE, flags=re.M) == [f"E{number}" for number in range(1, 30)]


def test_every_test_that_is_named_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
    assert len(named) > 25
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"


def test_every_command_that_is_named_is_there():
    rows = [line.split("|") for line in PAGE.splitlines() if re.match(r"\| E\d", line)]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[3])} - ELSEWHERE
    assert len(named) > 20
    for name in sorted(named):
        assert f"def {name}(" in CODE, name
