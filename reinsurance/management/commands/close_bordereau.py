"""`manage.py close_bordereau`: close a period for a treaty or for all, write the files, or verify what is closed.

    close_bordereau --all --period 2020-Q2 --output FOLDER
    close_bordereau --treaty trt_… --period 2020-Q2
    close_bordereau --verify

Exit status 1 when a verified bordereau is not what the ledger gives, or a period is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.queries import memberships
from capweb.kernel.errors import DomainError
from capweb.kernel.periods import Term
from reinsurance.commands.close_bordereau import ClosedBordereau, close_bordereaux
from reinsurance.commands.verify_bordereaux import verify_accounts, verify_bordereaux
from reinsurance.documents.bordereau_set import save_bordereau
from reinsurance.domain.closing import period_name, period_named
from reinsurance.queries import bordereaux, treaties

_COLUMNS: Final = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


class Command(BaseCommand):
    help = "Close the bordereaux and the technical account of a period, or verify every closed one."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own declaration)

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--treaty", metavar="ID")
        which.add_argument("--all", action="store_true", help="every treaty of every insurer")
        which.add_argument("--verify", action="store_true", help="compute every closed bordereau again")
        parser.add_argument("--period", metavar="NAME", help="2020-Q2, 2020-06")
        parser.add_argument("--output", type=Path, metavar="FOLDER", help="write JSON, CSV and XLSX of each there")

    def handle(self, *_args: Any, **options: Any) -> None:
        console = Console()
        desks = [memberships.system_actor(house, name="close_bordereau") for house in memberships.insurers()]
        if options["verify"]:
            self._verify(desks, console)
            return
        if options["period"] is None:
            raise CommandError("say which period: --period 2020-Q2")
        try:
            self._close(desks, period_named(options["period"]), options, console)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _close(self, desks: list[Actor], period: Term, options: dict[str, Any], console: Console) -> None:
        on = clock.business_day()
        is_known = False
        for desk in desks:
            wanted = _wanted(desk, options["treaty"], period)
            is_known = is_known or bool(wanted)
            for treaty in wanted:
                with _bar(console) as bar:
                    heard = _heard(bar, f"{desk.insurer_code} {treaty}")
                    closed = close_bordereaux(desk, [treaty], period=period, on=on, progress=heard)
                self._tell(closed)
                if options["output"] is not None:
                    _write(desk, closed, options["output"])
        if not is_known:
            raise CommandError(f"no treaty {options['treaty'] or ''} that {period_name(period)} concerns")

    def _tell(self, closed: Iterable[ClosedBordereau]) -> None:
        for one in closed:
            state = "stands" if one.is_repeat else "closed"
            name = period_name(one.period)
            self.stdout.write(f"{name} {one.kind:<11} {state} {one.public_id} {one.line_count:>8} lines {one.sha256}")

    def _verify(self, desks: list[Actor], console: Console) -> None:
        count = wrong = 0
        with _bar(console) as bar:
            for desk in desks:
                for found in verify_bordereaux(desk, progress=_heard(bar, desk.insurer_code)):
                    count += 1
                    wrong += bool(found.differences)
                    for difference in found.differences:
                        self.stdout.write(f"{found.public_id} {found.kind}, {period_name(found.period)}: {difference}")
        accounts = [account for desk in desks for account in verify_accounts(desk)]
        for account in accounts:
            wrong += bool(account.differences)
            for difference in account.differences:
                self.stdout.write(f"{account.public_id} account, {period_name(account.period)}: {difference}")
        told = f"{count} bordereaux and {len(accounts)} accounts computed again"
        if wrong:
            raise CommandError(f"{told}: {wrong} are NOT what the ledger gives")
        self.stdout.write(f"{told}: all the same.")


def _wanted(desk: Actor, treaty: str | None, period: Term) -> list[str]:
    """The treaty if it is this insurer's, or all that were open before the period ended."""
    with acting(desk):
        rows = treaties.treaties(desk, on=period.first)
    if treaty is not None:
        return [row.public_id for row in rows if row.public_id == treaty]
    return [row.public_id for row in rows if row.opened_on < period.end]


def _write(desk: Actor, closed: Iterable[ClosedBordereau], folder: Path) -> None:
    for one in closed:
        with acting(desk):
            found = bordereaux.bordereau(desk, one.public_id)
        stem = folder / f"{desk.insurer_code}-{found.treaty_kind}-{found.market}-{period_name(one.period)}-{one.kind}"
        save_bordereau(stem, found.written, one.public_id, partial(bordereaux.in_pieces, desk, found))


def _bar(console: Console) -> AbstractContextManager[Progress]:
    return Progress(*_COLUMNS, console=console, disable=not console.is_terminal, transient=True)


def _heard(bar: Progress, title: str) -> Callable[[int], None]:
    task = bar.add_task(title, total=None)
    return lambda lines: bar.advance(task, lines)
