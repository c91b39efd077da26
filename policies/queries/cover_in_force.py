"""Every guarantee term that runs, of all insurers, as the ledger is held against it: read in blocks by the platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connections

from reinsurance.domain.reconciling import CoverInForce

_BLOCK_ROWS: Final = 20_000
_SQL: Final = """
SELECT term.id, term.insurer_id, guarantee.public_id, term.granted_first, term.cession_id, guarantee.kind,
       guarantee.market, round(LEAST(term.amount, term.right_amount) * term.ceded_ratio, 2)
FROM policies_guaranteeterm term
JOIN policies_guarantee guarantee ON guarantee.id = term.guarantee_id AND guarantee.insurer_id = term.insurer_id
WHERE term.status = 'running' AND term.id > %s
ORDER BY term.id LIMIT %s
"""


def cover_in_force() -> Iterator[CoverInForce]:
    """The running terms in the order of their ids; one query for each block."""
    after = 0
    while True:
        with connections["platform"].cursor() as cursor:
            cursor.execute(_SQL, [after, _BLOCK_ROWS])
            rows = cursor.fetchall()
        for row in rows:
            yield CoverInForce(*row[1:])
        if len(rows) < _BLOCK_ROWS:
            return
        after = rows[-1][0]
