"""What is done between the servers' start and the first page: tables, static files, sample portfolio.

Each step is a command of manage.py in a process of its own, because Django has no place in the supervisor.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from capweb.onebox import libraries, paths
from capweb.onebox.problems import ServerProblem
from capweb.onebox.servers import PrivateServers
from capweb.onebox.telling import Step, Teller

__all__ = ["Step", "prepare", "readiness_fault", "welcome"]

SAMPLE_SIZE = 2000
_ANSWER_SECONDS = 5.0
_TOLD_LINES = 12


def prepare(data: paths.DataFolder, *, servers: PrivateServers, environment: Mapping[str, str], teller: Teller) -> None:
    """Bring tables, static files and sample up to date. Raises ServerProblem if one of the commands fails."""
    if missing := libraries.missing_for_documents():
        teller.warn(missing.told)
    # Compressing the static files is the longest step of a first start and needs no database: it runs beside the rest.
    with _static_files(data, environment=environment) as wait_for_static_files:
        with teller.step("Tables"):
            _tables(data, servers=servers, environment=environment)
        if servers.cluster and has_command("seed_sample") and not servers.cluster.has_portfolio():
            # It shows its own progress.
            with teller.step("Sample portfolio", moving=False):
                manage(
                    "seed_sample", "--size", str(SAMPLE_SIZE), "--with-business", environment=environment, quiet=False
                )
        with teller.step("Static files"):
            wait_for_static_files()


def _tables(data: paths.DataFolder, *, servers: PrivateServers, environment: Mapping[str, str]) -> None:
    """Migrate, unless the private database is as the last migration of these very files left it."""
    noted = data.run / "migrated"

    def state() -> str:
        applied = servers.cluster.applied_migrations() if servers.cluster else ""
        return f"{migrations_fingerprint(paths.PROJECT_ROOT)} {applied}" if applied else ""

    if noted.is_file() and noted.read_text(encoding="ascii") == state():
        return
    manage("migrate", "--database", "owner", "--verbosity", "0", "--skip-checks", environment=environment)
    noted.write_text(state(), encoding="ascii")


@contextmanager
def _static_files(data: paths.DataFolder, *, environment: Mapping[str, str]) -> Iterator[Callable[[], None]]:
    """Collect the static files in the background if any may have changed; lends the call that waits for them."""
    collected = data.run / "static-collected"
    fingerprint = static_fingerprint(paths.PROJECT_ROOT)
    if collected.is_file() and collected.read_text(encoding="ascii") == fingerprint:
        yield lambda: None
        return
    command = ("collectstatic", "--noinput", "--clear", "--verbosity", "0")
    with _started(command, environment=environment, quiet=True) as running:

        def wait() -> None:
            _finish(running, command)
            collected.write_text(fingerprint, encoding="ascii")

        yield wait


def manage(*arguments: str, environment: Mapping[str, str], quiet: bool = True) -> str:
    """Run a command of manage.py; what it printed. Raises ServerProblem with that, if it fails."""
    with _started(arguments, environment=environment, quiet=quiet) as running:
        return _finish(running, arguments)


@contextmanager
def _started(
    arguments: Sequence[str], *, environment: Mapping[str, str], quiet: bool
) -> Iterator[subprocess.Popen[str]]:
    """A command of manage.py under way; it is ended if the block is left before it has finished."""
    # A group of its own: Ctrl-C reaches the supervisor alone, which ends the command by leaving this block.
    running = subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=paths.PROJECT_ROOT, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None, text=True,
        process_group=0,
    )  # fmt: skip
    with running:
        try:
            yield running
        finally:
            if running.poll() is None:
                running.terminate()


def _finish(running: subprocess.Popen[str], arguments: Sequence[str]) -> str:
    output, _ = running.communicate()
    if running.returncode != 0:
        end = "\n".join((output or "").splitlines()[-_TOLD_LINES:])
        raise ServerProblem(f"manage.py {' '.join(arguments)} failed with status {running.returncode}:\n{end}")
    return output or ""


def has_command(name: str) -> bool:
    """True if one of the apps brings this command."""
    return any(paths.PROJECT_ROOT.glob(f"*/management/commands/{name}.py"))


def static_fingerprint(root: Path) -> str:
    """Changes when a static file, the settings or a package that brings static files may have changed."""
    names = ("requirements.txt", "package-lock.json", "capweb/settings.py", "capweb/http/npm_files.py")
    return _fingerprint(root, (*(root / "capweb" / "static").rglob("*"), *(root / name for name in names)))


def migrations_fingerprint(root: Path) -> str:
    """Changes when a migration of ours or a package that brings migrations may have changed."""
    ours = ("*/migrations/*.py", "*/*/migrations/*.py", "*/sql/*.sql", "*/*/sql/*.sql")
    found = (
        file for pattern in ours for file in root.glob(pattern) if not file.relative_to(root).parts[0].startswith(".")
    )
    return _fingerprint(root, (*found, root / "requirements.txt"))


def _fingerprint(root: Path, files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in sorted(file for file in files if file.is_file()):
        state = file.stat()
        found.update(f"{file.relative_to(root)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return found.hexdigest()


def readiness_fault(address: str) -> str | None:
    """What /readyz says is missing, in words; None when it answers 200."""
    try:
        with urllib.request.urlopen(f"{address}readyz", timeout=_ANSWER_SECONDS):  # noqa: S310 - our own http address
            return None
    except urllib.error.HTTPError as answer:
        try:
            faults = json.loads(answer.read())["faults"]
            return "; ".join(f"{name}: {fault}" for name, fault in faults.items())
        except (ValueError, KeyError, AttributeError):
            return f"the web server answers {answer.code}"
    except OSError:
        return "the web server does not answer yet"


def welcome(address: str, *, servers: PrivateServers, teller: Teller) -> None:
    """Print where everything is and who may sign in."""
    teller.note("")
    teller.note(f"Screens    {address}")
    teller.note(f"API        {address}api/v1/docs")
    teller.note(f"Data       {servers.data.root}  (logs in {servers.data.logs})")
    if servers.cluster and not servers.cluster.place.is_relative_to(servers.data.root):
        teller.note(f"Database   {servers.cluster.place}  (its account cannot reach the data folder)")
    if has_command("sign_ins"):
        teller.note("Sign-ins")
        for line in manage("sign_ins", environment=os.environ).splitlines():
            teller.note(f"  {line}")
    teller.note("")
    teller.note("Ctrl-C stops everything.")
