"""Everything that one request's page shows: the request, what would allow more, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import msgspec

from capweb.accounts.actor import Actor
from capweb.audit.models import TrailEntry
from eligibility.domain import headroom
from eligibility.domain.decision import Headroom
from eligibility.domain.facts import Capacity, Facts
from eligibility.queries.law_book import current_law_book
from policies.queries import requests
from policies.queries.requests import RequestDetail
from reinsurance.domain.chart import Market
from reinsurance.queries.cession_states import run_off_to_come

# The headroom is worked out for what may still change; a granted or refused request of long ago is history.
OPEN = ("referred", "offered", "refused")


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the request or its offers: when, who, what."""

    recorded_at: datetime
    booked_on: date
    actor: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class RequestPage:
    """`headroom` says which change of facts would allow more; `history` is oldest first."""

    detail: RequestDetail
    headroom: tuple[Headroom, ...]
    history: list[Step]


def of(actor: Actor, public_id: str, *, on: date, language: str) -> RequestPage:
    """One request. Raises RequestUnknown. Inside acting(actor)."""
    detail = requests.detail(actor, public_id, on=on, language=language)
    decision = detail.decision
    more: tuple[Headroom, ...] = ()
    if decision is not None:
        law = current_law_book(actor).on(decision.day)
        found = headroom.of(_with_run_off(actor, decision.facts), law) if detail.line.status in OPEN else ()
        # Without the free room that would be needed: nobody at a desk can change it, but anybody can wait for a day.
        seen = (Headroom({k: v for k, v in one.changed.items() if k != "capacity.free"}, one.maximum) for one in found)
        more = tuple(one for one in seen if one.changed)
    subjects = [public_id, *(offer.public_id for offer in detail.offers)]
    return RequestPage(detail, more, history_of(actor, subjects))


def _with_run_off(actor: Actor, judged: Facts) -> Facts:
    """The facts with what run-off will give back, where the free room was a fact of the judgement."""
    if judged.capacity.free is None:
        return judged
    frees = tuple(run_off_to_come(actor, cast("Market", judged.market), after=judged.day))
    return msgspec.structs.replace(judged, capacity=Capacity(free=judged.capacity.free, frees=frees))


def history_of(actor: Actor, subjects: Sequence[str]) -> list[Step]:
    """What happened to some subjects, oldest first. One query; inside acting(actor)."""
    rows = TrailEntry.objects.filter(insurer_id=actor.insurer_id, subject__in=subjects).order_by("id")
    return [Step(row.recorded_at, row.booked_on, row.actor, row.action, row.subject) for row in rows[:100]]
