"""Which processes make up the product on one machine, and with which options?

Sized for a small machine: one web process with some threads (the work is mostly waiting for PostgreSQL), one worker for
decisions, one for documents with its own queue so that a pile of PDFs never delays a decision, and the clock (beat).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from capweb.onebox import paths
from capweb.onebox.children import Part
from capweb.onebox.problems import ServerProblem

DEFAULT_PORT = 8000
_CELERY = (sys.executable, "-m", "celery", "--app", "capweb.celery")
# A worker process is replaced after so many tasks, so that what a task leaves in memory does not pile up.
_TASKS_PER_PROCESS = "500"


def port(environment: Mapping[str, str] | None = None) -> int:
    """The port of the web server, from PORT. Raises ServerProblem if that is not a port."""
    given = (os.environ if environment is None else environment).get("PORT") or str(DEFAULT_PORT)
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 65535:
        raise ServerProblem(f"PORT is {given!r}, which is no port: give a number from 1 to 65535, as in PORT=8001.")
    return int(given)


def parts(*, web_port: int, run_folder: Path) -> list[Part]:
    """The processes in the order in which they are started; they are stopped together."""
    return [
        Part("web", _web(web_port), stop_seconds=10.0),
        # Ended workers finish the chunk they are on; a chunk that takes longer is taken up again by its lease.
        Part("worker", _worker("worker", queues="default,decisions", processes=2), stop_seconds=20.0),
        Part("documents", _worker("documents", queues="documents", processes=1), stop_seconds=20.0),
        Part("beat", _beat(run_folder), stop_seconds=5.0),
    ]


def _web(web_port: int) -> tuple[str, ...]:
    return (
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(web_port),
        "--workers", "1", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers", "--access-log",
        "capweb.wsgi:application",
    )  # fmt: skip


def _worker(name: str, *, queues: str, processes: int) -> tuple[str, ...]:
    return (
        *_CELERY, "worker", "--hostname", f"{name}@%h", "--queues", queues, "--concurrency", str(processes),
        "--max-tasks-per-child", _TASKS_PER_PROCESS, "--without-gossip", "--without-mingle", "--loglevel", "INFO",
    )  # fmt: skip


def _beat(run_folder: Path) -> tuple[str, ...]:
    return (*_CELERY, "beat", "--schedule", str(run_folder / "beat-schedule"), "--pidfile", "", "--loglevel", "INFO")


def environment(data: paths.DataFolder, *, web_port: int) -> dict[str, str]:
    """What the children find in their environment: the caller's, and what must not depend on the caller."""
    found = dict(os.environ)
    found.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
    found.setdefault("LC_ALL", "C.UTF-8")
    # Each thread's own heap keeps memory that is never given back; two are enough here.
    found.setdefault("MALLOC_ARENA_MAX", "2")
    found.update(CAPWEB_DATA=str(data.root), PORT=str(web_port), PYTHONUNBUFFERED="1")
    return found
