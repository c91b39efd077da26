"""`manage.py advance_day --to DATE`: move a sandbox forward night by night, so that three months pass in seconds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import track

from capweb import clock
from policies.commands.open_night import ask_for_nights, open_night
from policies.management.commands.open_night import summary


class Command(BaseCommand):
    help = (
        "Move the business day of a sandbox to a later day, opening every night on the way. Each night is reconciled; "
        "the whole ledger is verified on the last."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, type=date.fromisoformat, metavar="DATE")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = clock.installation()
        if not now.is_sandbox:
            raise CommandError("This is no sandbox: its business day is today, and only time moves it.")
        last: date = options["to"]
        if last <= now.business_day:
            raise CommandError(f"The books are on {now.business_day}; a business day only moves forward.")
        days = [now.business_day + timedelta(days=n) for n in range(1, (last - now.business_day).days + 1)]
        console = Console()
        # All of them are asked for first, so that the whole ledger is verified on the last day only.
        ask_for_nights(days[0], last)
        for day in track(days, description="nights", console=console):
            report = open_night(day, at=clock.moment_on(day))
            if report.ledger_differences:
                raise CommandError("The ledger does not agree: " + "; ".join(report.ledger_differences))
            if any(any(done.values()) for done in report.insurers.values()):
                console.print(summary(report))
