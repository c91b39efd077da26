"""Where are the database and the broker? The answer for settings, without starting or importing anything heavy.

The environment wins (DATABASE_URL and its two companions, CELERY_BROKER_URL); without it the addresses are those of the
private servers of the data folder, which `servers` starts. Both are known before the servers run.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from capweb.onebox import paths, roles
from capweb.onebox.broker import Broker
from capweb.onebox.postgres import Cluster
from capweb.onebox.problems import ServerProblem


@dataclass(frozen=True)
class DatabaseUrls:
    """One address for each database role, in the form that django-environ reads."""

    app: str
    owner: str
    platform: str


def data_folder() -> Path:
    """The data folder's path (CAPWEB_DATA, else `.data` under the project)."""
    return paths.data_folder().root


def has_private_database() -> bool:
    """True if no address is given, so that the database is the private cluster of the data folder."""
    return not os.environ.get("DATABASE_URL")


def has_private_broker() -> bool:
    """True if no address is given, so that the broker is the private one of the data folder."""
    return not os.environ.get("CELERY_BROKER_URL")


def database_urls() -> DatabaseUrls:
    """The three addresses. Raises ServerProblem if the environment gives the first without the other two."""
    if has_private_database():
        return _private_urls(Cluster(paths.data_folder()))
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PLATFORM_URL")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise ServerProblem(
            f"DATABASE_URL is set but {' and '.join(missing)} is not. The three roles have an address each: the "
            "application, the tables' owner, the platform. `manage.py database_roles` prints the SQL that makes them."
        )
    app, owner, platform = (os.environ[name] for name in names)
    return DatabaseUrls(app=app, owner=owner, platform=platform)


def _private_urls(cluster: Cluster) -> DatabaseUrls:
    names = roles.RoleNames()
    app, owner, platform = (
        f"postgresql://{role}@/{cluster.socket_folder}/{names.database}"
        for role in (names.app, names.owner, names.platform)
    )
    return DatabaseUrls(app=app, owner=owner, platform=platform)


def broker_url() -> str:
    """The broker's address as Celery reads it."""
    return os.environ.get("CELERY_BROKER_URL") or f"redis+socket://{Broker(paths.data_folder()).socket}"


def cache_url() -> str:
    """The cache's address as the Redis client reads it: the broker's server, another of its numbered databases.

    Another, because clearing a cache empties its whole database, and the messages must not go with it.
    """
    if given := os.environ.get("CAPWEB_CACHE_URL"):
        return given
    if has_private_broker():
        return f"unix://{Broker(paths.data_folder()).socket}?db=1"
    parts = urlsplit(os.environ["CELERY_BROKER_URL"])
    number = parts.path.strip("/")
    return urlunsplit(parts._replace(path=f"/{int(number or 0) + 1}" if number.isdigit() or not number else parts.path))


def secret_key() -> str:
    """The secret of this data folder, drawn once and kept in a file that only its owner can read."""
    return _drawn_once("secret-key", secrets.token_urlsafe(48))


def seal_key() -> str:
    """The private key that signs checkpoints of the ledger, 32 bytes in base64, kept the same way."""
    return _drawn_once("seal-key", b64encode(secrets.token_bytes(32)).decode("ascii"))


def _drawn_once(name: str, drawn: str) -> str:
    """What stands in the data folder's file, which is made with what was drawn when there is none."""
    file = paths.data_folder().root / name
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f"{name}-")
        with os.fdopen(descriptor, "w", encoding="ascii") as new:
            new.write(drawn)
        # A link appears whole or not at all, and only the first of several processes makes it.
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        os.unlink(draft)
    return file.read_text(encoding="ascii").strip()
