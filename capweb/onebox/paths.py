"""Where does everything of one machine lie: the data folder, its parts, and the place of the PostgreSQL cluster?

`CAPWEB_DATA` chooses the data folder, `.data` under the project otherwise. PostgreSQL refuses to run as root, so a
cluster started by root belongs to another account, and lies elsewhere when that account cannot reach the data folder.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capweb.onebox.problems import ServerProblem

PROJECT_ROOT = Path(__file__).resolve().parent.parent.parent

# A socket's path is at most 107 bytes on Linux and 103 on macOS; PostgreSQL appends "/.s.PGSQL.5432" and a lock's name.
_LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True)
class Account:
    """The account that a server is started under; `None` as uid means the caller's own."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def popen_arguments(self) -> dict[str, Any]:
        """The keyword arguments of subprocess that drop to this account, and nothing for the caller's own."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """True if the account can reach an existing folder; asked of the system itself, so ACLs count."""
        if self.uid is None:
            return os.access(folder, os.X_OK)
        asked = subprocess.run(
            ["/usr/bin/env", "test", "-x", str(folder)], check=False, cwd="/", **self.popen_arguments()
        )
        return bool(asked.returncode == 0)


@dataclass(frozen=True)
class DataFolder:
    """The data folder and the names of what lies in it. Making one creates nothing on disk."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Locks and process numbers: nothing that is missed when it is deleted while nothing runs."""
        return self.root / "run"

    @property
    def broker(self) -> Path:
        return self.root / "broker"

    @property
    def cluster_place_record(self) -> Path:
        """Where the cluster was put once, so that a later change of permissions never makes the data seem lost."""
        return self.root / "postgresql.place"

    def prepare(self) -> None:
        """Create the folder and its private parts; what is there stays as it is."""
        # Another account must be able to pass through (not to list), so that PostgreSQL reaches its own part.
        self.root.mkdir(parents=True, exist_ok=True, mode=0o711)
        for part in (self.logs, self.run, self.broker):
            part.mkdir(exist_ok=True, mode=0o700)

    def socket_folder(self, beside: Path, *, kind: str) -> Path:
        """A folder for Unix sockets: `beside/socket`, or a short one under /tmp where that path is too long or odd."""
        near = beside / "socket"
        plain = str(near).isascii() and not set(str(near)) & set(" %?#@:")
        if plain and len(os.fsencode(near)) <= _LONGEST_SOCKET_FOLDER:
            return near
        return Path("/tmp") / f"capweb-{kind}-{short_name(self.root)}"  # noqa: S108 - made 0700 and its owner checked


def data_folder(given: str | os.PathLike[str] | None = None) -> DataFolder:
    """The data folder that is given, else that of CAPWEB_DATA, else `.data` under the project root."""
    chosen = given or os.environ.get("CAPWEB_DATA") or PROJECT_ROOT / ".data"
    return DataFolder(Path(chosen).expanduser().resolve())


def short_name(path: Path) -> str:
    """Ten characters that stand for a folder wherever its full path does not fit."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def server_account() -> Account:
    """The account for PostgreSQL: the caller's own, or for root `postgres` if it exists, else `nobody`.

    It must be a named account because initdb refuses a number without a name. Raises ServerProblem if there is none.
    """
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerProblem(
        "PostgreSQL refuses to run as root, and this machine has neither an account `postgres` nor `nobody`. "
        "Add one (useradd --system postgres), run as another user, or set DATABASE_URL to a server."
    )


def cluster_place(data: DataFolder, account: Account) -> Path:
    """The folder that holds the PostgreSQL cluster of this data folder; chosen once, then read from the record."""
    if data.cluster_place_record.is_file():
        return Path(data.cluster_place_record.read_text(encoding="utf-8").strip())
    if account.uid is None or account.may_enter(nearest_existing(data.root)):
        return data.root / "postgresql"
    for parent in (Path("/var/lib"), Path(tempfile.gettempdir())):
        if os.access(parent, os.W_OK) and account.may_enter(parent):
            return parent / f"capweb-{short_name(data.root)}"
    raise ServerProblem(
        f"The account {account.name}, under which PostgreSQL runs, can enter neither {data.root} nor /var/lib. "
        "Set CAPWEB_DATA to a folder that it can reach."
    )


def nearest_existing(folder: Path) -> Path:
    """The folder itself, or the first of its parents that exists."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())


def make_owned(folder: Path, account: Account, *, mode: int = 0o700) -> None:
    """Create a folder that belongs to the account. Raises ServerProblem if a stranger's folder stands there."""
    folder.mkdir(parents=True, exist_ok=True, mode=mode)
    found = folder.lstat()
    owners = {os.geteuid(), account.uid if account.uid is not None else os.geteuid()}
    if folder.is_symlink() or found.st_uid not in owners:
        raise ServerProblem(f"{folder} belongs to somebody else; remove it or choose another CAPWEB_DATA.")
    if account.uid is not None and account.gid is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(mode)
