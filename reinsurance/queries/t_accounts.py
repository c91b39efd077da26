"""A treaty's accounts in T form: what stood before, debits left, credits right, what stands after; and each movement.

Recomputed from the transfers, so that it answers for any days and as the books stood at the end of one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from reinsurance.domain.chart import DEBIT_NORMAL, TREATY_CLASSES
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import treaty_named

LARGEST_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class SideRow:
    """What the transfers of one code moved on one side of an account: how many, how much."""

    code: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TAccount:
    """An account over some days. Balances are above zero on the account's own side (debit for DEBIT_NORMAL)."""

    account_class: str
    is_debit_normal: bool
    opening: Decimal
    debits: tuple[SideRow, ...]
    credits: tuple[SideRow, ...]

    @property
    def debited(self) -> Decimal:
        return sum((row.amount for row in self.debits), ZERO)

    @property
    def credited(self) -> Decimal:
        return sum((row.amount for row in self.credits), ZERO)

    @property
    def closing(self) -> Decimal:
        moved = self.credited - self.debited
        return self.opening - moved if self.is_debit_normal else self.opening + moved

    @property
    def is_used(self) -> bool:
        return bool(self.opening or self.debits or self.credits)


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One posted movement of an account. `other_class` is the other side's; `entry` is the entry's source key."""

    id: int
    entry: str
    kind: str
    booked_on: date
    code: str
    other_class: str
    cession: str
    debit: Decimal | None
    credit: Decimal | None


_SIDES: Final = """
    SELECT a.account_class, t.debit_account_id = a.id AS is_debit,
           CASE WHEN e.booked_on < %(first)s THEN NULL ELSE t.code END AS code, count(*), sum(t.amount)
    FROM reinsurance_ledgeraccount a
    JOIN reinsurance_transfer t ON t.insurer_id = a.insurer_id AND a.id IN (t.debit_account_id, t.credit_account_id)
    JOIN reinsurance_journalentry e ON e.insurer_id = t.insurer_id AND e.id = t.entry_id
    WHERE a.insurer_id = %(insurer)s AND a.treaty_id = %(treaty)s AND t.state IN ('posted', 'post')
      AND e.booked_on <= %(as_of)s
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
"""


def t_accounts(actor: Actor | PlatformActor, treaty_id: str, *, first: date, as_of: date) -> list[TAccount]:
    """Every account of a treaty (its public id), in the chart's order, from `first` to the end of `as_of`; two queries.

    Holds are not posted and stand in none of them. Raises TreatyUnknown.
    """
    treaty = treaty_named(actor, treaty_id)
    opening: dict[str, Decimal] = defaultdict(lambda: ZERO)
    sides: dict[tuple[str, bool], list[SideRow]] = defaultdict(list)
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_SIDES, {"insurer": treaty.insurer_id, "treaty": treaty.pk, "first": first, "as_of": as_of})
        for name, is_debit, code, count, amount in cursor.fetchall():
            if code is None:
                opening[name] += amount if is_debit == (name in DEBIT_NORMAL) else -amount
            else:
                sides[name, is_debit].append(SideRow(code, count, amount))
    return [
        TAccount(name, name in DEBIT_NORMAL, opening[name], tuple(sides[name, True]), tuple(sides[name, False]))
        for name in TREATY_CLASSES
    ]


_MOVEMENTS: Final = """
    SELECT t.id, e.source_key, e.kind, e.booked_on, t.code,
           CASE WHEN t.debit_account_id = a.id THEN t.credit_class ELSE t.debit_class END,
           COALESCE(c.public_id, ''),
           CASE WHEN t.debit_account_id = a.id THEN t.amount END, CASE WHEN t.credit_account_id = a.id THEN t.amount END
    FROM reinsurance_ledgeraccount a
    JOIN reinsurance_transfer t ON t.insurer_id = a.insurer_id AND a.id IN (t.debit_account_id, t.credit_account_id)
    JOIN reinsurance_journalentry e ON e.insurer_id = t.insurer_id AND e.id = t.entry_id
    LEFT JOIN reinsurance_cession c ON c.insurer_id = e.insurer_id AND c.id = e.cession_id
    WHERE a.insurer_id = %(insurer)s AND a.treaty_id = %(treaty)s AND a.account_class = %(name)s
      AND t.state IN ('posted', 'post') AND e.booked_on BETWEEN %(first)s AND %(as_of)s
      AND (%(code)s = '' OR t.code = %(code)s) AND t.id > %(after)s
    ORDER BY t.id LIMIT %(limit)s
"""


def account_movements(
    actor: Actor | PlatformActor,
    treaty_id: str,
    account_class: str,
    *,
    first: date,
    as_of: date,
    code: str = "",
    after: int = 0,
    size: int = 100,
) -> list[MovementRow]:
    """The posted movements of one account of a treaty, oldest first, of one code or of all; two queries.

    Raises TreatyUnknown.
    """
    treaty = treaty_named(actor, treaty_id)
    facts: dict[str, Any] = {
        "insurer": treaty.insurer_id,
        "treaty": treaty.pk,
        "name": account_class,
        "first": first,
        "as_of": as_of,
        "code": code,
        "after": after,
        "limit": max(1, min(size, LARGEST_PAGE)),
    }
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_MOVEMENTS, facts)
        return [MovementRow(*row) for row in cursor.fetchall()]
