"""What is told of a row is looked up by that row's key, also behind row-level security.

PostgreSQL counts COALESCE among what might tell of hidden rows, and puts a condition with it after the index; each row
then reads all rows of its insurer. With one such key a night of 100,000 terms had not ended after five minutes, and
small books show nothing. CASE does the same and is looked up in the index.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A key compared with COALESCE. Sealing joins a handful of heads by it, and the platform reads every insurer.
KEY_BY_COALESCE = re.compile(r"\b(?:\w+\.)?(?:\w+_)?id\s*=\s*COALESCE\s*\(", re.IGNORECASE)
ALLOWED = {"reinsurance/commands/seal_journal.py"}


@pytest.mark.parametrize("app", ["capweb", "eligibility", "policies", "reinsurance"])
def test_no_key_is_compared_with_coalesce(app):
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sorted((ROOT / app).rglob("*.py"))
        if str(path.relative_to(ROOT)) not in ALLOWED
        for match in KEY_BY_COALESCE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found, (
        f"CASE WHEN … IS NULL finds the row by its key, COALESCE behind row-level security does not: {found}"
    )


@pytest.mark.parametrize(
    "condition", ["buyer.id = COALESCE(\n", "AND buyer_id = coalesce(term.former_buyer_id, term.buyer_id)"]
)
def test_a_key_by_coalesce_is_found(condition):
    assert KEY_BY_COALESCE.search(condition)
