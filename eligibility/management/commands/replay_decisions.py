"""`manage.py replay_decisions --since DATE`: judge stored decisions again; any difference gives a diff and status 1.

Stored facts, stored edition of the law, the rules as they are now. Nothing is written.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.queries import memberships
from eligibility.queries import replay
from eligibility.queries.replay import Difference, Replayed

DIFFERENT = 1
# A changed rule differs everywhere; the first ones tell which.
SHOWN = 50


class Command(BaseCommand):
    help = "Judges stored decisions again from their facts and their law; exit status 1 on any difference."
    requires_system_checks: list[str] = []  # noqa: RUF012  Django's own attribute

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", required=True, metavar="DATE", help="first business day of the decisions")
        parser.add_argument("--insurer", metavar="CODE", help="one insurer only, such as euler-hermes")
        parser.add_argument("--json", action="store_true", help="print the result as JSON, every difference in it")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            since = date.fromisoformat(options["since"])
        except ValueError:
            raise CommandError(f"{options['since']!r} is no day of the calendar (YYYY-MM-DD).") from None
        chunks = self._replay(_actors(options["insurer"]), since, quiet=options["json"])
        differences = [one for chunk in chunks for one in chunk.differences]
        counts = {
            "replayed": sum(chunk.count for chunk in chunks),
            "without_edition": sum(chunk.without_edition for chunk in chunks),
            "different": len({one.decision for one in differences}),
        }
        if options["json"]:
            shown = {**counts, "differences": [{**asdict(one), "day": one.day.isoformat()} for one in differences]}
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
        else:
            self._tell(counts, differences)
        if differences:
            sys.exit(DIFFERENT)

    def _replay(self, actors: list[Actor], since: date, *, quiet: bool) -> list[Replayed]:
        """Every insurer in turn, with a bar on a terminal and lines elsewhere."""
        totals = []
        for actor in actors:
            with acting(actor):
                totals.append(replay.decisions_since(actor, since))
        is_terminal = sys.stderr.isatty()
        console = Console(file=cast("TextIO", self.stderr), quiet=quiet or not is_terminal)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        found = []
        with Progress(*columns, console=console) as bar:
            for actor, total in zip(actors, totals, strict=True):
                task, done = bar.add_task(actor.insurer_code, total=total), 0
                for chunk in replay.replayed(actor, since):
                    found.append(chunk)
                    done += chunk.count
                    bar.advance(task, chunk.count)
                    if not (quiet or is_terminal):
                        self.stderr.write(f"{actor.insurer_code}: {done} of {total}")
        return found

    def _tell(self, counts: dict[str, int], differences: list[Difference]) -> None:
        before = ""
        for one in differences[:SHOWN]:
            if one.decision != before:
                self.stdout.write(f"{one.decision} of {one.day}")
                before = one.decision
            self.stdout.write(f"    {one.key}\n      - {one.stored}\n      + {one.again}")
        if len(differences) > SHOWN:
            self.stdout.write(f"… and {len(differences) - SHOWN} more differences (--json shows all)")
        if counts["without_edition"]:
            self.stdout.write(
                f"{counts['without_edition']} decisions are older than the editions of the law; they were judged again "
                "under the law book of today."
            )
        told = "no differences" if not differences else f"{counts['different']} decisions DIFFER"
        self.stdout.write(f"{counts['replayed']} decisions replayed, {told}.")


def _actors(code: str | None) -> list[Actor]:
    houses = memberships.insurers()
    found = [memberships.system_actor(house, name="replay") for house in houses if code in (None, house.code)]
    if not found:
        known = ", ".join(house.code for house in houses)
        raise CommandError(f"There is no insurer {code!r} here. Insurers: {known or 'none'}.")
    return found
