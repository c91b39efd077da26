"""Writing what was judged: decision records, the requests' new status, offers, and what the offers hold.

Shared by every command that judges a request (a file, a referred case judged again); all inside the caller's
transaction, with the envelopes already locked by judging.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change, record_changes
from capweb.kernel.identifiers import new_public_id
from eligibility.commands.record_decisions import DecidedCase, record_decisions
from eligibility.domain.law import LawBook
from policies.commands.judging import Judged
from policies.domain.limit_request import STATUS_BY_OUTCOME, kind_of
from reinsurance.commands.hold_capacity import hold_capacity
from reinsurance.domain.cession import HoldOrder

OFFER_COLUMNS = (
    "id", "insurer_id", "public_id", "limit_request_id", "decision_id", "status", "product", "kind", "market", "amount",
    "held_amount", "currency", "insured_ratio", "retention_ratio", "ceded_ratio", "premium", "premium_rate",
    "is_premium_illustrative", "term_first", "term_end", "issued_on", "open_until", "answered_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settled:
    """How a judged request stands now."""

    request_id: int
    request_public_id: str
    status: str
    referred_to: str
    waits_for: str
    decision_id: int
    offer_public_id: str | None


def standing_of(one: Judged) -> tuple[str, str, str]:
    """Status, referred_to and waits_for of a request judged so."""
    if one.is_grant and one.waits_for:
        return "referred", "administrator", one.waits_for
    return STATUS_BY_OUTCOME[one.decision.outcome], one.decision.referred_to or "", ""


def write_decisions(actor: Actor, judged: Sequence[Judged], *, law_book: LawBook, on: date) -> list[int]:
    """Store the decisions with their facts and the law of the book that judged them; their ids in order."""
    decided = [DecidedCase(one.facts, one.decision) for one in judged]
    return record_decisions(actor, decided, law_book=law_book, booked_on=on)


def issue_offers(
    actor: Actor,
    requests: Sequence[tuple[int, str]],
    judged: Sequence[Judged],
    decision_ids: Sequence[int],
    *,
    law_book: LawBook,
    on: date,
) -> list[Settled]:
    """Issue and hold an offer for every request (row id, public id) that can have one; how each request stands now."""
    offered = [place for place, one in enumerate(judged) if one.can_be_offered]
    offer_ids = draw_ids("policies_offer", len(offered))
    public_ids = {place: new_public_id("off") for place in offered}
    closes_on = _open_until(law_book, on)
    rows = [
        _offer_row(
            actor,
            judged[place],
            offer_id=offer_id,
            public_id=public_ids[place],
            request_id=requests[place][0],
            decision_id=decision_ids[place],
            on=on,
            closes_on=closes_on,
        )
        for offer_id, place in zip(offer_ids, offered, strict=True)
    ]
    if rows:
        copy_rows("policies_offer", OFFER_COLUMNS, rows)
        hold_capacity(
            actor,
            [
                HoldOrder(
                    source_key=public_ids[place],
                    market=judged[place].facts.market,  # type: ignore[arg-type]
                    kind=kind_of(judged[place].facts.trigger.kind),  # type: ignore[arg-type]
                    increment_amount=judged[place].increment,
                )
                for place in offered
            ],
            on=on,
        )
    settled = [
        Settled(row_id, public_id, *standing_of(one), decision_id, public_ids.get(place))
        for place, ((row_id, public_id), one, decision_id) in enumerate(
            zip(requests, judged, decision_ids, strict=True)
        )
    ]
    record_changes(
        [
            Change(
                f"request.{one.status}",
                one.request_public_id,
                became=_became(one),
            )
            for one in settled
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
    return settled


def _became(one: Settled) -> dict[str, object] | None:
    """What the trail tells of a settled request: its offer, or whom it waits for."""
    if one.offer_public_id:
        return {"offer": one.offer_public_id}
    return {"referred_to": one.referred_to, "waits_for": one.waits_for} if one.referred_to else None


def _offer_row(
    actor: Actor,
    one: Judged,
    *,
    offer_id: int,
    public_id: str,
    request_id: int,
    decision_id: int,
    on: date,
    closes_on: date,
) -> tuple[object, ...]:
    decision, treaty = one.decision, one.treaty
    assert decision.term is not None
    assert treaty is not None
    return (
        offer_id, actor.insurer_id, public_id, request_id, decision_id, "live", decision.product,
        kind_of(one.facts.trigger.kind), one.facts.market, decision.granted, one.increment, "EUR",
        decision.insured_ratio, 1 - treaty.ceded_ratio, treaty.ceded_ratio, decision.premium, decision.premium_rate,
        decision.premium_illustrative, decision.term.first, decision.term.end, on, closes_on, "",
    )  # fmt: skip


def _open_until(law_book: LawBook, on: date) -> date:
    """The first day on which an offer of today is closed: after the days allowed (D-30), or as law changes (D-37)."""
    law = law_book.on(on)
    days = law.counts["contracts/settings/offer_days"]
    for ahead in range(1, days):
        day = on + timedelta(days=ahead)
        if law_book.on(day).fingerprint != law.fingerprint:
            return day
    return on + timedelta(days=days)
