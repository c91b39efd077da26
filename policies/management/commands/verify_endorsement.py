"""`manage.py verify_endorsement FILE.pdf`: does this file say what was issued?

Exit status 0: intact; 1: something differs; 2: the file cannot be read as an endorsement.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError
from policies.documents.verification import Verification, verify_endorsement

INTACT, DIFFERENT, UNREADABLE = 0, 1, 2


class Command(BaseCommand):
    help = "Check that an endorsement's PDF says what was issued. Status 0: intact; 1: altered; 2: not an endorsement."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.pdf")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            found = verify_endorsement(options["file"].read_bytes())
        except OSError as error:
            self._leave(UNREADABLE, _("The file cannot be opened: %(why)s.") % {"why": error.strerror or error})
        except DomainError as error:
            self._leave(UNREADABLE, _("This is not a readable endorsement. %(why)s") % {"why": error.message})
        else:
            self._tell(found)

    def _tell(self, found: Verification) -> None:
        snapshot = found.snapshot
        if snapshot is not None:
            self.stdout.write(
                _("Endorsement %(number)s, version %(version)s, issued on %(day)s by %(insurer)s.")
                % {
                    "number": snapshot.number,
                    "version": snapshot.version,
                    "day": f"{snapshot.issued_on:%d/%m/%Y}",
                    "insurer": snapshot.insurer.name,
                }
            )
        self.stdout.write(_("Digest of the attached data: %(digest)s") % {"digest": found.embedded_digest})
        self.stdout.write(_("Digest printed on the page: %(digest)s") % {"digest": found.printed_digest})
        if snapshot is None or not found.digests_agree:
            self._leave(DIFFERENT, _("ALTERED: the attached data are not those whose digest is printed."))
        elif found.pages_agree is False:
            self._leave(DIFFERENT, _("ALTERED: the pages do not say what the attached data say."))
        elif found.pages_agree is None:
            text = _("INTACT: data and digest agree. Pages not compared: set by template version %(version)s.")
            self.stdout.write(self.style.SUCCESS(text % {"version": snapshot.template_version}))
        else:
            if not found.same_bytes:
                self.stdout.write(_("The text is the same; the bytes are not (signed, saved again, or other fonts)."))
            self.stdout.write(self.style.SUCCESS(_("INTACT: data, digest and pages agree.")))

    def _leave(self, status: int, message: str) -> None:
        self.stderr.write(self.style.ERROR(message))
        sys.exit(status)
