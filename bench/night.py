"""How long is a night on which everything falls due? `python -m bench.night --terms 100000 --workers 2`

Two insurers, each with half of the terms; renewal was asked for every second one, the rest lapses. Ours: `begin_night`,
then one process for each insurer's part (as workers do it), then `close_night`; each phase by the clock, each process
with its peak memory, the parts also by CPU, theirs and the database's, which other work moves less. Floor: COPY
of the very rows that the parts wrote, and the terms' new states by plain UPDATE, into a copy of the database taken just
before, constraints and triggers in place, one connection. There is no peer: no public package opens such a night. The
book is granted by the real commands for some thousand guarantees, and those are then multiplied by set-based SQL, each
with a buyer, a policy and histories of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.what_if import DAY, MULTIPLIED, STRIDE

ROOT = Path(__file__).resolve().parent.parent
INSURERS = ("euler-hermes", "coface")
SEED_ROWS = 500
READY = "ready\n"
NOON = datetime(2020, 6, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))
# What the parts write, parents first.
TABLES = (
    "eligibility_lawedition",
    "eligibility_decisionrecord",
    "reinsurance_cession",
    "reinsurance_cessionchange",
    "reinsurance_journalentry",
    "reinsurance_transfer",
    "policies_guaranteeterm",
    "policies_endorsement",
    "audit_trailentry",
)


def run(*, terms: int, workers: int) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connections

    from bench.floor import copy_database, floor
    from policies.commands.close_night import close_night
    from policies.commands.open_night import PLATFORM, begin_night

    call_command("migrate", database="owner", verbosity=0)
    day = _granted_books()
    begun = time.perf_counter()
    for code in INSURERS:
        _multiply(code, terms // len(INSURERS))
    _ask_for_every_second(day - timedelta(days=10))
    _seal()
    built = time.perf_counter() - begun
    before = copy_database("bench_before")
    marks = {"begin": time.perf_counter()}
    night = begin_night(day, at=NOON)
    marks["begun"] = time.perf_counter()
    for connection in connections.all():
        connection.close()
    server_cpu = _server_cpu_seconds()
    parts, marks["parts"] = _parts(day, workers=workers)
    server_cpu = _server_cpu_seconds() - server_cpu
    marks["closing"] = time.perf_counter()
    steps: list[tuple[str, float]] = []
    report = close_night(PLATFORM, day, holder="bench", progress=lambda name: steps.append((name, time.perf_counter())))
    marks["end"] = time.perf_counter()
    assert report is not None
    assert not report.ledger_differences, report.ledger_differences[:3]
    moved = _moved(before)
    floor_seconds, written = floor(before, TABLES)
    result = {
        "terms": terms,
        "workers": workers,
        "day": str(night.day),
        "seconds": {
            "begin": marks["begun"] - marks["begin"],
            "parts": marks["closing"] - marks["parts"],
            "closing": marks["end"] - marks["closing"],
        },
        "closing_steps": _lasted(steps, marks["end"]),
        "parts": parts,
        "parts_cpu_seconds": {"workers": sum(part["cpu_seconds"] for part in parts), "database": server_cpu},
        "peak_megabytes_closing": _peak_megabytes(os.getpid()),
        "floor_seconds": floor_seconds + moved,
        "rows_written": written,
        "counts": report.insurers,
        "load": os.getloadavg(),
        "built": built,
    }
    _tell(result)
    return result


def _lasted(steps: list[tuple[str, float]], end: float) -> dict[str, float]:
    ends = [at for _, at in steps[1:]] + [end]
    return {name: until - since for (name, since), until in zip(steps, ends, strict=True)}


def _granted_books() -> date:
    """Guarantees of both insurers, granted by the real commands; the day on which their first terms end."""
    from capweb.accounts.acting import acting
    from capweb.accounts.queries import memberships
    from policies.commands.accept_offers import accept_offers
    from policies.commands.decide_limit_requests import decide_submission
    from policies.commands.sample_files import sample_request_file
    from policies.commands.seed_sample import seed_sample
    from policies.commands.submit_limit_requests import submit_file
    from policies.models import GuaranteeTerm, Offer

    seed_sample(size=SEED_ROWS * 5 // 2)
    _analyse()
    ends = set()
    for house in memberships.insurers():
        if house.code not in INSURERS:
            continue
        actor = memberships.system_actor(house, name="bench")
        rows = _notices(actor) * 9 // 10
        content = sample_request_file(actor, rows=rows, bad_rows=0, file_format="csv")
        receipt = submit_file(actor, content, file_name="bench.csv", media_type=None, on=DAY)
        decide_submission(actor, receipt.public_id, on=DAY, holder="bench")
        with acting(actor):
            offers = list(Offer.objects.filter(status="live").order_by("pk").values_list("public_id", flat=True))
        accept_offers(actor, offers, on=DAY, at=NOON)
        with acting(actor):
            ends |= set(GuaranteeTerm.objects.values_list("cover_end", flat=True))
    # What began after a notice ends later: on that day all of them are due.
    return max(ends)


def _notices(actor: Any) -> int:
    from capweb.accounts.acting import acting
    from policies.models import BuyerLimit

    with acting(actor):
        return int(BuyerLimit.objects.exclude(decision="grant").count())


def _analyse() -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _multiply(code: str, wanted: int) -> None:
    """Copies of the insurer's whole book with its ledger, until `wanted` guarantees run."""
    from django.db import connections

    from bench.what_if import _copy_sirens, _copy_sql
    from capweb.kernel.identifiers import siren_from_serial

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_organisation WHERE code = %s", [code])
        (insurer_id,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM policies_guaranteeterm WHERE insurer_id = %s", [insurer_id])
        granted = int(cursor.fetchone()[0])
        copies = -(-wanted // granted) - 1
        cursor.execute("SELECT count(*) FROM policies_buyer WHERE id < %s", [STRIDE])
        most = int(cursor.fetchone()[0])
        cursor.execute("CREATE TEMPORARY TABLE bench_siren (place bigint PRIMARY KEY, siren text)")
        _copy_sirens(cursor, (siren_from_serial(40_000_000 + place) for place in range(most * (copies + 1))))
        for table, (moved, unique) in MULTIPLIED.items():
            for number in range(1, copies + 1):
                statement = _copy_sql(cursor, table, moved, unique, number)
                if table == "reinsurance_cession":
                    statement = _of_the_copied_guarantee(statement, number)
                cursor.execute(statement, [insurer_id])
        for number in range(1, copies + 1):
            _copy_ledger(cursor, insurer_id, STRIDE * number)
        cursor.execute("DROP TABLE bench_siren")
    _analyse()


def _of_the_copied_guarantee(statement: str, number: int) -> str:
    copied = (
        f"(SELECT left(kept.public_id, 28) || '~{number}~' || kept.id FROM policies_guarantee kept "
        "WHERE kept.public_id = row.guarantee_id)"
    )
    return statement.replace('row."guarantee_id"', copied)


def _copy_ledger(cursor: Any, insurer_id: int, shift: int) -> None:
    """The entries of the copied cessions; what had been held and posted is drawn at once."""
    cursor.execute(
        "INSERT INTO reinsurance_journalentry (id, insurer_id, kind, source_key, booked_on, cession_id) "
        "OVERRIDING SYSTEM VALUE "
        "SELECT row.id + %(shift)s, row.insurer_id, row.kind, 'cession:' || made.source_key, row.booked_on, made.id "
        "FROM reinsurance_journalentry row JOIN reinsurance_cession made ON made.id = row.cession_id + %(shift)s "
        "WHERE row.insurer_id = %(insurer)s AND row.kind = 'cession' AND row.id < %(stride)s",
        {"shift": shift, "insurer": insurer_id, "stride": STRIDE},
    )
    cursor.execute(
        "INSERT INTO reinsurance_transfer (insurer_id, entry_id, debit_account_id, debit_class, credit_account_id, "
        "credit_class, code, state, amount) "
        "SELECT row.insurer_id, made.id, row.debit_account_id, row.debit_class, row.credit_account_id, "
        "row.credit_class, replace(row.code, 'hold_posted', 'ceded'), 'posted', row.amount "
        "FROM reinsurance_transfer row JOIN reinsurance_journalentry made ON made.id = row.entry_id + %(shift)s "
        "WHERE row.insurer_id = %(insurer)s AND row.entry_id < %(stride)s ORDER BY row.id",
        {"shift": shift, "insurer": insurer_id, "stride": STRIDE},
    )


def _ask_for_every_second(on: date) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO policies_renewalrequest (insurer_id, term_id, requested_total, asked_on, asked_by) "
            "SELECT numbered.insurer_id, numbered.id, numbered.requested_total, %s, 'bench' FROM ("
            "  SELECT term.*, request.requested_total, row_number() OVER (ORDER BY term.id) AS place"
            "  FROM policies_guaranteeterm term JOIN policies_guarantee held ON held.id = term.guarantee_id"
            "  JOIN policies_limitrequest request ON request.id = held.limit_request_id"
            "  WHERE term.status = 'running') numbered WHERE numbered.place %% 2 = 0",
            [on],
        )


def _seal() -> None:
    """What the nights before have done: the books are sealed as they stand, and numbers go on after the last row."""
    from django.db import connections

    from capweb.accounts.acting import acting_as_platform
    from policies.commands.open_night import PLATFORM
    from reinsurance.commands.seal_journal import seal_journal

    with acting_as_platform():
        seal_journal(PLATFORM, on=DAY)
    with connections["owner"].cursor() as cursor:
        for table in (*MULTIPLIED, "reinsurance_journalentry"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}", [table])
    _analyse()


def _parts(day: date, *, workers: int) -> tuple[list[dict[str, Any]], float]:
    """The parts, each by a process of its own as a worker would do it: what each took, and its peak memory.

    With the moment at which all of them were told to go: workers run already when a night begins.
    """
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.night", "--part", str(number), "--of", str(workers), "--day", str(day)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(workers)
    ]
    for process in started:
        assert process.stdout is not None
        assert READY in iter(process.stdout.readline, "")
    begun = time.perf_counter()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate()[0] for process in started]
    assert not any(process.returncode for process in started), told
    return [json.loads(next(line for line in text.splitlines() if line.startswith("{"))) for text in told], begun


