"""`python -m bench`: every benchmark on a private cluster of its own that is thrown away afterwards.

Each prints a table (ours, its floor, its peer, the ratios) and writes JSON to bench/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="requests in the file")
    parser.add_argument("--peer-rows", type=int, default=200, help="rows that the peer is given: it is slow")
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
            from bench import bulk_decisions

            _keep("bulk_decisions", bulk_decisions.run(rows=chosen.rows, peer_rows=chosen.peer_rows))
    # Each with a beginning of its own: the first needs no database, the second a book of its own.
    for module in ("bench.judging", "bench.what_if", "bench.cessions", "bench.closing", "bench.night"):
        subprocess.run([sys.executable, "-m", module], check=True, cwd=ROOT)
    return 0


def _keep(name: str, result: dict[str, object]) -> None:
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
