"""`python -m tests.storms --schedules 10000 --seed 1`: the whole storm on a database of its own; status 1 on a failure.

A schedule that failed is replayed by `--only NUMBER --times 100` with the same seed: its plan is the same, how the
clients' statements fall between each other is the machine's.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import ExitStack

import django


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storms")
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first schedule")
    parser.add_argument("--only", type=int, help="the number of one schedule")
    parser.add_argument("--times", type=int, default=1, help="how often to run the one schedule")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
    django.setup()
    with ExitStack() as stack:
        _enter_database(stack)
        return _blow(given)


def _enter_database(stack: ExitStack) -> None:
    """A new database, migrated as the owner, with the cast; gone afterwards."""
    from django.db import connections
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases, teardown_test_environment

    from capweb.onebox.servers import private_servers
    from tests.cast import enter_cast

    if not os.environ.get("DATABASE_URL"):
        stack.enter_context(private_servers())
    setup_test_environment()
    stack.callback(teardown_test_environment)
    connections["owner"].settings_dict["TEST"]["NAME"] = f"test_capweb_storm_{os.getpid()}"
    made = setup_databases(
        verbosity=0, interactive=False, aliases=["default", "owner", "platform"], serialized_aliases=set()
    )

    def drop() -> None:
        for connection in connections.all():
            connection.close()
        teardown_databases(made, verbosity=0)

    stack.callback(drop)
    enter_cast(using="owner")


def _blow(given: argparse.Namespace) -> int:
    from capweb.accounts.models import Organisation
    from tests.cast import Cast
    from tests.storms.storm import Storm, run_storm

    cast = Cast({row.code: row for row in Organisation.objects.all()})
    numbers = (
        list(range(given.first, given.first + given.schedules)) if given.only is None else [given.only] * given.times
    )
    began = time.monotonic()

    def progress(storm: Storm) -> None:
        if storm.counts["schedules"] % 500 == 0:
            print(_told(given.seed, storm, time.monotonic() - began), flush=True)

    try:
        storm = run_storm(cast, numbers, seed=given.seed, progress=progress)
    except AssertionError as error:
        print(f"FAILED with seed {given.seed}: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    print(_told(given.seed, storm, time.monotonic() - began))
    return 0


def _told(seed: int, storm: object, seconds: float) -> str:
    counts = storm.counts  # type: ignore[attr-defined]
    names = (
        "schedules",
        "commands",
        "draws",
        "claims",
        "refusals",
        "kills",
        "retries",
        "law changes",
        "releases",
        "overruns",
    )
    return f"seed {seed}: " + ", ".join(f"{counts[name]:,} {name}" for name in names) + f" in {seconds:,.0f} s"


if __name__ == "__main__":
    sys.exit(main())
