"""`manage.py open_night --on DATE`: run the night that opens a business day; twice is harmless."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from capweb import clock
from capweb.kernel.errors import DomainError
from policies.commands.close_night import NightReport
from policies.commands.insurers_night import StepTold
from policies.commands.open_night import open_night


class Command(BaseCommand):
    help = "Open the night of a business day: expiries, renewals, lapses, releases, ceilings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", required=True, type=date.fromisoformat, metavar="DATE")

    def handle(self, *_args: Any, **options: Any) -> None:
        day: date = options["on"]
        try:
            with watched(Console()) as watch:
                report = open_night(day, at=clock.moment_on(day), progress=watch.chunk, told=watch.step)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(summary(report))
        if report.ledger_differences:
            raise CommandError("The ledger does not agree: " + "; ".join(report.ledger_differences))


class Watch:
    """Shows a night as it runs: a bar for each step on a terminal, a line for each step elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self.known: dict[str, TaskID] = {}

    def chunk(self, told: StepTold) -> None:
        """After each chunk of an insurer's step."""
        name = f"{told.insurer}: {told.step}"
        if not self.console.is_terminal:
            if told.settled:
                self.console.print(f"{name}: {told.settled}" + (f" of {told.expected}" if told.expected else ""))
            return
        if name not in self.known:
            self.known[name] = self.bars.add_task(name, total=told.expected)
        self.bars.update(self.known[name], completed=told.settled)

    def step(self, name: str) -> None:
        """Before each step of the close."""
        if self.console.is_terminal:
            self.bars.add_task(f"closing: {name}", total=1)
        else:
            self.console.print(f"closing: {name}")


@contextmanager
def watched(console: Console) -> Iterator[Watch]:
    watch = Watch(console)
    if not console.is_terminal:
        yield watch
        return
    with watch.bars:
        yield watch


def summary(report: NightReport) -> str:
    """One line for a night: its day and what it did over all insurers."""
    total: dict[str, int] = {}
    for done in report.insurers.values():
        for what, count in done.items():
            total[what] = total.get(what, 0) + count
    said = ", ".join(f"{what} {count}" for what, count in total.items() if count)
    return f"{report.day}: {said or 'nothing to do'}" + (" (already opened)" if report.is_repeat else "")
