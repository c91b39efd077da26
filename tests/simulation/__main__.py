"""`python -m tests.simulation --seeds 2000 --first 1`: a long run on a database of its own; status 1 when one fails.

`--replay SEED` tells every step of one seed; the same seed takes the same steps. Seeds that fail are named, with the
command that replays each, and the run goes on.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from contextlib import ExitStack

import django

PROGRESS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--replay", type=int, help="one seed, every step told")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no further seed after so long")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
    django.setup()
    with ExitStack() as stack:
        _enter_database(stack)
        return _play(given, stack)


def _enter_database(stack: ExitStack) -> None:
    """A database of this run with the tests' cast; gone afterwards."""
    from django.db import connections
    from django.test.utils import setup_test_environment, teardown_test_environment

    from capweb.onebox.servers import private_servers
    from tests import conftest, template_database

    if not os.environ.get("DATABASE_URL"):
        stack.enter_context(private_servers())
    setup_test_environment()
    stack.callback(teardown_test_environment)
    name = f"test_capweb_simulation_{os.getpid()}"
    installed = {alias: connections[alias].settings_dict["NAME"] for alias in template_database.ALIASES}
    template_database.copy_template(name, fill=conftest._fill)
    template_database.turn_to(dict.fromkeys(installed, name))

    def leave() -> None:
        template_database.turn_to(installed)
        template_database.drop(name)

    stack.callback(leave)


def _play(given: argparse.Namespace, stack: ExitStack) -> int:
    from tests.simulation.run import Seed, SeedFailed, machine
    from tests.simulation.world import prepared

    world = stack.enter_context(prepared())
    bag, workers = stack.enter_context(machine())
    numbers = range(given.first, given.first + given.seeds) if given.replay is None else [given.replay]
    failed: list[int] = []
    counts: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    began, played = time.monotonic(), 0
    for played, number in enumerate(numbers, 1):
        seed = Seed(number, world, bag, workers, told=None if given.replay is None else print)
        try:
            seed.run()
        except SeedFailed as error:
            failed.append(number)
            print(f"FAILED {error}\n  replay it: python -m tests.simulation --replay {number}", flush=True)
            if given.replay is not None:
                raise
        counts.update(seed.counts)
        reached.update({name for name, count in seed.counts.items() if count})
        counts["steps"] += len(seed.trace)
        is_last = played == len(numbers) or time.monotonic() - began > 60 * given.minutes
        if played % PROGRESS == 0 or is_last:
            told = ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
            seconds = time.monotonic() - began
            print(
                f"seeds {numbers[0]} to {number}: {len(failed)} failed {failed}; {told}; {seconds:,.0f} s", flush=True
            )
        if is_last:
            break
    for name in sorted(counts):
        if name != "steps":
            print(f"  {name}: {counts[name]:,}, in {reached[name]:,} of {played:,} seeds", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
