"""How fast is another law tried on a whole live book? `python -m bench.what_if --guarantees 100000`

Ours: the run as the worker does it, block by block: facts gathered, judged under both laws, counted, written. Floor:
the same facts gathered, and nothing judged. The book is granted by the real commands for some thousand guarantees, and
those are then multiplied by set-based SQL, each with a buyer, a policy and histories of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2020, 6, 15)
SEED_ROWS = 1_000
# Tables that are multiplied, parents first: the columns that move with the copies, and those that must stay unique.
MULTIPLIED = {
    "policies_policyholder": ((), ("public_id",)),
    "policies_policyholderfigures": (("policyholder_id",), ("source_reference",)),
    "policies_policy": (("policyholder_id",), ("public_id", "number")),
    "policies_policyterms": (("policy_id",), ("source_reference",)),
    "policies_buyer": ((), ("public_id",)),
    "policies_buyerfigures": (("buyer_id",), ("source_reference",)),
    "policies_buyerrating": (("buyer_id",), ("source_reference",)),
    "policies_buyerlimit": (("policy_id", "buyer_id"), ("source_reference",)),
    "policies_limitrequest": (("policy_id", "buyer_id", "buyer_limit_id"), ("public_id",)),
    "policies_guarantee": (("policy_id", "buyer_id", "limit_request_id"), ("public_id",)),
    "reinsurance_cession": ((), ("public_id", "source_key")),
    "policies_guaranteeterm": (("guarantee_id", "policy_id", "buyer_id", "cession_id"), ()),
}
# A copied request came from no file, and a copied term from no offer.
EMPTIED = {"policies_limitrequest": ("submission_row_id",), "policies_guaranteeterm": ("offer_id",)}
STRIDE = 10_000_000


def run(*, guarantees: int) -> dict[str, object]:
    from django.core.management import call_command

    from capweb.accounts.acting import acting
    from eligibility.domain import draft_law
    from policies.commands.what_if import Wish, ask_what_if
    from policies.queries import what_if_runs

    call_command("migrate", database="owner", verbosity=0)
    actor = _granted_book()
    built = _timed(lambda: _multiply(actor.insurer_id, guarantees))
    draft = draft_law.text_of_leaf("complement/domestic/parity_multiple").replace('"1.00"', '"0.25"')
    wishes = {
        "a draft leaf": Wish(draft=draft),
        "another reading": Wish(readings={"complement_multiple": "parity"}),
    }
    rows: dict[str, dict[str, Any]] = {}
    floor, gathered = _floor(actor)
    for name, wish in wishes.items():
        public_id = ask_what_if(actor, wish, on=DAY)
        seconds, first = _worked(actor, public_id)
        with acting(actor):
            found = what_if_runs.detail(actor, public_id)
        assert found.report is not None, found.failure
        rows[name] = {
            "seconds": seconds,
            "first_progress": first,
            "per_second": found.report.judged / seconds,
            "changed": found.line_count,
            "judged": found.report.judged,
        }
    _tell(rows, floor=floor, gathered=gathered, built=built)
    return {
        "guarantees": gathered,
        "runs": rows,
        "floor_seconds": floor,
        "floor_per_second": gathered / floor,
        "peak_megabytes": _peak_megabytes(),
    }


def _tell(rows: dict[str, dict[str, Any]], *, floor: float, gathered: int, built: float) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "what if", "seconds", "guarantees a second", "of the floor", "would change", "first progress after",
        title=f"{gathered:,} guarantees in force, one insurer, one worker",
    )  # fmt: skip
    for name, row in rows.items():
        table.add_row(
            name,
            f"{row['seconds']:.1f}",
            f"{row['per_second']:,.0f}",
            f"{row['per_second'] / (gathered / floor):.2f}",
            f"{row['changed']:,}",
            f"{row['first_progress']:.2f} s",
        )
    table.add_row("floor: facts gathered, not judged", f"{floor:.1f}", f"{gathered / floor:,.0f}", "1", "", "")
    console = Console()
    console.print(table)
    console.print(f"peak memory of the worker {_peak_megabytes():,} MB; book multiplied in {built:.0f} s")


def _worked(actor: Any, public_id: str) -> tuple[float, float]:
    """Seconds for the whole run, and until the first block was to be seen."""
    from policies.commands.what_if import work_at

    begun = time.perf_counter()
    first: list[float] = []

    def go_on() -> bool:
        if not first:
            first.append(time.perf_counter() - begun)
        return True

    work_at(actor, public_id, holder="bench", go_on=go_on)
    return time.perf_counter() - begun, first[0]


def _floor(actor: Any) -> tuple[float, int]:
    from capweb.accounts.acting import acting
    from policies.commands.what_if import BLOCK_ROWS
    from policies.queries import request_facts, what_if_book

    begun, after, count = time.perf_counter(), 0, 0
    while True:
        with acting(actor):
            rows = what_if_book.block(actor, on=DAY, after_term_id=after, last_term_id=STRIDE**2, limit=BLOCK_ROWS)
            if not rows:
                return time.perf_counter() - begun, count
            judgeable = [row for row in rows if row.opens_the_same_kind]
            request_facts.gather(actor, [row.asked() for row in judgeable], on=DAY)
        after, count = rows[-1].term_id, count + len(rows)


def _granted_book() -> Any:
    """One insurer's guarantees, granted by the real commands."""
    from capweb.accounts.acting import acting
    from capweb.accounts.queries import memberships
    from policies.commands.accept_offers import accept_offers
    from policies.commands.decide_limit_requests import decide_submission
    from policies.commands.sample_files import sample_request_file
    from policies.commands.seed_sample import seed_sample
    from policies.commands.submit_limit_requests import submit_file
    from policies.models import Offer

    seed_sample(size=SEED_ROWS * 5 // 2)
    _analyse()
    house = next(one for one in memberships.insurers() if one.code == "euler-hermes")
    actor = memberships.system_actor(house, name="bench")
    content = sample_request_file(actor, rows=SEED_ROWS * 9 // 10, bad_rows=0, file_format="csv")
    receipt = submit_file(actor, content, file_name="bench.csv", media_type=None, on=DAY)
    decide_submission(actor, receipt.public_id, on=DAY, holder="bench")
    _analyse()
    with acting(actor):
        offers = list(Offer.objects.filter(status="live").order_by("pk").values_list("public_id", flat=True))
    noon = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
    accept_offers(actor, offers, on=DAY, at=noon)
    return actor


def _analyse() -> None:
    """What autovacuum does on a server that has run for a minute: the planner knows how large tables are."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _multiply(insurer_id: int, wanted: int) -> None:
    """Copies of the whole book until `wanted` guarantees run, by INSERT … SELECT; the ids of a copy are moved on."""
    from django.db import connections

    from capweb.kernel.identifiers import siren_from_serial

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM policies_guaranteeterm WHERE insurer_id = %s", [insurer_id])
        granted = int(cursor.fetchone()[0])
        copies = -(-wanted // granted) - 1
        cursor.execute("CREATE TEMPORARY TABLE bench_siren (place bigint PRIMARY KEY, siren text)")
        cursor.execute("SELECT max(count) FROM (SELECT count(*) FROM policies_buyer UNION SELECT 1) held (count)")
        most = int(cursor.fetchone()[0])
        _copy_sirens(cursor, (siren_from_serial(40_000_000 + place) for place in range(most * (copies + 1))))
        for table, (moved, unique) in MULTIPLIED.items():
            for number in range(1, copies + 1):
                cursor.execute(_copy_sql(cursor, table, moved, unique, number), [insurer_id])
        limit = wanted - granted * copies
        cursor.execute(
            "UPDATE policies_guaranteeterm SET status = 'lapsed' WHERE id IN (SELECT id FROM policies_guaranteeterm "
            "WHERE insurer_id = %s AND id > %s ORDER BY id OFFSET %s)",
            [insurer_id, STRIDE * copies, limit],
        )
        cursor.execute("DROP TABLE bench_siren")
    _analyse()


def _copy_sirens(cursor: Any, sirens: Iterable[str]) -> None:
    with cursor.copy("COPY bench_siren FROM STDIN") as copy:
        for place, siren in enumerate(sirens):
            copy.write_row((place, siren))


def _copy_sql(cursor: Any, table: str, moved: tuple[str, ...], unique: tuple[str, ...], number: int) -> str:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public' "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    shift = STRIDE * number
    told = {"id": f"row.id + {shift}"}
    told |= {name: f"row.{name} + {shift}" for name in moved}
    told |= {name: f"left(row.{name}, 28) || '~{number}~' || row.id" for name in unique}
    told |= dict.fromkeys(EMPTIED.get(table, ()), "NULL")
    join = ""
    if "identifier_type" in names:
        told["identifier"] = "CASE row.identifier_type WHEN 'siren' THEN fresh.siren ELSE row.identifier || %s END"
        told["identifier"] = told["identifier"].replace("%s", f"'~{number}'")
        join = f"""JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 + {number} * count(*) OVER () AS place
                         FROM {table} WHERE id < {STRIDE}) placed ON placed.id = row.id
                   JOIN bench_siren fresh ON fresh.place = placed.place"""
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(told.get(name, f'row."{name}"') for name in names)
    return (
        f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {table} row {join} "
        f"WHERE row.insurer_id = %s AND row.id < {STRIDE}"
    )


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """On a private cluster that is thrown away afterwards."""
    parser = argparse.ArgumentParser(prog="bench.what_if", description=__doc__)
    parser.add_argument("--guarantees", type=int, default=100_000)
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
            result = run(guarantees=chosen.guarantees)
            results = ROOT / "bench" / "results"
            results.mkdir(exist_ok=True)
            (results / "what_if.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
