"""Settlement as it stands: lines by what was said of them, disputes, statements with what is open, payments, ageing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from reinsurance.domain.settlement import AGES, Age, Direction, OpenAmount, StatedAmounts, age
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties

_LAST = """
    LEFT JOIN LATERAL (
        SELECT a.answer, a.reason, a.note, a.answered_by, a.booked_on FROM reinsurance_lineanswer a
        WHERE a.insurer_id = l.insurer_id AND a.line_id = l.id ORDER BY a.position DESC LIMIT 1
    ) last ON true
    LEFT JOIN reinsurance_settledline s ON s.insurer_id = l.insurer_id AND s.line_id = l.id
"""


@dataclass(frozen=True, slots=True)
class SettleableLines:
    """The acknowledged lines of a treaty that no statement settles yet, by id, and what they come to."""

    treaty_id: int
    line_ids: list[int]
    amounts: StatedAmounts


_SETTLEABLE = f"""
    SELECT b.treaty_id, array_agg(l.id ORDER BY l.id), sum(l.ceded_premium), -sum(l.commission),
           -sum(l.ceded_indemnity), sum(l.ceded_recovery)
    FROM reinsurance_bordereau b
    JOIN reinsurance_bordereauline l ON l.insurer_id = b.insurer_id AND l.bordereau_id = b.id
    {_LAST}
    WHERE b.insurer_id = %(insurer)s AND b.treaty_id = ANY (%(treaties)s) AND b.period_end - 1 <= %(up_to)s
      AND l.current_account_change <> 0 AND s.id IS NULL AND last.answer = 'acknowledged'
    GROUP BY b.treaty_id
