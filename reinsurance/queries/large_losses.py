"""Claims whose ceded part passes a threshold of their treaty: those to be told, and those that were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import connections

from capweb.accounts.actor import Actor, PlatformActor
from reinsurance.models import LossAdvice
from reinsurance.queries.books import alias_of
from reinsurance.queries.treaties import visible_treaties

# The terms in force on the day name the thresholds; a claim is one reference under one treaty, over all its cessions.
_BEYOND: Final = """
    WITH thresholds AS (
        SELECT DISTINCT ON (p.treaty_id) p.treaty_id, p.large_loss_amount, p.cash_call_amount
        FROM reinsurance_treatyterms p JOIN reinsurance_treaty t ON t.id = p.treaty_id
        WHERE p.insurer_id = %(insurer)s AND p.first_day <= %(on)s
          AND (%(treaties)s::text[] IS NULL OR t.public_id = ANY (%(treaties)s::text[]))
        ORDER BY p.treaty_id, p.first_day DESC
    ), claims AS (
        SELECT c.treaty_id, m.claim_reference,
               COALESCE(sum(signed.ceded) FILTER (WHERE m.kind = 'indemnity'), 0) AS paid,
               COALESCE(sum(signed.ceded) FILTER (WHERE m.kind = 'reserve'), 0) AS outstanding,
               COALESCE(sum(signed.ceded) FILTER (WHERE m.kind = 'recovery'), 0) AS recovered
        FROM reinsurance_claimmovement m
        JOIN reinsurance_cession c ON c.insurer_id = m.insurer_id AND c.id = m.cession_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN m.is_reversal THEN -m.ceded_amount ELSE m.ceded_amount END AS ceded
        ) AS signed
        WHERE m.insurer_id = %(insurer)s AND m.booked_on <= %(on)s
          AND c.treaty_id IN (
              SELECT treaty_id FROM thresholds WHERE large_loss_amount IS NOT NULL OR cash_call_amount IS NOT NULL
          )
        GROUP BY 1, 2
    )
    SELECT c.treaty_id, told.kind, c.claim_reference, told.threshold, c.paid, c.outstanding, c.recovered
    FROM claims c
    JOIN thresholds h ON h.treaty_id = c.treaty_id
    CROSS JOIN LATERAL (
        VALUES ('large_loss', h.large_loss_amount), ('cash_call', h.cash_call_amount)
    ) AS told (kind, threshold)
    LEFT JOIN reinsurance_lossadvice a ON a.insurer_id = %(insurer)s AND a.treaty_id = c.treaty_id
          AND a.claim_reference = c.claim_reference AND a.kind = told.kind
    WHERE c.paid + c.outstanding - c.recovered >= told.threshold AND a.id IS NULL
    ORDER BY c.treaty_id, c.claim_reference, told.kind DESC
"""


@dataclass(frozen=True, slots=True)
class LargeLoss:
    """A claim beyond a threshold that has not been told yet. Amounts are ceded."""

    treaty_row_id: int
    kind: str
    claim_reference: str
    threshold: Decimal
    paid: Decimal
    outstanding: Decimal
    recovered: Decimal

    @property
    def incurred(self) -> Decimal:
        return self.paid + self.outstanding - self.recovered


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """An advice as it was given."""

    public_id: str
    treaty: str
    kind: str
    treaty_kind: str
    market: str
    insurer_name: str
    reinsurer_name: str
    claim_reference: str
    threshold: Decimal
    paid: Decimal
    outstanding: Decimal
    recovered: Decimal
    incurred: Decimal
    booked_on: date

    def facts(self) -> dict[str, str]:
        """The advice as plain text by name: what its paper states and attaches."""
        return {
            "id": self.public_id,
            "kind": self.kind,
            "treaty": self.treaty,
            "treaty_kind": self.treaty_kind,
            "market": self.market,
            "insurer": self.insurer_name,
            "reinsurer": self.reinsurer_name,
            "claim_reference": self.claim_reference,
            "threshold": f"{self.threshold:.2f}",
            "paid": f"{self.paid:.2f}",
            "outstanding": f"{self.outstanding:.2f}",
            "recovered": f"{self.recovered:.2f}",
            "incurred": f"{self.incurred:.2f}",
            "booked_on": self.booked_on.isoformat(),
        }


def losses_beyond_thresholds(actor: Actor, treaties: Sequence[str] | None, *, on: date) -> list[LargeLoss]:
    """What is to be told on a day under some treaties of the insurer, or all; one query."""
    facts = {"insurer": actor.insurer_id, "treaties": None if treaties is None else list(treaties), "on": on}
    with connections[alias_of(actor)].cursor() as cursor:
        cursor.execute(_BEYOND, facts)
        return [LargeLoss(*row) for row in cursor.fetchall()]


def loss_advices(
    actor: Actor | PlatformActor, *, treaty: str | None = None, public_id: str | None = None, limit: int = 500
) -> list[AdviceRow]:
    """The advices that the actor may see, newest first; one query."""
    rows = LossAdvice.objects.using(alias_of(actor)).select_related("treaty__insurer", "treaty__reinsurer")
    rows = rows.filter(treaty__in=visible_treaties(actor).order_by().values("id"))
    if treaty:
        rows = rows.filter(treaty__public_id=treaty)
    if public_id:
        rows = rows.filter(public_id=public_id)
    return [_row(row) for row in rows.order_by("-id")[:limit]]


def _row(row: LossAdvice) -> AdviceRow:
    return AdviceRow(
        public_id=row.public_id,
        treaty=row.treaty.public_id,
        kind=row.kind,
        treaty_kind=row.treaty.kind,
        market=row.treaty.market,
        insurer_name=row.treaty.insurer.name,
        reinsurer_name=row.treaty.reinsurer.name,
        claim_reference=row.claim_reference,
        threshold=row.threshold_amount,
        paid=row.paid_amount,
        outstanding=row.outstanding_amount,
        recovered=row.recovered_amount,
        incurred=row.incurred_amount,
        booked_on=row.booked_on,
    )
