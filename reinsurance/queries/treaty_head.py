"""What a closed document says of its treaty: the parties, the dates, every row of terms until the end of the period."""

from __future__ import annotations

from datetime import date
from typing import Any

from reinsurance.domain.bordereau_layout import ratio_text
from reinsurance.models import Treaty, TreatyTerms


def treaty_head(alias: str, treaty: Treaty, *, before: date, known_on: date) -> dict[str, Any]:
    """As it is printed and frozen: terms that begin before `before` and were known on `known_on`; one query."""
    rows = TreatyTerms.objects.using(alias).filter(
        insurer_id=treaty.insurer_id, treaty=treaty, first_day__lt=before, booked_on__lte=known_on
    )
    return {
        "id": treaty.public_id,
        "kind": treaty.kind,
        "market": treaty.market,
        "opened_on": treaty.opened_on.isoformat(),
        "reference": treaty.reference,
        "insurer": {"code": treaty.insurer.code, "name": treaty.insurer.name},
        "reinsurer": {"code": treaty.reinsurer.code, "name": treaty.reinsurer.name},
        "terms": [_terms(row) for row in rows.order_by("first_day")],
    }


def _terms(row: TreatyTerms) -> dict[str, Any]:
    return {
        "first_day": row.first_day.isoformat(),
        "ceded_ratio": ratio_text(row.ceded_ratio),
        "ceding_commission": ratio_text(row.ceding_commission),
        "reporting_months": row.reporting_months,
        "settlement_days": row.settlement_days,
        "large_loss_amount": None if row.large_loss_amount is None else f"{row.large_loss_amount:.2f}",
        "cash_call_amount": None if row.cash_call_amount is None else f"{row.cash_call_amount:.2f}",
    }
