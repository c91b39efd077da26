#!/usr/bin/env python3
"""Django's commands; one that needs the database finds it running, whatever ran before, and leaves things so."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

# What is answered from files alone. Any other command is lent the private servers (none, if DATABASE_URL is set).
WITHOUT_SERVERS = frozenset(
    {
        "help", "version", "check", "diffsettings", "startapp", "startproject",
        "simulate", "law", "database_roles", "spectacular", "collectstatic", "findstatic",
        "makemessages", "compilemessages", "compile_translations", "draw_icons",
    }
)  # fmt: skip
# What creates or empties tables by itself: a new database is not migrated for these.
ON_ANY_DATABASE = frozenset({"migrate", "makemigrations", "showmigrations", "sqlmigrate", "dbshell", "flush", "test"})


def needs_servers(arguments: Sequence[str]) -> bool:
    """True if this command line needs the database."""
    if not arguments or {"--help", "-h", "--version"} & set(arguments):
        return False
    if arguments[0] == "makemigrations":
        # With --check it compares models with files, and only warns when it cannot ask the database too.
        return "--check" not in arguments
    return arguments[0] not in WITHOUT_SERVERS


def main(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
    if arguments[:1] == ["onebox"]:
        # Not by way of Django: the process that watches over the others for days should be a small one.
        from capweb.onebox.cli import main as onebox

        return onebox(arguments[1:])
    if not needs_servers(arguments):
        return run(arguments)

    from capweb.onebox.problems import ServerProblem
    from capweb.onebox.servers import private_servers

    # A polite kill ends the command as Ctrl-C does, so that what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with private_servers() as servers:
            if servers.cluster and arguments[0] not in ON_ANY_DATABASE and not servers.cluster.has_tables():
                print("The database of this data folder is new: creating its tables.", file=sys.stderr)
                run(["migrate", "--database", "owner", "--verbosity", "0"])
            return run(arguments)
    except ServerProblem as problem:
        print(problem.message, file=sys.stderr)
        return 1


def run(arguments: Sequence[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *arguments])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
