"""Writes docs/event-types.md from the registry of events; `--check` says whether it would change anything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from capweb.audit.event_types import as_markdown


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if it is not up to date")

    def handle(self, *_args: Any, **options: Any) -> None:
        target = settings.BASE_DIR / "docs" / "event-types.md"
        written = as_markdown()
        if options["check"]:
            if not target.is_file() or target.read_text(encoding="utf-8") != written:
                raise CommandError("docs/event-types.md is not up to date; run manage.py event_types")
            return
        target.write_text(written, encoding="utf-8")
        self.stdout.write("docs/event-types.md")
