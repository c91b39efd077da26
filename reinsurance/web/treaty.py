"""One treaty: what was agreed and by whom, its countries, its renewals, and what stands on its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from capweb.accounts.actor import Actor, PlatformActor
from capweb.kernel.money import ZERO
from reinsurance.domain.chart import CASH_CLASSES
from reinsurance.queries.allotments import AllotmentRow, allotments
from reinsurance.queries.treaties import TreatyUnknown
from reinsurance.queries.treaty_detail import TreatyDetail, treaty_detail
from reinsurance.queries.treaty_proposals import decided_treaty_proposals, open_treaty_proposals
from reinsurance.web.pages import LINE, SHORTEST, BooksView, Part


@dataclass(frozen=True, slots=True)
class TreatyGauge:
    """The treaty's draw as it is drawn: its three parts, against its reserved part where it has one."""

    parts: list[Part]
    limit: Decimal | None
    free: Decimal


class TreatyPage(BooksView):
    """A treaty for its insurer, its reinsurer and the operator."""

    right = "treaties.read"

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        with self.reading():
            try:
                found = treaty_detail(self.actor, public_id, on=self.on)
            except TreatyUnknown:
                raise Http404 from None
            parts = {row.treaty_id: row for row in allotments(self.actor, on=self.on)}
            waiting, decided = 0, []
            if isinstance(self.actor, Actor):
                waiting = sum(one.treaty == public_id for one in open_treaty_proposals(self.actor))
                decided = decided_treaty_proposals(self.actor, treaty=public_id)
        shown = {
            "found": found,
            "gauge": _gauge(found, parts.get(public_id)),
            "cash": [one for one in found.accounts if one.account_class in CASH_CLASSES],
            "waiting": waiting,
            "decided": decided,
            "is_platform": isinstance(self.actor, PlatformActor),
            "may_read_ledger": self.actor.may("ledger.read"),
            "may_propose": isinstance(self.actor, Actor) and self.actor.may("treaties.propose"),
        }
        return render(request, "reinsurance/treaty.html", shown)


PARTS: Final = ("live", "held", "run-off")


def _gauge(found: TreatyDetail, part: AllotmentRow | None) -> TreatyGauge:
    """Drawn against the reserved part, or against what is engaged where the treaty draws on the shared envelope."""
    row = found.row
    limit = None if part is None else part.amount
    whole = limit or row.engaged or Decimal(1)
    parts: list[Part] = []
    start = 0
    for css, amount in zip(PARTS, (row.live, row.held, row.run_off), strict=True):
        length = min(max(int(amount * LINE / whole), SHORTEST), LINE - start) if amount > 0 else 0
        if length:
            parts.append(Part(css, start, length))
        start += length
    return TreatyGauge(parts, limit, ZERO if part is None else part.left)
