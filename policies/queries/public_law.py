"""The public law as a file that goes out with bordereaux: what an outsider needs to derive their lines again.

Leaves with their whole history and rival readings, the tariffs of one insurer, the countries of the domestic market.
Everything is plain JSON: `reinsurance` and its stand-alone checker know nothing of the law book.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from capweb.accounts.actor import Actor
from eligibility.domain.law import LawBook
from eligibility.domain.parameters import Block, Reference
from eligibility.domain.tables import TariffRow
from eligibility.queries.law_book import current_law_book

SCHEMA: Final = "capweb-public-law-1"
LEAVES: Final = (
    *(
        f"{kind}/{market}/{leaf}"
        for kind in ("complement", "substitution")
        for market in ("domestic", "export")
        for leaf in ("ceded_ratio", "ceding_commission", "insured_ratio_maximum")
    ),
    "scheme/term/length",
    "scheme/term/unit",
    "scheme/domestic/reinsurer",
    "scheme/export/reinsurer",
    "envelopes/domestic/ceiling",
    "envelopes/export/ceiling",
)


def public_law(actor: Actor) -> dict[str, Any]:
    """The law as the actor's insurer has it today. Inside acting(actor)."""
    return law_file(current_law_book(actor), insurer=actor.insurer_code)


def law_file(book: LawBook, *, insurer: str) -> dict[str, Any]:
    """The file of one insurer: general tariffs and its own."""
    leaves = {path: book.parameters[path] for path in LEAVES if path in book.parameters}
    entered = [row for row in book.contracts.values if row.path in leaves]
    return {
        "schema": SCHEMA,
        "insurer": insurer,
        "leaves": {
            path: [
                *_blocks(leaf.history),
                *(
                    _row(one.first_day, one.end_day, one.reference, value=one.value)
                    for one in entered
                    if one.path == path
                ),
            ]
            for path, leaf in leaves.items()
        },
        "readings": {
            path: {rival.name: _blocks(rival.history) for rival in leaf.readings}
            for path, leaf in leaves.items()
            if leaf.readings
        },
        "tariffs": [_tariff(row) for row in book.contracts.tariffs if row.insurer in (None, insurer)],
        "domestic_countries": sorted({row.country for row in book.contracts.countries if row.status == "domestic"}),
    }


def _blocks(history: Iterable[Block]) -> list[dict[str, Any]]:
    return [
        _row(
            block.first_day,
            block.end_day,
            block.reference,
            value=None if block.value is None else str(block.value),
            state=block.state,
        )
        for block in history
    ]


def _tariff(row: TariffRow) -> dict[str, Any]:
    return _row(
        row.first_day,
        row.end_day,
        row.reference,
        product=row.product,
        quarterly_rate=f"{row.quarterly_rate:f}",
        category=row.category,
        zone=row.zone,
        longest_payment_days=row.longest_payment_days,
        illustrative=row.illustrative,
    )


def _row(first: date, end: date | None, reference: Reference, **what: Any) -> dict[str, Any]:
    source = {"text": reference.text, "url": reference.url}
    return {"from": first.isoformat(), "until": None if end is None else end.isoformat(), **what, "reference": source}