"""  # noqa: S608 (fragments of this module)


def settleable_lines(actor: Actor, treaty_ids: Collection[int], *, up_to: date) -> dict[int, SettleableLines]:
    """What a statement of each treaty would settle: lines of periods that ended on or before `up_to`; one query."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_SETTLEABLE, {"insurer": actor.insurer_id, "treaties": sorted(treaty_ids), "up_to": up_to})
        return {row[0]: SettleableLines(row[0], row[1], StatedAmounts(*row[2:])) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class LineSums:
    """The lines of a treaty that move money, by what was said of them: how many, and what they come to, signed."""

    treaty: str
    insurer: str
    reinsurer: str
    kind: str
    market: str
    to_answer: int
    to_answer_amount: Decimal
    acknowledged: int
    acknowledged_amount: Decimal
    disputed: int
    disputed_amount: Decimal

    @property
    def count(self) -> int:
        return self.to_answer + self.acknowledged + self.disputed


_SUMS = f"""
    SELECT t.public_id, i.name, r.name, t.kind, t.market,
           count(*) FILTER (WHERE last.answer IS NULL),
           COALESCE(sum(l.current_account_change) FILTER (WHERE last.answer IS NULL), 0),
           count(*) FILTER (WHERE last.answer = 'acknowledged'),
           COALESCE(sum(l.current_account_change) FILTER (WHERE last.answer = 'acknowledged'), 0),
           count(*) FILTER (WHERE last.answer = 'disputed'),
           COALESCE(sum(l.current_account_change) FILTER (WHERE last.answer = 'disputed'), 0)
    FROM reinsurance_treaty t
    JOIN accounts_organisation i ON i.id = t.insurer_id
    JOIN accounts_organisation r ON r.id = t.reinsurer_id
    JOIN reinsurance_bordereau b ON b.insurer_id = t.insurer_id AND b.treaty_id = t.id
    JOIN reinsurance_bordereauline l ON l.insurer_id = b.insurer_id AND l.bordereau_id = b.id
    {_LAST}
    WHERE t.id = ANY (%(treaties)s) AND l.current_account_change <> 0 AND s.id IS NULL
    GROUP BY t.id, i.name, r.name ORDER BY i.name, t.kind, t.market, t.id
"""  # noqa: S608 (fragments of this module)


def open_line_sums(actor: Actor | PlatformActor) -> list[LineSums]:
    """For each treaty that the actor may see, its unsettled lines; treaties without any are left out; two queries."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_SUMS, {"treaties": _treaties(actor, None)})
        return [LineSums(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class DisputedLine:
    """A line that is disputed, with why; `corrected_by` names a later line that corrects it, as bordereau/number."""

    bordereau: str
    number: int
    treaty: str
    insurer: str
    reinsurer: str
    kind: str
    cession: str
    change: Decimal
    reason: str
    note: str
    answered_by: str
    answered_on: date
    corrected_by: str


_DISPUTED = f"""
    SELECT b.public_id, l.number, t.public_id, i.name, r.name, l.kind, COALESCE(c.public_id, ''),
           l.current_account_change, last.reason, last.note, last.answered_by, last.booked_on,
           COALESCE((SELECT k.public_id || '/' || d.number FROM reinsurance_bordereauline d
                     JOIN reinsurance_bordereau k ON k.insurer_id = d.insurer_id AND k.id = d.bordereau_id
                     WHERE d.insurer_id = l.insurer_id AND d.corrects_id = l.id ORDER BY d.id DESC LIMIT 1), '')
    FROM reinsurance_bordereau b
    JOIN reinsurance_treaty t ON t.insurer_id = b.insurer_id AND t.id = b.treaty_id
    JOIN accounts_organisation i ON i.id = t.insurer_id
    JOIN accounts_organisation r ON r.id = t.reinsurer_id
    JOIN reinsurance_bordereauline l ON l.insurer_id = b.insurer_id AND l.bordereau_id = b.id
    LEFT JOIN reinsurance_cession c ON c.insurer_id = l.insurer_id AND c.id = l.cession_id
    {_LAST}
    WHERE b.treaty_id = ANY (%(treaties)s) AND s.id IS NULL AND last.answer = 'disputed'
    ORDER BY last.booked_on, b.id, l.number LIMIT %(limit)s
"""  # noqa: S608 (fragments of this module)


def disputed_lines(actor: Actor | PlatformActor, *, treaty: str | None = None, limit: int = 200) -> list[DisputedLine]:
    """Lines in dispute, the longest first; two queries."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_DISPUTED, {"treaties": _treaties(actor, treaty), "limit": limit})
        return [DisputedLine(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement, signed from the insurer's side; `open_amount` is what is still to be paid of it."""

    id: int
    public_id: str
    treaty_id: int
    treaty: str
    insurer: str
    reinsurer: str
    kind: str
    market: str
    up_to: date
    booked_on: date
    line_count: int
    premium: Decimal
    commission: Decimal
    indemnity: Decimal
    recovery: Decimal
    balance: Decimal
    due_on: date | None
    paid: Decimal

    @property
    def open_amount(self) -> Decimal:
        return self.balance - self.paid if self.balance > 0 else self.balance + self.paid

    def age(self, *, on: date) -> Age:
        return age(self.due_on, on=on)


_STATEMENTS = """
    SELECT s.id, s.public_id, t.id, t.public_id, i.name, r.name, t.kind, t.market, s.up_to, s.booked_on, s.line_count,
           s.premium_amount, s.commission_amount, s.indemnity_amount, s.recovery_amount, s.balance, s.due_on,
           COALESCE((SELECT sum(m.amount) FROM reinsurance_paymentmatch m
                     WHERE m.insurer_id = s.insurer_id AND m.statement_id = s.id AND m.booked_on <= %(as_of)s), 0)
    FROM reinsurance_accountstatement s
    JOIN reinsurance_treaty t ON t.insurer_id = s.insurer_id AND t.id = s.treaty_id
    JOIN accounts_organisation i ON i.id = t.insurer_id
    JOIN accounts_organisation r ON r.id = t.reinsurer_id
    WHERE s.treaty_id = ANY (%(treaties)s) AND s.booked_on <= %(as_of)s
    ORDER BY s.booked_on, s.id
"""


def statements(actor: Actor | PlatformActor, *, on: date, treaty: str | None = None) -> list[StatementRow]:
    """The statements of the treaties that the actor may see, oldest first, as the books stood on a day; two queries."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_STATEMENTS, {"treaties": _treaties(actor, treaty), "as_of": on})
        return [StatementRow(*row) for row in cursor.fetchall()]


def open_amounts(rows: Sequence[StatementRow]) -> dict[int, list[OpenAmount]]:
    """What is open, by treaty, oldest first."""
    found: dict[int, list[OpenAmount]] = {}
    for row in rows:
        if row.open_amount:
            found.setdefault(row.treaty_id, []).append(OpenAmount(row.id, row.open_amount))
    return found


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment, what of it pays statements, and what of it is credit that nothing is open for."""

    id: int
    public_id: str
    insurer_id: int
    treaty_id: int
    treaty: str
    insurer: str
    reinsurer: str
    kind: str
    market: str
    reference: str
    direction: Direction
    amount: Decimal
    paid_on: date
    booked_on: date
    matched: Decimal

    @property
    def unmatched(self) -> Decimal:
        return self.amount - self.matched


_PAYMENTS = """
    SELECT p.id, p.public_id, p.insurer_id, t.id, t.public_id, i.name, r.name, t.kind, t.market, p.reference,
           p.direction, p.amount, p.paid_on, p.booked_on,
           COALESCE((SELECT sum(m.amount) FROM reinsurance_paymentmatch m
                     WHERE m.insurer_id = p.insurer_id AND m.payment_id = p.id AND m.booked_on <= %(as_of)s), 0)
    FROM reinsurance_payment p
    JOIN reinsurance_treaty t ON t.insurer_id = p.insurer_id AND t.id = p.treaty_id
    JOIN accounts_organisation i ON i.id = t.insurer_id
    JOIN accounts_organisation r ON r.id = t.reinsurer_id
    WHERE p.treaty_id = ANY (%(treaties)s) AND p.booked_on <= %(as_of)s
    ORDER BY p.paid_on, p.id
"""


def payments(actor: Actor | PlatformActor, *, on: date, treaty: str | None = None) -> list[PaymentRow]:
    """The payments of the treaties that the actor may see, oldest first, as the books stood on a day; two queries."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_PAYMENTS, {"treaties": _treaties(actor, treaty), "as_of": on})
        return [PaymentRow(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What is open of a treaty's statements by how late it is, signed; in the order of AGES, then the sum."""

    treaty: str
    insurer: str
    reinsurer: str
    kind: str
    market: str
    amounts: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts, ZERO)


def ageing(rows: Sequence[StatementRow], *, on: date) -> list[AgeingRow]:
    """What is open by treaty and age, from statements already read."""
    found: dict[str, list[Decimal]] = {}
    heads: dict[str, StatementRow] = {}
    for row in rows:
        if row.open_amount:
            heads[row.treaty] = row
            by_age = found.setdefault(row.treaty, [ZERO] * len(AGES))
            by_age[AGES.index(row.age(on=on))] += row.open_amount
    return [
        AgeingRow(treaty, head.insurer, head.reinsurer, head.kind, head.market, tuple(found[treaty]))
        for treaty, head in heads.items()
    ]


def _treaties(actor: Actor | PlatformActor, treaty: str | None) -> list[int]:
    rows: Any = visible_treaties(actor)
    if treaty is not None:
        rows = rows.filter(public_id=treaty)
    return cast("list[int]", list(rows.values_list("id", flat=True)))
