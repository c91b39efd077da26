"""Gather the lines of one bordereau into a temporary table, from the ledger alone, set by set.

Numbers follow the journal. Ids are drawn from the table of lines when a bordereau is closed, so that lines can point at
each other before they are inserted; to compute one again they count downwards from -1 and are never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connections
from django.utils.translation import gettext as _

from capweb.kernel.errors import DomainError
from capweb.kernel.money import ZERO
from reinsurance.domain.bordereau_line import BordereauKind, Sums, YearSums
from reinsurance.domain.chart import DEBIT_NORMAL
from reinsurance.queries.bordereau_sources import ACCOUNT_OF, LINES, MOVED, SETTLING

_DRAWN: Final = "nextval(pg_get_serial_sequence('reinsurance_bordereauline', 'id'))"
_GATHER: Final = """
    CREATE TEMPORARY TABLE gathered_lines ON COMMIT DROP AS
    SELECT {ids} AS id, NULL::bigint AS corrects_id, numbered.* FROM (
        SELECT (row_number() OVER (ORDER BY lines.journal_number, lines.place, lines.cession_id))::integer AS number,
               lines.*
        FROM ({lines}) AS lines
    ) AS numbered ORDER BY number
"""
# What a correction corrects: the line that ceded the same cession, in this bordereau or in an earlier one of its kind.
_ORIGINS: Final = """
    UPDATE gathered_lines AS line SET corrects_id = origin.id
    FROM (
        SELECT id, cession_id FROM gathered_lines WHERE kind = 'ceded'
        UNION ALL
        SELECT o.id, o.cession_id
        FROM reinsurance_bordereauline o
        JOIN reinsurance_bordereau b ON b.insurer_id = o.insurer_id AND b.id = o.bordereau_id
        WHERE o.insurer_id = %(insurer)s AND o.kind = 'ceded' AND b.treaty_id = %(treaty)s AND b.kind = %(kind)s
          AND b.layout_version = %(layout)s AND b.period_first < %(first)s
          AND o.cession_id IN (SELECT cession_id FROM gathered_lines WHERE kind = ANY (%(corrections)s))
    ) AS origin
    WHERE line.cession_id = origin.cession_id AND line.kind = ANY (%(corrections)s)
"""
# A claim's movement that reverses another names it.
_REVERSED: Final = """
    UPDATE gathered_lines AS line SET corrects_id = origin.id
    FROM (
        SELECT id, entry_id FROM gathered_lines
        UNION ALL
        SELECT o.id, o.entry_id
        FROM reinsurance_bordereauline o
        JOIN reinsurance_bordereau b ON b.insurer_id = o.insurer_id AND b.id = o.bordereau_id
        WHERE o.insurer_id = %(insurer)s AND b.treaty_id = %(treaty)s AND b.kind = %(kind)s
          AND b.layout_version = %(layout)s AND b.period_first < %(first)s
          AND o.entry_id IN (SELECT corrected_entry_id FROM gathered_lines)
    ) AS origin
    WHERE line.corrected_entry_id = origin.entry_id
"""
# Premium that comes back is always a correction of premium that was ceded; exposure that ends or is replaced is not.
_CORRECTIONS: Final[Mapping[BordereauKind, tuple[str, ...]]] = {
    "risk": ("amended", "corrected"),
    "premium": ("amended", "corrected", "ended", "replaced"),
}
_SUMS: Final = """
    SELECT treaty_year, count(*), sum(gross_change), sum(live_change), sum(run_off_change), sum(ceded_premium),
           sum(commission), sum(ceded_indemnity), sum(reserve_change), sum(ceded_recovery),
           sum(ceded_premium - commission - ceded_indemnity + ceded_recovery)
    FROM gathered_lines GROUP BY treaty_year ORDER BY treaty_year
"""


class LinesDisagree(DomainError):
    """The lines do not come to what the ledger moved: nothing is closed on books that contradict themselves."""

    code = "lines_disagree"


def gather(alias: str, kind: BordereauKind, facts: Mapping[str, Any], *, is_to_be_stored: bool) -> None:
    """Fill `gathered_lines` for one kind; whatever was gathered before in this transaction is let go."""
    ids = _DRAWN if is_to_be_stored else "-numbered.number::bigint"
    with connections[alias].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS gathered_lines")
        cursor.execute(_GATHER.format(ids=ids, lines=LINES[kind]), dict(facts))
        if kind in _CORRECTIONS:
            cursor.execute(_ORIGINS, {**facts, "kind": kind, "corrections": list(_CORRECTIONS[kind])})
        else:
            cursor.execute(_REVERSED, {**facts, "kind": kind})
        cursor.execute("CREATE INDEX ON gathered_lines (id)")
        cursor.execute("ANALYZE gathered_lines")


def gathered_sums(alias: str) -> tuple[YearSums, ...]:
    """The sums of what was gathered, by treaty year."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_SUMS)
        return tuple(YearSums(row[0], Sums(**dict(zip(_SUMMED, row[1:], strict=True)))) for row in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Moved:
    """What the transfers of the told entries moved, by class of account, on the account's own side; and what statements
    settled on the current account.
    """

    by_account: Mapping[str, Decimal]
    settled: Decimal

    @property
    def owed(self) -> Decimal:
        """What premiums, commission, indemnities and recoveries moved on the current account."""
        return self.by_account.get("current_account", ZERO)


def moved(alias: str, facts: Mapping[str, Any]) -> Moved:
    """The second way to the sums of the lines: from transfers alone; one query."""
    parameters = {**facts, "debit_normal": sorted(DEBIT_NORMAL), "settling": SETTLING}
    with connections[alias].cursor() as cursor:
        cursor.execute(MOVED, parameters)
        rows = cursor.fetchall()
    settled = sum(
        (amount for account, is_settling, amount in rows if is_settling and account == "current_account"), ZERO
    )
    return Moved({account: amount for account, is_settling, amount in rows if not is_settling}, settled)


def must_agree(kind: BordereauKind, sums: Sums, ledger: Moved) -> None:
    """Raises LinesDisagree when the lines of a kind come to anything but what its accounts moved."""
    for column in _COMPARED[kind]:
        said, booked = getattr(sums, column), ledger.by_account.get(ACCOUNT_OF[column], ZERO)
        if said != booked:
            raise LinesDisagree(
                _("Lines of %(kind)s come to %(said)s EUR of %(column)s, the ledger to %(booked)s EUR; verify it.")
                % {"kind": kind, "said": said, "column": column, "booked": booked},
                kind=kind,
                column=column,
                lines=said,
                ledger=booked,
            )


_SUMMED: Final = tuple(Sums.__dataclass_fields__)
_COMPARED: Final[Mapping[BordereauKind, tuple[str, ...]]] = {
    "risk": ("live_change", "run_off_change"),
    "premium": ("ceded_premium_change", "commission_change"),
    "claims": ("ceded_indemnity_change", "reserve_change"),
    "recoveries": ("ceded_recovery_change",),
}
