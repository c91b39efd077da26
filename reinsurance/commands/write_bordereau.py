"""Take the digest of gathered lines as they are written, and keep the lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import connections

from reinsurance.commands.gather_lines import Moved, gathered_sums, must_agree
from reinsurance.domain.bordereau_layout import ContentDigest, Written, row_of, sums_of
from reinsurance.domain.bordereau_line import BordereauKind, whole
from reinsurance.queries.bordereau_rows import gathered

_INSERT: Final = """
    INSERT INTO reinsurance_bordereauline (
        id, insurer_id, bordereau_id, number, journal_number, entry_id, cession_id, kind, treaty_year, booked_on,
        effective_on, claim_reference, amount_after, ceded_before, run_off_until, gross_change, live_change,
        run_off_change, ceded_premium, commission, ceded_indemnity, ceded_recovery, reserve_change, corrects_id)
    SELECT id, %(insurer)s, %(bordereau)s, number, journal_number, entry_id, cession_id, kind, treaty_year, booked_on,
           effective_on, claim_reference, amount_after, ceded_before, run_off_until, gross_change, live_change,
           run_off_change, ceded_premium, commission, ceded_indemnity, ceded_recovery, reserve_change, corrects_id
    FROM gathered_lines ORDER BY number
"""


def compose(
    alias: str,
    kind: BordereauKind,
    head: dict[str, Any],
    facts: Mapping[str, Any],
    ledger: Moved,
    *,
    progress: Callable[[int], None],
) -> Written:
    """Head, sums and digest of what was gathered, read once in pieces. Raises LinesDisagree."""
    years = gathered_sums(alias)
    must_agree(kind, whole(years), ledger)
    sums = sums_of(kind, years)
    digest = ContentDigest(kind, head)
    for piece in gathered(alias, dict(facts)):
        digest.take(row_of(kind, line) for line in piece)
        progress(len(piece))
    return Written(kind, head, sums, digest.ended(sums))


def insert_lines(alias: str, *, insurer_id: int, bordereau_id: int) -> None:
    """Keep the gathered lines as those of a bordereau; one statement."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_INSERT, {"insurer": insurer_id, "bordereau": bordereau_id})
