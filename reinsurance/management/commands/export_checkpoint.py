"""`manage.py export_checkpoint [--insurer CODE|state] [--sequence …]`: the newest checkpoints, as signed text.

Keep them where nobody who administers the database can reach them: `verify_ledger --checkpoint FILE` and the page of
seals hold them against the books later. `--public-key` prints the key that signs instead.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from capweb.accounts.actor import PlatformActor
from reinsurance.queries import seals


class Command(BaseCommand):
    help = "Prints the newest signed checkpoint of each sequence of the ledger."
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own declaration)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--insurer", help="only this insurer's (its code); `state` for the books without insurer")
        parser.add_argument("--sequence", choices=["journal", "records"], help="only this sequence")
        parser.add_argument("--public-key", action="store_true", help="print the public key instead")

    def handle(self, *_args: Any, **options: Any) -> None:
        rows = [row for row in seals.latest_checkpoints(_READER) if _is_asked(row, options)]
        if options["public_key"]:
            self.stdout.write(seals.public_key())
            for row in rows:
                self.stdout.write(seals.verifier_key(row.origin))
        elif not rows:
            raise CommandError("There is no such checkpoint yet; the night makes them.")
        else:
            self.stdout.write("\n".join(row.note for row in rows), ending="")


_READER = PlatformActor(name="export_checkpoint", role="operator")


def _is_asked(row: seals.CheckpointRow, options: dict[str, Any]) -> bool:
    return options["insurer"] in (None, row.insurer or "state") and options["sequence"] in (None, row.sequence)
