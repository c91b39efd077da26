"""How would a stored request be judged by the law and the facts of one day, as they were known on another?

Two clocks: `on` is the day that counts in the world, `known_on` the business day up to which entries and corrections
are taken in. Nothing is stored, and what was decided then stays decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.kernel.errors import DomainError
from eligibility.domain import engine, facts
from eligibility.domain.decision import Decision
from eligibility.domain.facts import Facts
from eligibility.queries.law_book import current_law_book
from policies.models import GuaranteeTerm, LimitRequest
from policies.queries import request_facts, scope
from policies.queries.requests import RequestUnknown


class NotYetKnown(DomainError):
    """On the day of knowledge asked for, the request had not been handed in."""

    code = "request_not_yet_known"
    status = 422


@dataclass(frozen=True, slots=True)
class JudgedAsOf:
    """The judgement of one request as of a pair of days.

    `free_room` is what the stored decision of that day had seen under the ceilings; None where ceilings are not
    counted, because the room of another day is nobody's fact.
    """

    public_id: str
    on: date
    known_on: date
    facts: Facts
    decision: Decision
    free_room: Decimal | None


def judged_as_of(actor: Actor, public_id: str, *, on: date, known_on: date, today: date) -> JudgedAsOf:
    """Judge a stored request again. `today` decides what a broker may see. Five queries; inside acting(actor).

    Raises RequestUnknown, NotYetKnown, and LawMissing for a day before any law.
    """
    row = (
        LimitRequest.objects.filter(scope.of_policies(actor, on=today, through="policy"), insurer_id=actor.insurer_id)
        .select_related("decision", "buyer_limit")
        .filter(public_id=public_id)
        .first()
    )
    if row is None:
        raise RequestUnknown(public_id)
    if known_on < row.booked_on:
        raise NotYetKnown(
            f"The request {public_id} was handed in on {row.booked_on}: on {known_on} nothing was known of it.",
            request=public_id,
            booked_on=row.booked_on,
            known_on=known_on,
        )
    wish = request_facts.wish_of(row, own_term_id=_replaced_on(row, on), own_request_id=row.pk)
    (case,) = request_facts.gather(actor, [wish], on=on, known_on=known_on)
    free_room = None
    if row.decision is not None and row.decision.day == on:
        seen = (row.decision.facts.get("capacity") or {}).get("free")
        free_room = None if seen is None else Decimal(seen)
    case = facts.with_free_capacity(case, free_room)
    law = current_law_book(actor, known_on=known_on).on(on)
    return JudgedAsOf(public_id, on, known_on, case, engine.decide(case, law), free_room)


def _replaced_on(row: LimitRequest, on: date) -> int | None:
    """The term that a request for another amount would have replaced on a day."""
    if row.changes_id is None:
        return None
    terms = GuaranteeTerm.objects.filter(guarantee_id=row.changes_id, granted_first__lte=on)
    return terms.order_by("-sequence").values_list("pk", flat=True).first()
