"""`law --on DATE`: the law in force on a day as a lawyer reads it; `--compare A B`: what differs between two days.

French unless `--language en`; `--json` for programs. The shipped law under its standard readings; no database. Exit
status 2 for a day that is none.
"""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any, Final

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from eligibility.domain import law_files
from eligibility.queries import law_compared, law_on, law_text

BAD_INPUT: Final = 2
WIDTH: Final = 100
NARROWEST: Final = 60


class Command(BaseCommand):
    help = "Show the law in force on a day, or what differs between two days."
    requires_system_checks: list[str] = []  # noqa: RUF012  Django's own attribute

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="a day, YYYY-MM-DD")
        parser.add_argument("--compare", nargs=2, metavar=("DATE", "DATE"), help="two days, YYYY-MM-DD")
        parser.add_argument("--all", action="store_true", help="with --compare: what stayed the same too")
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.add_argument("--language", choices=("fr", "en"), default="fr", help="language of the text")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002  Django's signature
        if bool(options["on"]) == bool(options["compare"]):
            raise CommandError("say --on DATE, or --compare DATE DATE", returncode=BAD_INPUT)
        book = law_files.shipped_law_book()
        with translation.override(options["language"]):
            if options["on"]:
                found = law_on.law_on(book, self._day(options["on"]))
                answer = self._json(law_on.to_document(found)) if options["json"] else law_text.of(found, _width())
            else:
                first, second = (self._day(text) for text in options["compare"])
                compared = law_compared.law_compared(book, first, second, everything=options["all"])
                answer = (
                    self._json(law_compared.to_document(compared))
                    if options["json"]
                    else law_text.of_two(compared, _width())
                )
        self.stdout.write(answer)

    def _day(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.stderr.write(f"{text} is no day of the calendar; write YYYY-MM-DD")
            sys.exit(BAD_INPUT)

    def _json(self, document: dict[str, Any]) -> str:
        return msgspec.json.format(msgspec.json.encode(document)).decode()


def _width() -> int:
    """As wide as the terminal, to a line that can be read; always the same in a file."""
    return max(NARROWEST, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)) if sys.stdout.isatty() else WIDTH
