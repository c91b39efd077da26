"""Compiles the translations of capweb/locale without needing gettext on the machine; part of the installation.

`--check` compiles nothing and exits 1 if a sentence has no translation, or one that a person still has to confirm.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compile nothing, exit 1 on missing translations")

    def handle(self, *_args: Any, **options: Any) -> None:
        catalogues = sorted(
            file for folder in settings.LOCALE_PATHS for file in Path(folder).glob("*/LC_MESSAGES/*.po")
        )
        gaps = [gap for file in catalogues for gap in untranslated(file)]
        if options["check"]:
            if gaps:
                raise CommandError("without translation:\n" + "\n".join(f"  {gap}" for gap in gaps))
            return
        for file in catalogues:
            polib.pofile(str(file)).save_as_mofile(str(file.with_suffix(".mo")))
            self.stdout.write(f"compiled {file.relative_to(settings.BASE_DIR)}")


def untranslated(catalogue: Path) -> list[str]:
    """The sentences of a catalogue that have no confirmed translation."""
    read = polib.pofile(str(catalogue))
    return [entry.msgid for entry in (*read.untranslated_entries(), *read.fuzzy_entries()) if not entry.obsolete]
