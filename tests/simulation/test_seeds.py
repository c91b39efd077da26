"""Fifty seeds of the simulation hold every invariant, a seed is the same whenever it is played, a fault is found."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from policies.commands import accept_offers, renew_guarantees, settle_claims
from tests.simulation.run import Seed, SeedFailed, machine
from tests.simulation.world import World, prepared

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SEEDS = 50


@pytest.fixture(scope="module")
def stage(committed_once):
    with prepared() as world, machine() as (bag, workers):
        yield world, bag, workers


def play(number: int, stage: tuple[World, object, object]) -> list[str]:
    print(f"seed {number}")
    seed = Seed(number, *stage)  # type: ignore[arg-type]
    seed.run()
    return seed.trace


def play_all(numbers: Iterable[int], stage: tuple[World, object, object]) -> list[list[str]]:
    return [play(number, stage) for number in numbers]


@pytest.mark.parametrize("first", range(1, SEEDS + 1, 10))
def test_the_invariants_hold_after_every_step_of_ten_seeds(stage, first):
    assert all(len(trace) > 10 for trace in play_all(range(first, first + 10), stage))


def test_the_same_seed_takes_the_same_steps(stage):
    assert play(7, stage) == play(7, stage)


@pytest.mark.parametrize(
    ("module", "forgotten", "broken", "first"),
    [
        (renew_guarantees, "end_cessions", "cessions equal guarantees in force", 1),
        (accept_offers, "void_holds", "what offers hold equals live offers", 1),
        (settle_claims, "write_states", "a claim that is paid has a loss", 4),
    ],
    ids=[
        "a lapse that ends no cession",
        "an offer that ends and still holds",
        "a claim that is paid and stays to be paid",
    ],
)
def test_a_rule_that_is_forgotten_is_found_by_a_seed(stage, monkeypatch, *, module, forgotten, broken, first):
    monkeypatch.setattr(module, forgotten, lambda *_given, **_named: None)
    with pytest.raises(SeedFailed, match=broken):
        play_all(range(first, first + 10), stage)
