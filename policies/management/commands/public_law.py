"""`manage.py public_law --insurer CODE [--output FILE]`: the law that tools/check_bordereau.py reads, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from capweb.accounts.acting import acting
from capweb.accounts.queries import memberships
from policies.queries.public_law import public_law


class Command(BaseCommand):
    help = "The public law and the tariffs of one insurer, as JSON: what a bordereau is checked against."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--insurer", required=True, metavar="CODE")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it; printed unless given")

    def handle(self, *_args: Any, **options: Any) -> None:
        house = next((one for one in memberships.insurers() if one.code == options["insurer"]), None)
        if house is None:
            raise CommandError(f"there is no insurer {options['insurer']}")
        actor = memberships.system_actor(house, name="public_law")
        with acting(actor):
            law = public_law(actor)
        text = json.dumps(law, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            options["output"].write_text(text, encoding="utf-8")
