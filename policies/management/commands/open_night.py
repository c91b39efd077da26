"""`manage.py open_night --on DATE`: run the night that opens a business day; twice is harmless."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from capweb import clock
from capweb.kernel.errors import DomainError
from policies.commands.open_night import NightReport, open_night


class Command(BaseCommand):
    help = "Open the night of a business day: expiries, renewals, lapses, releases, ceilings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", required=True, type=date.fromisoformat, metavar="DATE")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            report = open_night(options["on"], at=clock.instant())
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(summary(report))
        if report.ledger_differences:
            raise CommandError("The ledger does not agree: " + "; ".join(report.ledger_differences))


def summary(report: NightReport) -> str:
    """One line for a night: its day and what it did over all insurers."""
    total: dict[str, int] = {}
    for done in report.insurers.values():
        for what, count in done.items():
            total[what] = total.get(what, 0) + count
    said = ", ".join(f"{what} {count}" for what, count in total.items() if count)
    return f"{report.day}: {said or 'nothing to do'}" + (" (already opened)" if report.is_repeat else "")
