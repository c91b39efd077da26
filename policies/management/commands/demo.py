"""`manage.py demo --output FOLDER`: the whole job once, with progress and a summary; the exit status tells."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from capweb import clock
from capweb.kernel.errors import DomainError
from policies.commands.demonstration import Demonstration, run_demonstration


class Command(BaseCommand):
    help = "The whole job once: sample, files, decisions, answers, PDFs, three months of nights, quarters, checks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, default=Path("demo-output"))
        parser.add_argument("--rows", type=int, default=5_000, help="requests handed in, bad ones included")
        parser.add_argument("--bad-rows", type=int, default=300)
        parser.add_argument("--documents", type=int, default=40, help="endorsements printed to PDF; the rest wait")
        parser.add_argument("--seed", type=int, default=2020)

    def handle(self, *_args: Any, **options: Any) -> None:
        console, begun = Console(), time.monotonic()
        columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
            try:
                done = run_demonstration(
                    options["output"],
                    rows=options["rows"],
                    bad_rows=options["bad_rows"],
                    documents=options["documents"],
                    seed=options["seed"],
                    step=_steps(bars, console),
                    clock=lambda: (clock.business_day(), clock.instant()),
                )
            except DomainError as error:
                raise CommandError(error.message) from error
        (options["output"] / "summary.json").write_text(
            json.dumps(_plain(done), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        _tell(console, done, seconds=time.monotonic() - begun, folder=options["output"])
        if done.faults:
            raise CommandError(f"{len(done.faults)} things do not agree: " + "; ".join(done.faults[:10]))


def _plain(done: Demonstration) -> dict[str, Any]:
    values = {one.name: getattr(done, one.name) for one in fields(done)}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}


def _steps(bars: Progress, console: Console) -> Callable[[str, int], Callable[[int], None]]:
    def step(title: str, total: int) -> Callable[[int], None]:
        if not console.is_terminal:
            console.print(f"{title} ({total}) …")
            return lambda _count: None
        task = bars.add_task(title, total=total)
        return lambda count: bars.advance(task, count)

    return step


def _tell(console: Console, done: Demonstration, *, seconds: float, folder: Path) -> None:
    table = Table("what happened", "count", title=f"{done.rows} requests in {seconds:.0f} s → {folder}")
    for title, counts in (
        ("rows", done.outcomes),
        ("bad rows", done.row_errors),
        ("referred, then", done.settled),
        ("offers", done.answers),
        ("nights", done.nights),
        ("terms", done.terms),
        ("claim movements", done.claims),
        ("PDFs", {"printed and read back": done.documents, "left to the documents' queue": done.documents_waiting}),
    ):
        _section(table, title, counts)
    console.print(table)
    money = Table("books", "figures")
    for name, figures in (*done.envelopes.items(), *done.bordereaux.items()):
        money.add_row(name, ", ".join(f"{what} {value}" for what, value in figures.items()))
    console.print(money)
    console.print("ledger verified, envelopes respected" if not done.faults else f"FAULTS: {done.faults}")


def _section(table: Table, title: str, counts: Mapping[str, int]) -> None:
    table.add_section()
    for what, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        if count:
            table.add_row(f"{title}: {what}", f"{count:,}".replace(",", " "))
