"""`manage.py verify_letter FILE.pdf`: does this letter say what was written?

Exit status 0: intact; 1: something differs; 2: the file cannot be read as a letter.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError
from policies.documents.letter_pdf import LetterVerified, verify_letter
from policies.domain.letters import digest

INTACT, DIFFERENT, UNREADABLE = 0, 1, 2


class Command(BaseCommand):
    help = "Check that a letter's PDF says what was written. Status 0: intact; 1: altered; 2: not a letter."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.pdf")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            found = verify_letter(options["file"].read_bytes())
        except OSError as error:
            self._leave(UNREADABLE, _("The file cannot be opened: %(why)s.") % {"why": error.strerror or error})
        except DomainError as error:
            self._leave(UNREADABLE, _("This is not a readable letter. %(why)s") % {"why": error.message})
        else:
            self._tell(found)

    def _tell(self, found: LetterVerified) -> None:
        said = found.snapshot
        self.stdout.write(
            _("Letter %(number)s of %(day)s by %(insurer)s about %(buyer)s.")
            % {
                "number": said.number,
                "day": f"{said.issued_on:%d/%m/%Y}",
                "insurer": said.insurer.name,
                "buyer": said.buyer.name,
            }
        )
        self.stdout.write(_("Digest of the attached data: %(digest)s") % {"digest": digest(said)})
        if not found.is_printed:
            self._leave(DIFFERENT, _("ALTERED: the attached data are not those whose digest is printed."))
        if not found.is_same:
            self._leave(DIFFERENT, _("ALTERED: the file is not, byte for byte, what its data make here."))
        self.stdout.write(self.style.SUCCESS(_("INTACT: data, digest and pages agree.")))

    def _leave(self, status: int, message: str) -> None:
        self.stderr.write(self.style.ERROR(message))
        sys.exit(status)