def _part(number: int, of: int, day: date, *, profile: bool) -> None:
    import cProfile
    import pstats

    import django
    import kombu.transport.redis  # noqa: F401  a worker has it; the first wake-up would wait for it here

    django.setup()
    from capweb.accounts.queries import memberships
    from policies.commands.insurers_night import StepTold, run_insurers_night

    # The two large books go to different workers; the others have nothing due.
    houses = sorted(memberships.insurers(using="platform"), key=lambda house: (house.code not in INSURERS, house.pk))
    marks: dict[str, float] = {}
    print(READY, end="", flush=True)
    sys.stdin.readline()
    begun, begun_cpu = time.perf_counter(), time.process_time()

    def told(step: StepTold) -> None:
        marks[f"{step.insurer} {step.step}"] = time.perf_counter() - begun

    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    for house in houses[number::of]:
        run_insurers_night(
            memberships.system_actor(house, name="night"), day, at=NOON, holder=f"bench {number}", progress=told
        )
    profiler.disable()
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
    if profile:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(70)
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    memory = _peak_megabytes(os.getpid())
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "reached": marks, "peak_megabytes": memory}))


def _moved(before: str) -> float:
    """Seconds for the floor's other part: the terms and renewals as they ended, by COPY and UPDATE."""
    from bench.floor import owner_connection

    seconds = 0.0
    with owner_connection() as source, owner_connection(before) as target:
        for table, columns in (
            ("policies_guaranteeterm", ("status",)),
            ("policies_renewalrequest", ("outcome", "decided_on")),
        ):
            (last,) = target.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
            names = ", ".join(("id", *columns))
            with source.cursor().copy(f"COPY (SELECT {names} FROM {table} WHERE id <= {last}) TO STDOUT") as copy:
                chunks = [bytes(chunk) for chunk in copy]
            begun = time.perf_counter()
            target.execute(f"CREATE TEMPORARY TABLE moved AS SELECT {names} FROM {table} WITH NO DATA")
            with target.cursor().copy("COPY moved FROM STDIN") as copy:
                for chunk in chunks:
                    copy.write(chunk)
            changes = ", ".join(f"{name} = moved.{name}" for name in columns)
            target.execute(
                f"UPDATE {table} kept SET {changes} FROM moved "
                f"WHERE kept.id = moved.id AND kept.{columns[0]} IS DISTINCT FROM moved.{columns[0]}"
            )
            target.execute("DROP TABLE moved")
            seconds += time.perf_counter() - begun
    return seconds


