"""Prints the SQL that makes the three database roles and the database, for an administrator to run once with psql.

psql reads the passwords from the environment (CAPWEB_OWNER_PASSWORD, CAPWEB_APP_PASSWORD, CAPWEB_PLATFORM_PASSWORD), so
the SQL itself holds no secret. The private cluster of one machine and the containers are made by the very same file.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from capweb.onebox import roles


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        for name, default in asdict(roles.RoleNames()).items():
            parser.add_argument(f"--{name}", default=default, help=f"another name than {default}")

    def handle(self, *_args: Any, **options: Any) -> None:
        names = roles.RoleNames(**{name: options[name] for name in asdict(roles.RoleNames())})
        self.stdout.write(roles.script(names), ending="")
