"""`manage.py verify_ledger [--json] [--checkpoint FILE]…`: recompute the ledger and its seals."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from reinsurance.queries.verification import Verification, verify_ledger


class Command(BaseCommand):
    help = "Recomputes balances, ceilings and seals from the transfers; exit status 1 on any difference."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own declaration)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint that was kept elsewhere: what stands here must begin with it; may be repeated",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        kept = [_read(file) for file in options["checkpoint"]]
        console = Console(stderr=True)
        with console.status("") as status:
            found = verify_ledger(kept_checkpoints=kept, progress=lambda name: status.update(f"{name} …"))
        if options["json"]:
            self.stdout.write(json.dumps({"agrees": found.agrees, **asdict(found)}, ensure_ascii=False, indent=2))
        else:
            self._tell(found)
        if not found.agrees:
            sys.exit(1)

    def _tell(self, found: Verification) -> None:
        for check in found.checks:
            told = "agrees" if not check.differences else f"{len(check.differences)} differences"
            self.stdout.write(f"{check.name:<26} {check.compared:>10} compared   {told}")
            for difference in check.differences:
                self.stdout.write(f"    {difference}")
        self.stdout.write("The ledger agrees." if found.agrees else "The ledger does NOT agree.")


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
