"""How fast are cessions posted? `python -m bench.cessions`

Ours: `cede` in batches, every figure computed, room walked, cession, journal entry, transfers and trail written. Floor:
COPY of the very rows that ours wrote, constraints and triggers in place. Peer: django-hordak's documented API, a call
and a commit for each transfer; ours is a batch and the peer is not, which is the point and is said in the table.

Then grants one at a time, several clients on one envelope: ours, beside one SQL function that takes from a hot row.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2020, 6, 15)
CLIENTS = 4
# What ceding writes, parents first.
TABLES = ("reinsurance_cession", "reinsurance_journalentry", "reinsurance_transfer", "audit_trailentry")
HOT_ROW = """
    CREATE TABLE bench_room (id int PRIMARY KEY, room numeric(20, 2) NOT NULL CHECK (room >= 0)) WITH (fillfactor = 50);
    CREATE TABLE bench_draw (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text UNIQUE, amount numeric(18, 2)
    );
    INSERT INTO bench_room VALUES (1, 8000000000);
    CREATE FUNCTION bench_take(key text, amount numeric) RETURNS numeric LANGUAGE plpgsql AS $$
    DECLARE
        after numeric;
    BEGIN
        UPDATE bench_room r SET room = r.room - amount WHERE r.id = 1 AND r.room >= amount RETURNING r.room INTO after;
        INSERT INTO bench_draw (key, amount) VALUES (key, amount);
        RETURN after;
    END $$;
