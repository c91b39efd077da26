"""Everything that one request's page shows: the request, what would allow more, and what happened to it.

An insurer learns the State's room rounded down only, so the reason that speaks of it is told with the rounded figure
wherever the room does not hold the amount down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from capweb.accounts.actor import Actor
from capweb.audit.models import TrailEntry
from eligibility.domain import explain, headroom
from eligibility.domain.decision import Headroom
from eligibility.domain.law import LawInForce
from eligibility.queries.decisions import DecisionRow
from eligibility.queries.law_book import current_law_book
from policies.queries import requests
from policies.queries.requests import RequestDetail
from reinsurance.domain.capacity import rounded_down

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
    decision, more = detail.decision, ()
    if decision is not None:
        law = current_law_book(actor).on(decision.day)
        more = headroom.of(decision.facts, law) if detail.line.status in OPEN else ()
        told = tuple(_discreet(reason, law, language) for reason in decision.reasons)
        detail = replace(detail, decision=replace(decision, reasons=told))
    subjects = [public_id, *(offer.public_id for offer in detail.offers)]
    return RequestPage(detail, _worth_telling(more, decision), history_of(actor, subjects))


def history_of(actor: Actor, subjects: Sequence[str]) -> list[Step]:
    """What happened to some subjects, oldest first. One query; inside acting(actor)."""
    rows = TrailEntry.objects.filter(insurer_id=actor.insurer_id, subject__in=subjects).order_by("id")
    return [Step(row.recorded_at, row.booked_on, row.actor, row.action, row.subject) for row in rows[:100]]


def _discreet(reason: Mapping[str, Any], law: LawInForce, language: str) -> Mapping[str, Any]:
    used = reason["used"]
    if "free" not in used or reason["verdict"] != "pass":
        return reason
    rounded = {**used, "free": rounded_down(Decimal(str(used["free"])))}
    compact = {"code": reason["code"], "verdict": reason["verdict"], "used": rounded, "reading": reason["reading"]}
    return explain.expand([compact], law, language)[0]


def _worth_telling(more: tuple[Headroom, ...], decision: DecisionRow | None) -> tuple[Headroom, ...]:
    """Without the free room that would be needed: nobody at a desk can change it."""
    if decision is None:
        return ()
    return tuple(one for one in more if "capacity.free" not in one.changed)