def _server_cpu_seconds() -> float:
    """CPU of the cluster's processes so far, those that have ended included. Linux only; all of its databases."""
    from bench.floor import owner_connection

    with owner_connection("postgres") as connection:
        server = int(_stat(Path(f"/proc/{connection.info.backend_pid}/stat"))[1])
    ticks = sum(int(number) for number in _stat(Path(f"/proc/{server}/stat"))[11:15])
    for process in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = _stat(process)
            if int(fields[1]) == server:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: Path) -> list[str]:
    """What follows a process's name: state, parent, …; the twelfth to fifteenth are its CPU and its children's."""
    return process.read_text().rsplit(")", 1)[1].split()


def _peak_megabytes(pid: int) -> float:
    from bench.closing import _peak_kilobytes

    return _peak_kilobytes(pid) / 1024


def _tell(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    terms, floor = result["terms"], result["floor_seconds"]
    table = Table("a night", "seconds", "terms a second", "peak MB", "of the floor", title=f"{terms:,} terms due")
    peak = max(part["peak_megabytes"] for part in result["parts"])
    name = f"insurers' parts, {result['workers']} workers: judged, replaced or lapsed, in the ledger"
    parts = result["seconds"]["parts"]
    table.add_row(name, f"{parts:.1f}", f"{terms / parts:,.0f}", f"{peak:.0f}", f"{floor / parts:.2f}")
    for step, seconds in result["closing_steps"].items():
        table.add_row(f"closing: {step}", f"{seconds:.1f}", "", "", "")
    whole = sum(result["seconds"].values())
    table.add_row("whole night", f"{whole:.1f}", f"{terms / whole:,.0f}", f"{result['peak_megabytes_closing']:.0f}", "")
    table.add_row("floor: COPY and UPDATE of the same rows", f"{floor:.1f}", f"{terms / floor:,.0f}", "", "1")
    console.print(table)
    done = {code: {name: n for name, n in counts.items() if n} for code, counts in result["counts"].items()}
    console.print(f"{done}; rows written {result['rows_written']}; book built in {result['built']:.0f} s")
    cpu = result["parts_cpu_seconds"]
    console.print(f"CPU of the parts: workers {cpu['workers']:.1f} s, database {cpu['database']:.1f} s")
    console.print("load " + ", ".join(f"{load:.1f}" for load in result["load"]))
    for part in result["parts"]:
        console.print({name: round(seconds, 1) for name, seconds in part["reached"].items()})


def main() -> int:
    """On a private cluster that is thrown away afterwards."""
    parser = argparse.ArgumentParser(prog="bench.night", description=__doc__)
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2, choices=(1, 2))
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--of", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--day", type=date.fromisoformat, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part is not None:
        _part(chosen.part, chosen.of, chosen.day, profile="BENCH_PROFILE" in os.environ)
        return 0
    with tempfile.TemporaryDirectory(prefix="capweb-bench-") as folder:
        Path(folder).chmod(0o755)
        os.environ.update(CAPWEB_DATA=folder, DJANGO_SETTINGS_MODULE="capweb.settings", CAPWEB_LOG_LEVEL="WARNING")
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PLATFORM_URL", "CELERY_BROKER_URL"):
            os.environ.pop(name, None)
        from capweb.onebox.servers import private_servers

        os.chdir(ROOT)
        with private_servers():
            import django

            django.setup()
            result = run(terms=chosen.terms, workers=chosen.workers)
            results = ROOT / "bench" / "results"
            results.mkdir(exist_ok=True)
            (results / "night.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
