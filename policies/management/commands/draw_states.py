"""`manage.py draw_states [--output FILE]`: the state diagrams of docs/states.md, drawn from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policies.queries.states_drawn import states_drawn


class Command(BaseCommand):
    help = "Draw the states and moves of requests, offers, guarantees and dossiers as mermaid diagrams."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to write them; printed unless given")

    def handle(self, *_args: Any, **options: Any) -> None:
        text = states_drawn()
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            options["output"].write_text(text, encoding="utf-8")
