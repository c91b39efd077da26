"""The books on screens: envelopes with their gauges, treaties with their balances, the journal page by page."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.generic import View

from capweb import clock
from capweb.accounts.acting import acting
from capweb.accounts.actor import PlatformActor
from capweb.http.permissions import ActorView
from capweb.kernel.money import ZERO
from reinsurance.queries import alerts, envelopes, treaties
from reinsurance.queries import entries as journal
from reinsurance.queries.envelopes import EnvelopeRow
from reinsurance.queries.run_off import freed_by_day
from reinsurance.queries.treaties import TreatyUnknown
from reinsurance.queries.treaty_proposals import open_treaty_proposals
from reinsurance.web.run_off_chart import run_off_chart

# The gauge is drawn on a line of this length; a part that is there at all is drawn at least so long.
LINE: Final = 1000
SHORTEST: Final = 3


class BooksView(ActorView, View):
    """A page for an insurer's own people and for the platform's actors."""

    for_platform = True

    @cached_property
    def on(self) -> date:
        return clock.business_day()

    def reading(self) -> AbstractContextManager[Any]:
        """The insurer's wall around what is read; the platform reads by its own connection."""
        return nullcontext() if isinstance(self.actor, PlatformActor) else acting(self.actor)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a gauge, in thousandths of the limit."""

    css: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Gauge:
    """An envelope as it is drawn: parts in order, the thresholds, how much is used in all (0..1)."""

    row: EnvelopeRow
    parts: list[Part]
    marks: list[tuple[int, Decimal]]
    used: Decimal
    others: Decimal
    tone: str


class Envelopes(BooksView):
    """Both envelopes."""

    right = "envelopes.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        with self.reading():
            rows = envelopes.envelopes(self.actor, on=self.on)
            freed = freed_by_day(self.actor, after=self.on)
            standing, told = alerts.standing_alerts(self.actor), alerts.alerts_told(self.actor)
        gauges = [(gauge_of(row), run_off_chart(freed[row.market], on=self.on)) for row in rows]
        return render(request, "reinsurance/envelopes.html", {"gauges": gauges, "standing": standing, "told": told})


class Treaties(BooksView):
    """The treaties with what stands on their accounts."""

    right = "treaties.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        with self.reading():
            rows = treaties.treaties(self.actor, on=self.on)
            is_platform = isinstance(self.actor, PlatformActor)
            waiting = 0 if isinstance(self.actor, PlatformActor) else len(open_treaty_proposals(self.actor))
        return render(
            request,
            "reinsurance/treaties.html",
            {
                "rows": rows,
                "is_platform": is_platform,
                "waiting": waiting,
                "may_propose": not is_platform and self.actor.may("treaties.propose"),
            },
        )


class Entries(BooksView):
    """The journal, newest first, of all treaties or of one, as the books stood at the end of a day."""

    right = "ledger.read"

    def get(self, request: HttpRequest) -> HttpResponse:
        treaty = request.GET.get("treaty") or None
        after = request.GET.get("after", "")
        as_of = _day(request.GET.get("as_of", ""))
        with self.reading():
            try:
                page = journal.entries(
                    self.actor,
                    after=int(after) if after.isdecimal() else None,
                    size=50,
                    as_of=as_of,
                    treaty=treaty,
                )
            except TreatyUnknown:
                raise Http404 from None
            known = treaties.treaties(self.actor, on=self.on)
        return render(
            request,
            "reinsurance/entries.html",
            {
                "rows": page.rows,
                "next_after": page.next_after,
                "treaties": known,
                "treaty": treaty or "",
                "as_of": as_of,
                "is_platform": isinstance(self.actor, PlatformActor),
            },
        )


def gauge_of(row: EnvelopeRow) -> Gauge:
    """The gauge of an envelope: own live, held and run-off, what others draw (as far as it is told), what is free."""
    limit = row.limit or Decimal(1)
    engaged = max(row.limit - row.room, ZERO)
    others = max(engaged - row.own_engaged, ZERO)
    amounts = {"live": row.own_live, "held": row.own_held, "run-off": row.own_run_off, "others": others}
    parts: list[Part] = []
    start = 0
    for css, amount in amounts.items():
        length = min(max(int(amount * LINE / limit), SHORTEST), LINE - start) if amount > 0 else 0
        if length:
            parts.append(Part(css, start, length))
        start += length
    reached = max(row.thresholds_reached, default=None)
    return Gauge(
        row=row,
        parts=parts,
        marks=[(int(threshold * LINE), threshold) for threshold in row.thresholds],
        used=(engaged / limit).quantize(Decimal("0.0001")),
        others=others,
        tone="good" if reached is None else ("bad" if reached == max(row.thresholds) else "warn"),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
