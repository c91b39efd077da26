"""How does each thing live? The state machines drawn as mermaid diagrams: the text of `docs/states.md`."""

from __future__ import annotations

from typing import Final

from policies.domain.moves import MACHINES, StateMachine

_HEAD: Final = """# The life of each thing

Drawn by `manage.py draw_states` from `policies/domain/moves.py`; a test fails when this file is not what is drawn now.
PostgreSQL holds the same moves: an UPDATE of a status that is not drawn here is refused with `<thing>_move_allowed`,
and a command that is asked for one answers `illegal_move`.
"""


def states_drawn() -> str:
    """The whole file."""
    return "\n".join([_HEAD, *(_section(machine) for machine in MACHINES)])


def _section(machine: StateMachine) -> str:
    lines = [f"## {machine.called.capitalize()} (`{machine.thing}`)", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in machine.first]
    for was, becomes in dict.fromkeys((move.was, move.becomes) for move in machine.moves):
        events = [move.event for move in machine.moves if (move.was, move.becomes) == (was, becomes)]
        lines.append(f"    {was} --> {becomes}: {', '.join(events)}")
    lines += [f"    {state} --> [*]" for state in machine.last]
    return "\n".join([*lines, "```", ""])
