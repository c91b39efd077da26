"""`manage.py onebox run | servers | stop | status`: everything that a person may ask of one machine.

Reached without loading Django, so that the process that watches over the others stays small.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence

from capweb.onebox import addresses, paths, plan, processes, record
from capweb.onebox.problems import ServerProblem
from capweb.onebox.servers import PrivateServers

_STOP_SECONDS = 90.0


def main(arguments: Sequence[str]) -> int:
    """Run one of the sub-commands; its exit status. A problem is told on standard error, with status 1."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.does(chosen))
    except ServerProblem as problem:
        print(problem.message, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py onebox", description="Everything on one machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("run", help="start everything and watch over it until Ctrl-C").set_defaults(does=_run)
    servers = commands.add_parser("servers", help="start the private database and broker alone, until Ctrl-C")
    servers.add_argument("--detach", action="store_true", help="leave them running; `onebox stop` stops them")
    servers.set_defaults(does=_servers)
    requisites = commands.add_parser("requisites", help="install what this machine lacks where possible, or say so")
    for name, what in (
        ("documents", "the libraries that lay out PDFs"),
        ("database", "a PostgreSQL server"),
        ("screens", "npm, for the pages' component kit"),
        ("browser", "a browser, for the browser tests"),
    ):
        requisites.add_argument(f"--{name}", action="store_true", help=what)
    requisites.set_defaults(does=_requisites)
    commands.add_parser("stop", help="stop everything that runs for this data folder").set_defaults(does=_stop)
    commands.add_parser("status", help="what runs for this data folder; status 3 if nothing does").set_defaults(
        does=_status
    )
    return parser


def _run(_: argparse.Namespace) -> int:
    from capweb.onebox.supervisor import EndAsked, Supervisor
    from capweb.onebox.telling import Teller

    try:
        Supervisor(paths.data_folder(), web_port=plan.port(), teller=Teller()).run()
    except EndAsked:
        return 0
    return 0


def _requisites(chosen: argparse.Namespace) -> int:
    from capweb.onebox import libraries

    checks = {
        "documents": libraries.missing_for_documents,
        "screens": libraries.missing_for_screens,
        "browser": libraries.missing_for_browser_tests,
    }
    for name, check in checks.items():
        missing = check() if getattr(chosen, name) else None
        if missing and not (libraries.install(missing.packages) and check() is None):
            # Told, not refused: the rest of the product works without, and what does not says so again.
            print(f"! {missing.told}", file=sys.stderr)
    if chosen.database and addresses.has_private_database():
        libraries.provide_postgresql()
    return 0


def _servers(chosen: argparse.Namespace) -> int:
    servers = PrivateServers()
    servers.acquire(keep=chosen.detach)
    _print_status(servers)
    if chosen.detach:
        servers.release()
        return 0
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    print("Until Ctrl-C …", flush=True)
    ended.wait()
    servers.release()
    return 0


def _stop(_: argparse.Namespace) -> int:
    data = paths.data_folder()
    found = record.read(data)
    if found and found.supervisor.is_alive():
        processes.send(found.supervisor, signal.SIGTERM)
        if not processes.wait_until_gone(found.supervisor, seconds=_STOP_SECONDS):
            print(f"The supervisor (process {found.supervisor.pid}) does not end; see {data.logs}", file=sys.stderr)
            return 1
    data.prepare()
    lock = record.lock_of(data)
    if lock.take(wait=False):
        # No supervisor lives; one that was killed may have left its children.
        if left := record.stop_leftovers(data):
            print(f"Ended what a killed run had left behind: {', '.join(left)}.")
        lock.release()
    if PrivateServers().stop():
        print("Nothing runs any more.")
        return 0
    print("The database and the broker stay: another command uses them. They stop when it ends.")
    return 1


def _status(_: argparse.Namespace) -> int:
    servers = PrivateServers()
    found = record.read(servers.data)
    supervised = found if found and found.supervisor.is_alive() else None
    is_running = _print_status(servers)
    if supervised:
        print(f"web          {supervised.address}, watched over by process {supervised.supervisor.pid}")
        for name, known in supervised.children.items():
            print(f"{name:<12} " + (f"runs, process {known.pid}" if known.is_alive() else "has ended"))
    return 0 if is_running or supervised else 3


def _print_status(servers: PrivateServers) -> bool:
    print(f"data folder  {paths.data_folder().root}")
    if servers.cluster and servers.cluster.place.parent != servers.data.root:
        print(f"             {servers.cluster.place} (the database; its account cannot reach the data folder)")
    for name, server in (("database", servers.cluster), ("broker", servers.broker)):
        if server is None:
            print(f"{name:<12} elsewhere (its address is in the environment)")
            continue
        process = server.running()
        print(f"{name:<12} " + (f"runs, process {process.pid}" if process else "does not run"), flush=True)
    return servers.is_running()
