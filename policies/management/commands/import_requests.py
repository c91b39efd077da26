"""`manage.py import_requests FILE --insurer CODE [--as ORGANISATION]`: hand in a bulk file and decide it at once."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.models import Organisation
from capweb.kernel.errors import DomainError
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.submit_limit_requests import submit_file
from policies.queries import submissions


class Command(BaseCommand):
    help = "Hand in a file of limit requests (CSV, XLSX, JSON, NDJSON) and decide every row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--insurer", required=True, help="code of the insurer, such as euler-hermes")
        parser.add_argument(
            "--as", dest="organisation", help="code of the broker that hands it in (default: the insurer)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        actor = _actor(options["insurer"], options["organisation"] or options["insurer"])
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        day = clock.business_day()
        try:
            receipt = submit_file(actor, content, file_name=options["file"].name, media_type=None, on=day)
        except DomainError as error:
            raise CommandError(error.message) from error
        console = Console(stderr=False)
        again = " (handed in before: nothing is done twice)" if receipt.is_repeat else ""
        console.print(f"{receipt.public_id}: {receipt.row_count} rows, {receipt.bad_rows} cannot be taken{again}")
        _decide(actor, receipt.public_id, receipt.row_count - receipt.bad_rows, console)
        with acting(actor):
            state = submissions.progress_of(actor, receipt.public_id)
            bad = submissions.rows_of(actor, receipt.public_id, outcome="failed", limit=10)
        table = Table("outcome", "rows")
        for outcome, count in sorted(state.outcomes.items()):
            table.add_row(outcome, str(count))
        console.print(table)
        for row in bad:
            for wrong in row.errors or []:
                console.print(f"line {row.line}, {wrong['field']}: {wrong['message']}", markup=False)


def _actor(insurer: str, organisation: str) -> Actor:
    by_code = {row.code: row for row in Organisation.objects.filter(code__in=[insurer, organisation])}
    if by_code.keys() != {insurer, organisation} or by_code[insurer].kind != "insurer":
        known = ", ".join(Organisation.objects.filter(kind="insurer").values_list("code", flat=True))
        raise CommandError(f"Insurer or organisation unknown. Insurers: {known}.")
    own = by_code[organisation]
    return Actor(
        name="import_requests",
        role="system",
        insurer_id=by_code[insurer].pk,
        insurer_code=insurer,
        organisation_id=own.pk,
        organisation_kind=own.kind,
    )


def _decide(actor: Actor, submission: str, rows: int, console: Console) -> None:
    columns = (TextColumn("deciding"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("deciding", total=rows)
        decide_submission(
            actor,
            submission,
            on=clock.business_day(),
            holder=uuid.uuid4().hex,
            progress=lambda count: bar.advance(task, count),
        )
