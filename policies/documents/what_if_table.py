"""The changed lines of a what-if run as rows of a table: which columns, and what stands in each cell."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from policies.domain.what_if import Line
from policies.domain.what_if_words import Teller

COLUMNS: Final = (
    "number", "insurer", "guarantee", "change", "product", "market", "policyholder", "policy_number", "buyer",
    "buyer_country", "buyer_identifier", "grade", "category", "zone", "in_force", "outcome_before", "outcome_after",
    "amount_before", "amount_after", "ceded_before", "ceded_after", "ceded_change", "premium_before", "premium_after",
    "rules", "reasons", "texts",
)  # fmt: skip

Cell = str | int | Decimal | None


def cells(line: Line, teller: Teller) -> list[Cell]:
    """One line in the order of COLUMNS; a premium without a tariff is empty."""
    told = teller.reasons(line)
    before, after = line.before, line.after
    return [
        line.number, line.insurer, line.guarantee, line.change, line.product, line.market, line.policyholder,
        line.policy_number, line.buyer, line.buyer_country, line.buyer_identifier, line.grade, line.category,
        line.zone, line.in_force, before.outcome, after.outcome, before.amount, after.amount, before.ceded,
        after.ceded, line.ceded_change, before.premium, after.premium, " ".join(one.code for one in told),
        " ".join(one.sentence for one in told), " · ".join(dict.fromkeys(one.text for one in told)),
    ]  # fmt: skip
