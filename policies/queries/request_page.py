"""Everything that one request's page shows: the request, what would allow more, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from capweb.accounts.actor import Actor
from capweb.audit.models import TrailEntry
from eligibility.domain import headroom
from eligibility.domain.decision import Headroom
from eligibility.queries.law_book import current_law_book
from policies.queries import requests
from policies.queries.requests import RequestDetail

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
        found = headroom.of(decision.facts, law) if detail.line.status in OPEN else ()
        # Without the free room that would be needed: nobody at a desk can change it.
        more = tuple(one for one in found if "capacity.free" not in one.changed)
    subjects = [public_id, *(offer.public_id for offer in detail.offers)]
    return RequestPage(detail, more, history_of(actor, subjects))


def history_of(actor: Actor, subjects: Sequence[str]) -> list[Step]:
    """What happened to some subjects, oldest first. One query; inside acting(actor)."""
    rows = TrailEntry.objects.filter(insurer_id=actor.insurer_id, subject__in=subjects).order_by("id")
    return [Step(row.recorded_at, row.booked_on, row.actor, row.action, row.subject) for row in rows[:100]]
