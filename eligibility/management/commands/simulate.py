"""`simulate FILE|-`: judges the cases of a file and prints the decisions as JSON; stores nothing, needs no database.

With --check compares each case with its `expect` and shows a table. Exit status: 0, 1 when a decision differs from what
is expected, 2 when the input cannot be taken.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from capweb.kernel.errors import FieldErrors
from eligibility.domain import law_files
from eligibility.domain.law import LawBook
from eligibility.queries import simulation
from eligibility.queries.simulation import Document

DIFFERENT = 1
BAD_INPUT = 2
LARGEST_FILE_BYTES = 64 * 1024 * 1024


class Command(BaseCommand):
    help = "Judge the facts of a YAML or JSON file (- for standard input); nothing is stored."
    requires_system_checks: list[str] = []  # noqa: RUF012  Django's own attribute

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file of cases, or - for standard input")
        parser.add_argument(
            "--check", action="store_true", help="compare with each case's `expect`; exit 1 on a difference"
        )
        parser.add_argument(
            "--illustrative", action="store_true", help="use illustrative tariffs where none is sourced"
        )
        parser.add_argument("--language", choices=("fr", "en"), default="fr", help="language of titles and sentences")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002  Django's signature
        try:
            document = simulation.read(_text(options["file"]))
            book = _book(illustrative=options["illustrative"])
            answers = simulation.answers_of(document.cases, book=book, language=options["language"])
        except FieldErrors as wrong:
            for error in wrong.errors:
                self.stderr.write(f"{options['file']}: {error}")
            sys.exit(BAD_INPUT)
        if options["check"]:
            sys.exit(DIFFERENT if self._compare(document, answers) else 0)
        shown = answers if document.is_list else answers[0]
        self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))

    def _compare(self, document: Document, answers: list[dict[str, Any]]) -> int:
        """Prints the table; the number of cases that differ."""
        table = Table("case", "outcome", "granted", "expected", highlight=False)
        wrong = 0
        for case, found in zip(document.cases, answers, strict=True):
            differences = simulation.differences(found, case.expect or {})
            wrong += bool(differences)
            told = "\n".join(f"{d.key}: {d.expected}, found {d.found}" for d in differences)
            verdict = (
                f"[red]{told}[/red]" if differences else ("[green]as expected[/green]" if case.expect else "nothing")
            )
            table.add_row(case.name, found["outcome"], found["granted"] or "–", verdict)
        console = Console(file=cast("TextIO", self.stdout), width=None if sys.stdout.isatty() else 160)
        console.print(table)
        console.print(f"{len(answers)} cases, {wrong} different", highlight=False)
        return wrong


def _book(*, illustrative: bool) -> LawBook:
    book = law_files.shipped_law_book()
    return book.with_tables(tariffs=law_files.illustrative_tables().tariffs) if illustrative else book


def _text(name: str) -> str:
    """The text of a file or of standard input. Raises FieldErrors when it cannot be read as UTF-8 text."""
    try:
        raw = sys.stdin.buffer.read(LARGEST_FILE_BYTES + 1) if name == "-" else _bytes(Path(name))
    except OSError as failed:
        raise simulation.cannot_read(f"the file cannot be read: {failed.strerror}") from failed
    if len(raw) > LARGEST_FILE_BYTES:
        raise simulation.cannot_read(f"more than {LARGEST_FILE_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as failed:
        raise simulation.cannot_read(f"this is not UTF-8 text: {failed.reason} at byte {failed.start}") from failed


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE_BYTES + 1)
