"""`law --on DATE`: prints the law in force on a day, with every value's proof; --json for programs. No database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any, TextIO, cast

import msgspec
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Column, Table

from eligibility.domain import law_files
from eligibility.queries.law_on import LawOnDay, law_on

BAD_INPUT = 2


class Command(BaseCommand):
    help = "Show the law in force on a day."
    requires_system_checks: list[str] = []  # noqa: RUF012  Django's own attribute

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", required=True, metavar="DATE", help="a day, YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ARG002  Django's signature
        try:
            day = date.fromisoformat(options["on"])
        except ValueError:
            self.stderr.write(f"{options['on']} is no day of the calendar; write YYYY-MM-DD")
            sys.exit(BAD_INPUT)
        found = law_on(law_files.shipped_law_book(), day)
        if options["json"]:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode())
        else:
            self._print(found)

    def _print(self, found: LawOnDay) -> None:
        console = Console(file=cast("TextIO", self.stdout), width=None if sys.stdout.isatty() else 160)
        console.print(f"Law in force on {found.day} ({found.fingerprint})", highlight=False)
        # A path is never shortened: it is what people search for.
        widest = max((len(one.path) for one in found.parameters), default=0)
        path = Column("parameter", no_wrap=True, min_width=widest)
        values = Table(path, "value", "since", "reference", "rival readings", title="Parameters", highlight=False)
        for one in found.parameters:
            rivals = "\n".join(f"{one.question}: {rival.name} = {rival.value}" for rival in one.rivals)
            values.add_row(one.path, f"{one.value} {one.unit}", str(one.since), one.reference_text, rivals)
        console.print(values)
        rules = Table("rule", "title", "products", "since", "reference", title="Rules", highlight=False)
        for rule in found.rules:
            rules.add_row(rule.code, rule.title_fr, ", ".join(rule.products), str(rule.since), rule.reference_text)
        console.print(rules)
        tariffs = Table("product", "quarterly rate", "insurer", "category", "zone", title="Tariffs", highlight=False)
        for row in found.tariffs:
            tariffs.add_row(row.product, row.quarterly_rate, row.insurer, row.category, row.zone)
        console.print(tariffs)
        told = ", ".join(f"{status} {len(countries)}" for status, countries in found.countries.items())
        console.print(f"Countries: {told}", highlight=False)
