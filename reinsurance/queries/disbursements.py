"""What was paid in the insurance years of policies, and what is left of each year's limit (D-17), from the ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connections

from capweb.accounts.actor import Actor
from reinsurance.queries.books import alias_of


@dataclass(frozen=True, slots=True)
class DisbursementState:
    """A policy year that is open: its limit, and what was paid in it, gross, net of what was taken back."""

    id: int
    policy_number: str
    market: str
    first_day: date
    end_day: date
    limit_amount: Decimal
    disbursed: Decimal

    @property
    def room(self) -> Decimal:
        return self.limit_amount - self.disbursed


_YEARS = """
    SELECT y.id, y.policy_number, y.market, y.first_day, y.end_day, y.limit_amount,
           y.limit_amount - (a.credits_posted - a.debits_posted)
    FROM reinsurance_disbursementyear y
    JOIN reinsurance_ledgeraccount a
      ON a.insurer_id = y.insurer_id AND a.disbursement_year_id = y.id AND a.account_class = 'disbursement_room'
    WHERE y.insurer_id = %(insurer)s AND (%(policies)s::text[] IS NULL OR y.policy_number = ANY (%(policies)s))
    ORDER BY y.policy_number, y.first_day
"""


def disbursement_years(actor: Actor, policy_numbers: Collection[str] | None = None) -> list[DisbursementState]:
    """The years that are open under these policies, or under all, by policy and day; one query."""
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(
            _YEARS,
            {
                "insurer": actor.insurer_id,
                "policies": None if policy_numbers is None else sorted(set(policy_numbers)),
            },
        )
        return [DisbursementState(*row) for row in cursor.fetchall()]


_DISBURSED = """
    SELECT y.policy_number,
           COALESCE(sum(CASE t.code WHEN 'disbursed' THEN t.amount WHEN 'disbursed_reversed' THEN -t.amount END), 0)
    FROM reinsurance_disbursementyear y
    JOIN reinsurance_ledgeraccount a
      ON a.insurer_id = y.insurer_id AND a.disbursement_year_id = y.id AND a.account_class = 'disbursement_room'
    JOIN reinsurance_transfer t ON t.insurer_id = y.insurer_id AND a.id IN (t.debit_account_id, t.credit_account_id)
    JOIN reinsurance_journalentry e ON e.insurer_id = t.insurer_id AND e.id = t.entry_id
    WHERE y.insurer_id = %(insurer)s AND y.market = %(market)s AND y.policy_number = ANY (%(policies)s)
      AND y.first_day <= %(on)s AND %(on)s < y.end_day AND e.booked_on <= %(known_on)s
    GROUP BY y.policy_number
"""


def disbursed_in_year_of(
    actor: Actor, policy_numbers: Sequence[str], *, market: str, on: date, known_on: date
) -> dict[str, Decimal]:
    """What was paid, as known at the end of `known_on`, in the insurance year of each policy that holds the day `on`;
    policies without a payment are left out. One query.
    """
    if not policy_numbers:
        return {}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(
            _DISBURSED,
            {
                "insurer": actor.insurer_id,
                "market": market,
                "policies": sorted(set(policy_numbers)),
                "on": on,
                "known_on": known_on,
            },
        )
        return dict(cursor.fetchall())
