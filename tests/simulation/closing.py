"""The end of the quarter: its bordereaux are closed, computed again, and checked by the stand-alone checker.

The checker is the file that reinsurers get (`tools/check_bordereau.py`), run in this process on the bytes of the files.
"""

from __future__ import annotations

import importlib.util
import io
import json
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType

from capweb.accounts.acting import acting
from eligibility.queries.law_book import current_law_book
from policies.queries.public_law import law_file
from reinsurance.commands.close_bordereau import close_bordereaux
from reinsurance.commands.verify_bordereaux import verify_accounts, verify_bordereaux
from reinsurance.documents.bordereau_files import bordereau_csv, bordereau_json
from reinsurance.domain.closing import period_named
from reinsurance.queries import bordereaux
from tests.simulation.reading import rows
from tests.simulation.world import House

PERIODS = ("2020-Q2", "2020-Q3")
_FORMS = (("csv", bordereau_csv), ("json", bordereau_json))


def close_the_quarter(house: House, *, on: date) -> str:
    """How many lines were told. Raises AssertionError where what was closed does not agree."""
    used = rows(
        "SELECT DISTINCT t.public_id FROM reinsurance_treaty t JOIN reinsurance_cession c ON c.treaty_id = t.id "
        "WHERE t.insurer_id = %s ORDER BY 1",
        house.insurer_id,
    )
    treaties = [name for (name,) in used]
    closed = [
        one
        for period in PERIODS
        for one in close_bordereaux(house.accountant, treaties, period=period_named(period), on=on)
    ]
    wrong = [told for one in verify_bordereaux(house.accountant) for told in one.differences]
    wrong += [told for one in verify_accounts(house.accountant) for told in one.differences]
    assert not wrong, wrong
    with tempfile.TemporaryDirectory() as folder:
        law = Path(folder) / "public-law.json"
        with acting(house.accountant):
            law.write_text(
                json.dumps(law_file(current_law_book(house.accountant), insurer=house.code)), encoding="utf-8"
            )
        files = []
        for one in closed:
            if not one.line_count:
                continue
            with acting(house.accountant):
                found = bordereaux.bordereau(house.accountant, one.public_id)
                for form, write in _FORMS:
                    pieces = bordereaux.in_pieces(house.accountant, found)
                    files.append(Path(folder) / f"{one.public_id}.{form}")
                    files[-1].write_bytes(b"".join(write(found.written, one.public_id, pieces)))
        _must_agree(law, files)
    lines = sum(one.line_count for one in closed)
    return f"closes {' and '.join(PERIODS)}, checked: {lines} lines"


def _must_agree(law: Path, files: Sequence[Path]) -> None:
    if not files:
        return
    said = io.StringIO()
    with redirect_stdout(said):
        status = _checker().main(["--law", str(law), *map(str, files)])
    assert status == 0, said.getvalue()


@cache
def _checker() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "check_bordereau.py"
    found = importlib.util.spec_from_file_location("check_bordereau", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
