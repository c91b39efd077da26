"""Everything on one machine: `onebox run | servers | stop | status`. See capweb/onebox."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand

from capweb.onebox import cli


class Command(BaseCommand):
    """Listed here for `manage.py help`; manage.py itself goes to capweb.onebox.cli without loading Django."""

    help = __doc__
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(cli.main(argv[2:]))
