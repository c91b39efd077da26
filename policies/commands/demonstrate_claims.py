"""The demonstration's claims: a file of an insurer's claim system, handed in by the door that such systems use.

Some covers have a loss: a reserve, an indemnity, now and then a recovery or a correction; one row in each file is wrong
on purpose, and must be the only one that is refused.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.kernel.money import to_cent_half_up
from policies.commands.cede_claim_movements import cede_claim_file
from policies.domain.claim_rows import FIELDS
from policies.models import GuaranteeTerm


def hand_in_claims(desk: Actor, folder: Path, *, count: int, on: date) -> tuple[Counter[str], list[str]]:
    """Write the file of `count` claims of one insurer, hand it in on a day; what became of its rows, and the faults."""
    with acting(desk):
        terms = list(
            GuaranteeTerm.objects.filter(cover_first__lt=on - timedelta(days=30))
            .select_related("guarantee")
            .order_by("pk")[:count]
        )
        content = _file([row for place, term in enumerate(terms) for row in _rows(term, place, on=on)], on=on)
        (folder / f"{desk.insurer_code}.csv").write_bytes(content)
        receipt = cede_claim_file(desk, content, file_name=f"{desk.insurer_code}.csv", media_type=None, on=on)
    outcomes: Counter[str] = Counter(row.outcome for row in receipt.rows)
    refused = [row for row in receipt.rows if row.outcome == "refused"]
    faults = [
        f"{desk.insurer_code}, claims, line {row.line}: {', '.join(error.message for error in row.errors)}"
        for row in refused
        if row.source_key != "unknown"
    ]
    if len(refused) - len(faults) != 1:
        faults.append(f"{desk.insurer_code}: the claim of an unknown guarantee was not refused")
    return outcomes, faults


def _rows(term: GuaranteeTerm, place: int, *, on: date) -> list[dict[str, str]]:
    paid_on, paid = on - timedelta(days=5), to_cent_half_up(term.granted_amount / 4)
    cover = {
        "claim_reference": f"SIN-{term.pk}",
        "guarantee": term.guarantee.public_id,
        "delivered_on": term.cover_first.isoformat(),
        "effective_on": paid_on.isoformat(),
    }
    rows = [
        {**cover, "source_key": f"{term.pk}-1", "kind": "reserve", "amount": str(term.granted_amount)},
        {
            **cover,
            "source_key": f"{term.pk}-2",
            "kind": "indemnity",
            "amount": str(paid),
            "reserve_level": str(term.granted_amount - paid),
        },
    ]
    if place % 3 == 0:
        back, costs = to_cent_half_up(paid / 3), to_cent_half_up(paid / 30)
        rows.append(
            {**cover, "source_key": f"{term.pk}-3", "kind": "recovery", "amount": str(back), "costs": str(costs)}
        )
    if place % 5 == 0:
        wrong = {"source_key": f"{term.pk}-4", "kind": "correction", "corrects": f"{term.pk}-2", "amount": "100.00"}
        rows.append({**wrong, "effective_on": on.isoformat()})
    return rows


def _file(rows: list[dict[str, str]], *, on: date) -> bytes:
    day = on.isoformat()
    unknown = {
        "source_key": "unknown",
        "kind": "indemnity",
        "claim_reference": "SIN-0",
        "guarantee": "gar_unknown",
        "delivered_on": day,
        "effective_on": day,
        "amount": "1.00",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=FIELDS, delimiter=";")
    writer.writeheader()
    writer.writerows([*rows, unknown])
    return text.getvalue().encode()
