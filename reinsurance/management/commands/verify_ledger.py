"""`manage.py verify_ledger [--json]`: recompute the ledger from its transfers; exit status 1 on any difference."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reinsurance.queries.verification import Verification, verify_ledger


class Command(BaseCommand):
    help = "Recomputes balances and ceilings from the transfers; exit status 1 on any difference."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own declaration)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = verify_ledger()
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
