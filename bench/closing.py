"""How long does a large close take? `python -m bench.closing`

A quarter of 50,000 cessions (100,000 lines: risk and premium) closed with its files, checked by the stand-alone
checker, closed periods computed again, and the whole ledger verified with its seals: each by the command that people
use, as a process of its own whose peak memory is told. Floor: COPY of the very lines into a copy of the database,
constraints and triggers in place. There is no peer: no public package closes bordereaux.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLES = ("reinsurance_bordereau", "reinsurance_bordereauline")
PERIOD = "2020-Q2"


def run(*, cessions: int) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connections

    from bench.cessions import _cede_in_batches, _open_books, _order
    from bench.floor import copy_database, floor
    from capweb.accounts.models import Installation

    call_command("migrate", database="owner", verbosity=0)
    actor = _open_books()
    Installation.objects.using("owner").update(business_day=date(2020, 7, 1))
    _cede_in_batches(actor, [_order(f"closing:{number}") for number in range(cessions)])
    before = copy_database("bench_before")
    for connection in connections.all():
        connection.close()
    files = Path(os.environ["CAPWEB_DATA"]) / "closed"
    files.mkdir(mode=0o755)
    manage, law = "manage.py", files / "public-law.json"
    steps = {"close": _process(manage, "close_bordereau", "--all", "--period", PERIOD, "--output", str(files))}
    floor_seconds, written = floor(before, TABLES)
    _process(manage, "public_law", "--insurer", actor.insurer_code, "--output", str(law))
    made = sorted(str(file) for file in files.glob("*-Q2-*.json"))
    steps["check, stand-alone"] = _process("tools/check_bordereau.py", "--law", str(law), *made)
    steps["close --verify"] = _process(manage, "close_bordereau", "--verify")
    steps["verify_ledger"] = _process(manage, "verify_ledger")
    lines = written["reinsurance_bordereauline"]
    result = {"cessions": cessions, "lines": lines, "floor_seconds": floor_seconds, "steps": steps}
    _tell(result)
    return result


def _process(*arguments: str) -> dict[str, float]:
    begun = time.perf_counter()
    peak = 0
    with subprocess.Popen([sys.executable, *arguments]) as process:
        while process.poll() is None:
            peak = max(peak, _peak_kilobytes(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{arguments[:2]} ended with status {process.returncode}")
    return {"seconds": time.perf_counter() - begun, "peak_megabytes": peak / 1024}


def _peak_kilobytes(pid: int) -> int:
    """The most memory that a process has held until now; nothing once it has ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _tell(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    lines, title = result["lines"], f"{result['lines']:,} lines of {result['cessions']:,} cessions"
    table = Table("closing a quarter", "seconds", "lines a second", "peak MB", "of the floor", title=title)
    for name, step in result["steps"].items():
        seconds = step["seconds"]
        share = f"{result['floor_seconds'] / seconds:.2f}" if name == "close" else ""
        table.add_row(name, f"{seconds:.1f}", f"{lines / seconds:,.0f}", f"{step['peak_megabytes']:.0f}", share)
    floor = result["floor_seconds"]
    table.add_row("floor: COPY of the same lines in", f"{floor:.1f}", f"{lines / floor:,.0f}", "", "1")
    Console().print(table)


def main() -> int:
    """On a private cluster that is thrown away afterwards."""
    parser = argparse.ArgumentParser(prog="bench.closing", description=__doc__)
    parser.add_argument("--cessions", type=int, default=50_000)
    chosen = parser.parse_args()
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
            result = run(cessions=chosen.cessions)
            results = ROOT / "bench" / "results"
            results.mkdir(exist_ok=True)
            (results / "closing.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
