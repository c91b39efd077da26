"""Every action that the code records in the trail is an event with a meaning, or is said not to be public."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from capweb.audit.event_types import EVENTS, NOT_PUBLIC, as_markdown

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("capweb", "eligibility", "policies", "reinsurance")
# Where an action is not written at the call: the words that stand for it, found in the same file.
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
REGISTERED = {**EVENTS, **NOT_PUBLIC}


def written() -> Iterator[tuple[str, str]]:
    """Each action of the code as a pattern, with where it stands."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts or path.name == "event_types.py":
                continue
            text = path.read_text(encoding="utf-8")
            if "Change" not in text:
                continue
            tree = ast.parse(text)
            for node in ast.walk(tree):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Change"
                if is_call and node.args:
                    for pattern in patterns(node.args[0], tree):
                        yield pattern, f"{path.relative_to(ROOT)}:{node.lineno}"


def patterns(said: ast.expr, tree: ast.Module) -> Iterator[str]:
    if isinstance(said, ast.Constant):
        yield re.escape(str(said.value))
    elif isinstance(said, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+" for part in said.values
        )
    elif isinstance(said, ast.IfExp):
        yield from patterns(said.body, tree)
        yield from patterns(said.orelse, tree)
    else:
        # A name or an entry of a table: whatever in this file is handed on or stands in a table and looks like one.
        yield from handed_on(tree)


def handed_on(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("_"):
            given = list(node.args)
        if isinstance(node, ast.Dict):
            given = node.values
        for one in given:
            if isinstance(one, ast.Constant) and ACTION.fullmatch(str(one.value)):
                yield re.escape(one.value)


def test_every_action_that_is_written_is_registered():
    found = list(written())
    assert len(found) > 30
    for pattern, where in found:
        known = [name for name in REGISTERED if re.fullmatch(pattern, name) or _is_of_a_family(pattern, name)]
        assert known, f"{where}: say in capweb/audit/event_types.py what {pattern} means, or why it is not public"


def _is_of_a_family(pattern: str, name: str) -> bool:
    return (
        name.endswith(".*") and re.fullmatch(pattern.split(r"\.", maxsplit=1)[0], name.removesuffix(".*")) is not None
    )


def test_every_registered_action_is_written_somewhere():
    patterns_written = [pattern for pattern, _ in written()]
    for name in REGISTERED:
        is_written = any(re.fullmatch(p, name) or _is_of_a_family(p, name) for p in patterns_written)
        assert is_written, f"nothing records {name} any more"


def test_an_action_is_public_or_not_and_fits_its_column():
    assert not set(EVENTS) & set(NOT_PUBLIC)
    assert all(ACTION.fullmatch(name) and len(name) <= 60 for name in EVENTS)


def test_the_list_of_events_is_what_is_registered():
    assert (ROOT / "docs" / "event-types.md").read_text(encoding="utf-8") == as_markdown(), "manage.py event_types"
