"""`python -m tests.simulation --seeds 2000 --first 1`: a long run on databases of its own; status 1 when one fails.

`--processes 2` deals the seeds out to so many processes, one a core. `--replay SEED` tells every step of one seed; the
same seed takes the same steps. Seeds that fail are named, with the command that replays each, and the run goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import django

PROGRESS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--replay", type=int, help="one seed, every step told")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no further seed after so long")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--stride", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--report", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
    django.setup()
    with ExitStack() as stack:
        _enter_servers(stack)
        if given.processes > 1 and given.replay is None:
            return _deal_out(given)
        _enter_database(stack)
        return _play(given, stack)


def _enter_servers(stack: ExitStack) -> None:
    from capweb.onebox.servers import private_servers

    if not os.environ.get("DATABASE_URL"):
        stack.enter_context(private_servers())


def _deal_out(given: argparse.Namespace) -> int:
    """Of `n` processes each plays every n-th seed on a database of its own; at the end their tallies are added up."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder) / f"{place}.json" for place in range(given.processes)]
        started = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.simulation", "--stride", str(given.processes)),
                    *("--first", str(given.first + place), "--minutes", str(given.minutes), "--report", str(report)),
                    *("--seeds", str(len(range(place, given.seeds, given.processes)))),
                ]
            )
            for place, report in enumerate(reports)
        ]
        statuses = [process.wait() for process in started]
        told = [json.loads(report.read_text()) for report in reports if report.exists()]
    failed = sorted(seed for one in told for seed in one["failed"])
    counts = sum((Counter(one["counts"]) for one in told), Counter())
    reached = sum((Counter(one["reached"]) for one in told), Counter())
    played = sum(one["played"] for one in told)
    print(f"{played:,} seeds from {given.first} on: {len(failed)} failed {failed}; {time.monotonic() - began:,.0f} s")
    _tell(counts, reached, played)
    return 1 if failed or any(statuses) else 0


def _enter_database(stack: ExitStack) -> None:
    """A database of this run with the tests' cast; gone afterwards."""
    from django.db import connections
    from django.test.utils import setup_test_environment, teardown_test_environment

    from tests import conftest, template_database

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
    last = given.first + given.seeds * given.stride
    numbers = range(given.first, last, given.stride) if given.replay is None else [given.replay]
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
    if given.report is not None:
        told_at_last = {"failed": failed, "counts": counts, "reached": reached, "played": played}
        given.report.write_text(json.dumps(told_at_last))
    else:
        _tell(counts, reached, played)
    return 1 if failed else 0


def _tell(counts: Counter[str], reached: Counter[str], played: int) -> None:
    for name in sorted(counts):
        if name != "steps":
            print(f"  {name}: {counts[name]:,}, in {reached[name]:,} of {played:,} seeds", flush=True)


if __name__ == "__main__":
    sys.exit(main())