"""


def run(*, cessions: int, peer_transfers: int, grants: int) -> dict[str, Any]:
    from django.core.management import call_command

    from bench.floor import copy_database, floor, owner_connection

    call_command("migrate", database="owner", verbosity=0)
    actor = _open_books()
    before = copy_database("bench_before")
    orders = [_order(f"batch:{number}") for number in range(cessions)]
    ours = _timed(lambda: _cede_in_batches(actor, orders))
    floor_seconds, written = floor(before, TABLES)
    peer = _peer(peer_transfers)
    single = _by_clients(_grant_one_by_one, grants)
    with owner_connection() as owner:
        owner.execute(HOT_ROW)
    hot_row = _by_clients(_take_one_by_one, grants)
    rates = {
        "ours": cessions / ours,
        "floor": cessions / floor_seconds,
        "peer": peer["transfers"] / peer["seconds"],
        "single": grants / single,
        "hot_row": grants / hot_row,
    }
    postings = written["reinsurance_transfer"] / cessions
    _tell(rates, postings=postings, cessions=cessions)
    return {
        "cessions": cessions,
        "postings_per_cession": postings,
        "rows_written": written,
        "per_second": rates,
        "postings_per_second": {name: rates[name] * postings for name in ("ours", "floor")},
        "ours_to_floor": rates["ours"] / rates["floor"],
        "ours_to_peer": rates["ours"] * postings / rates["peer"],
        "single_to_hot_row": rates["single"] / rates["hot_row"],
        "clients": CLIENTS,
    }


def _tell(rates: dict[str, float], *, postings: float, cessions: int) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "cessions", "a second", "postings a second", "against ours", title=f"{cessions:,} cessions, one envelope"
    )
    table.add_row("ours: cede, in batches", f"{rates['ours']:,.0f}", f"{rates['ours'] * postings:,.0f}", "1")
    table.add_row(
        "floor: COPY of the same rows, guards on",
        f"{rates['floor']:,.0f}",
        f"{rates['floor'] * postings:,.0f}",
        f"{rates['ours'] / rates['floor']:.2f} of it",
    )
    table.add_row(
        "peer: django-hordak, a call and a commit each (not a batch)",
        "",
        f"{rates['peer']:,.0f}",
        f"{rates['ours'] * postings / rates['peer']:.0f} times it",
    )
    table.add_section()
    table.add_row(f"one grant a transaction, {CLIENTS} clients: ours", f"{rates['single']:,.0f}", "", "1")
    table.add_row(
        "one SQL function on a hot row",
        f"{rates['hot_row']:,.0f}",
        "",
        f"{rates['single'] / rates['hot_row']:.2f} of it",
    )
    Console().print(table)


def _open_books() -> Any:
    """The sample's five insurers with their treaties, and the envelopes of June 2020; one insurer's actor."""
    from capweb.accounts.queries import memberships
    from policies.commands.seed_sample import seed_sample

    seed_sample(size=50)
    return memberships.system_actor(_house(), name="bench")


def _house() -> Any:
    from capweb.accounts.queries import memberships

    return next(one for one in memberships.insurers() if one.code == "euler-hermes")


def _cede_in_batches(actor: Any, orders: list[Any]) -> None:
    from capweb.accounts.acting import acting
    from policies.commands.chunks import in_chunks
    from reinsurance.commands.cede import cede

    for chunk in in_chunks(orders):
        with acting(actor):
            cede(actor, chunk, on=DAY)


def _order(key: str) -> Any:
    from capweb.kernel.periods import nth_term
    from reinsurance.domain.cession import CededRisk, CessionOrder

    risk = CededRisk(
        guarantee_id=f"gar_{key}", product="cap_plus", policy_number="EH-1", policyholder_id="732829320",
        policyholder_name="Ateliers Durand", buyer_id="552100554", buyer_name="Garage Martin", buyer_country="FR",
    )  # fmt: skip
    return CessionOrder(
        source_key=key, kind="substitution", market="domestic", risk=risk, term=nth_term(DAY, 0, months=3),
        amount=Decimal("100000.00"), premium=Decimal("875.00"), premium_rate=Decimal("0.00875"), is_illustrative=False,
    )  # fmt: skip


def _by_clients(work: Callable[[str, int], None], grants: int) -> float:
    """Seconds until all clients, each a process with a connection of its own, have done their share."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
    with ProcessPoolExecutor(CLIENTS) as clients:
        # The connection is made before the clock runs.
        list(clients.map(work, [f"warm:{client}" for client in range(CLIENTS)], [2] * CLIENTS))
        return _timed(
            lambda: list(clients.map(work, [f"{client}" for client in range(CLIENTS)], [grants // CLIENTS] * CLIENTS))
        )


def _grant_one_by_one(client: str, grants: int) -> None:
    from capweb.accounts.acting import acting
    from capweb.accounts.queries import memberships
    from reinsurance.commands.cede import cede

    actor = memberships.system_actor(_house(), name="bench")
    for number in range(grants):
        with acting(actor):
            cede(actor, [_order(f"single:{client}:{number}")], on=DAY)


def _take_one_by_one(client: str, grants: int) -> None:
    from bench.floor import owner_connection

    with owner_connection() as connection:
        for number in range(grants):
            connection.execute("SELECT bench_take(%s, 95000.00)", [f"{client}:{number}"])


def _peer(transfers: int) -> dict[str, Any]:
    from bench.floor import owner_connection

    with owner_connection("postgres") as owner:
        owner.execute("CREATE DATABASE bench_hordak")
        info = owner.info
        given = {
            "BENCH_HOST": info.host,
            "BENCH_PORT": str(info.port),
            "BENCH_USER": info.user,
            "BENCH_PASSWORD": info.password,
            "BENCH_DATABASE": "bench_hordak",
        }
    told = subprocess.run(
        [sys.executable, "-m", "bench.hordak_peer", "--transfers", str(transfers)],
        env={**os.environ, **given}, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> int:
    """On a private cluster that is thrown away afterwards."""
    parser = argparse.ArgumentParser(prog="bench.cessions", description=__doc__)
    parser.add_argument("--cessions", type=int, default=20_000)
    parser.add_argument("--peer-transfers", type=int, default=2_000, help="what the peer is given: it is slow")
    parser.add_argument("--grants", type=int, default=1_000, help="single grants, by all clients together")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="capweb-bench-") as folder:
        Path(folder).chmod(0o755)
        os.environ.update(CAPWEB_DATA=folder, DJANGO_SETTINGS_MODULE="capweb.settings", CAPWEB_LOG_LEVEL="WARNING")
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PLATFORM_URL", "CELERY_BROKER_URL"):
            os.environ.pop(name, None)
        from capweb.onebox.servers import private_servers

        with private_servers():
            import django

            django.setup()
            result = run(cessions=chosen.cessions, peer_transfers=chosen.peer_transfers, grants=chosen.grants)
            results = ROOT / "bench" / "results"
            results.mkdir(exist_ok=True)
            (results / "cessions.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
