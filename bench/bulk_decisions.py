"""How fast does a file become decisions with reasons, offers and holds?

Ours: `decide_submission` on a stored file. Floor (a): COPY of the very rows that ours wrote, as the tables' owner,
into a copy of the database taken just before, constraints and triggers in place. Peer (b): the conventional way, DRF
`many=True` and one service call a row (bench/conventional.py), on a slice of the same file.
"""

from __future__ import annotations

import time
import uuid
from datetime import date

from django.core.management import call_command
from django.db import connections
from rich.console import Console
from rich.table import Table

from bench import conventional
from bench.floor import copy_database
from bench.floor import floor as floor_of
from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.accounts.queries import memberships
from policies.commands.decide_limit_requests import decide_submission
from policies.commands.sample_files import sample_request_file
from policies.commands.seed_sample import seed_sample
from policies.commands.submit_limit_requests import submit_file
from policies.models import SubmissionRow

DAY = date(2020, 6, 15)
# What deciding writes, parents first.
TABLES = (
    "eligibility_lawedition",
    "eligibility_decisionrecord",
    "policies_limitrequest",
    "policies_offer",
    "reinsurance_journalentry",
    "reinsurance_transfer",
    "audit_trailentry",
)


def run(*, rows: int, peer_rows: int) -> dict[str, object]:
    console = Console()
    call_command("migrate", database="owner", verbosity=0)
    # One insurer's file, so that the whole is one submission; the sample is spread over five.
    seed_sample(size=rows * 6)
    house = max(memberships.insurers(), key=_notices)
    desk = memberships.system_actor(house, name="bench")
    content = sample_request_file(desk, rows=rows + peer_rows, bad_rows=0, file_format="csv")
    whole = content.splitlines(keepends=True)
    ours_file, peer_file = b"".join(whole[: rows + 1]), b"".join([whole[0], *whole[rows + 1 :]])

    begun = time.perf_counter()
    receipt = submit_file(desk, ours_file, file_name="bench.csv", media_type=None, on=DAY)
    stored = time.perf_counter() - begun
    before = copy_database("bench_before")
    begun = time.perf_counter()
    decide_submission(desk, receipt.public_id, on=DAY, holder=uuid.uuid4().hex)
    ours = time.perf_counter() - begun
    outcomes = _outcomes(desk, receipt.public_id)
    floor, written = floor_of(before, TABLES)
    conventional_seconds = conventional.run(desk, peer_file, on=DAY)

    rates = {"ours": rows / ours, "floor": rows / floor, "peer": peer_rows / conventional_seconds}
    table = Table(
        "bulk decisions", "requests a second", "against ours", title=f"{rows} requests, one insurer, one worker"
    )
    table.add_row("ours: decided, offered, held", f"{rates['ours']:,.0f}", "1")
    table.add_row(
        "(a) floor: COPY of the same rows", f"{rates['floor']:,.0f}", f"{rates['ours'] / rates['floor']:.2f} of it"
    )
    table.add_row(
        "(b) peer: DRF many=True, a call a row",
        f"{rates['peer']:,.1f}",
        f"{rates['ours'] / rates['peer']:.0f} times it",
    )
    table.add_row("handing the file in (read, kept)", f"{rows / stored:,.0f}", "")
    console.print(table)
    console.print(f"outcomes {outcomes}; rows written {written}")
    return {
        "rows": rows,
        "peer_rows": peer_rows,
        "seconds": {"ours": ours, "floor": floor, "peer": conventional_seconds, "submit": stored},
        "per_second": rates,
        "ours_to_floor": rates["ours"] / rates["floor"],
        "ours_to_peer": rates["ours"] / rates["peer"],
        "outcomes": outcomes,
        "rows_written": written,
    }


def _notices(house: object) -> int:
    actor: Actor = memberships.system_actor(house, name="bench")  # type: ignore[arg-type]
    with acting(actor), connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM policies_buyerlimit")
        return int(cursor.fetchone()[0])


def _outcomes(actor: Actor, submission: str) -> dict[str, int]:
    with acting(actor):
        found: dict[str, int] = {}
        for (outcome,) in SubmissionRow.objects.filter(submission__public_id=submission).values_list("outcome"):
            found[str(outcome)] = found.get(str(outcome), 0) + 1
    return found
