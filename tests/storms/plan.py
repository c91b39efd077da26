"""What one schedule of the storm is: two to four clients, each with commands of its own, drawn from a seed.

The plan is the same for the same seed and number; how the clients' statements fall between each other is the machine's.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tests.cast import INSURERS

Verb = Literal["hold", "accept", "void", "cede", "batch", "replace", "end", "amend", "correct", "claim"]
Death = Literal["terminated", "socket closed"]

_VERBS: tuple[Verb, ...] = (
    *("hold", "hold", "accept", "void", "cede", "cede", "cede"),
    *("batch", "replace", "replace", "end", "amend", "correct", "claim"),
)  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Action:
    """One command of a client. `death` kills the client while it runs, after `delay` seconds; then it is sent again,
    as it is when `is_sent_twice`. `amounts` are before cession; all but a batch have one.
    """

    verb: Verb
    kind: str
    amounts: tuple[Decimal, ...]
    is_sent_twice: bool = False
    death: Death | None = None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class ClientPlan:
    insurer: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Clients that start together over an envelope with `room` left. While they run the law may change by `law`, and
    run-off be released. One treaty has a part of the envelope for itself: `part` is what it has left, or as it was.
    `year` is what each insurer's claims may use of a policy year.
    """

    seed: int
    number: int
    room: Decimal
    clients: tuple[ClientPlan, ...]
    law: Decimal | None
    is_released: bool
    part: Decimal | None
    year: Decimal


def schedule(seed: int, number: int) -> Schedule:
    """The schedule of a seed and a number."""
    chance = random.Random(f"{seed}/{number}")
    return Schedule(
        seed=seed,
        number=number,
        room=_cents(chance, 0, 150_000),
        clients=tuple(_client(chance) for _ in range(chance.randint(2, 4))),
        law=_cents(chance, -100_000, 60_000) if chance.random() < 0.15 else None,
        is_released=chance.random() < 0.2,
        part=_cents(chance, 0, 60_000) if chance.random() < 0.4 else None,
        year=_cents(chance, 1, 20_000),
    )


def _client(chance: random.Random) -> ClientPlan:
    actions = tuple(_action(chance) for _ in range(chance.randint(1, 4)))
    return ClientPlan(chance.choice(INSURERS[:3]), actions)


def _action(chance: random.Random) -> Action:
    verb = chance.choice(_VERBS)
    death: Death | None = None
    if chance.random() < 0.15:
        death = chance.choice(("terminated", "socket closed"))
    return Action(
        verb=verb,
        kind=chance.choice(("complement", "substitution")),
        amounts=tuple(_cents(chance, 1, 60_000) for _ in range(chance.randint(2, 4) if verb == "batch" else 1)),
        is_sent_twice=chance.random() < 0.1,
        death=death,
        delay=chance.uniform(0.0, 0.02),
    )


def _cents(chance: random.Random, lowest: int, highest: int) -> Decimal:
    return Decimal(chance.randint(lowest * 100, highest * 100)) / 100
