"""Judging a batch under the ceilings: pure decisions first, then free room shared out in order, under the lock.

Judging comes before the ledger's lock. Free room enters the facts capped at what the request asks for in all: more than
that cannot change the decision, and an insurer never reads the others' draws from its own decisions. Only a request
that finds less room than assumed is judged again, by the same function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO, to_cent_half_up
from eligibility.domain import engine, facts
from eligibility.domain.decision import GRANT, GRANT_REDUCED, Decision
from eligibility.domain.facts import Facts
from eligibility.domain.law import LawBook
from eligibility.queries.law_book import current_law_book
from policies.domain.limit_request import kind_of
from policies.queries import request_facts
from policies.queries.renewals_due import DueTerm
from reinsurance.domain.chart import Kind, Market
from reinsurance.domain.treaty import OpenTreaty
from reinsurance.queries.free_room import free_room, locked_rooms, with_reserved_part
from reinsurance.queries.treaty_book import treaty_book

Treaties = dict[tuple[str, str], OpenTreaty]
PAIRS: Final[tuple[tuple[Kind, Market], ...]] = (
    ("complement", "domestic"),
    ("substitution", "domestic"),
    ("complement", "export"),
    ("substitution", "export"),
)


@dataclass(slots=True)
class Judged:
    """One wish judged: the facts as they were used, the decision, and what it would draw on the envelope.

    `ceded_amount` is the whole ceded part, `increment` what it raises exposure by. `waits_for` names what keeps a grant
    from being offered: a tariff, or a treaty (none is open for its first day, or none that covers the buyer's country).
    `zone` is that of the buyer's country, empty where it has none.
    """

    facts: Facts
    decision: Decision
    treaty: OpenTreaty | None
    ceded_before: Decimal = ZERO
    ceded_amount: Decimal = ZERO
    waits_for: str = ""
    zone: str = ""

    @property
    def is_grant(self) -> bool:
        return self.decision.outcome in (GRANT, GRANT_REDUCED)

    @property
    def can_be_offered(self) -> bool:
        return self.is_grant and not self.waits_for

    @property
    def increment(self) -> Decimal:
        return max(self.ceded_amount - self.ceded_before, ZERO)


def judge_batch(
    actor: Actor,
    cases: Sequence[Facts],
    *,
    law_book: LawBook,
    treaties: Treaties,
    on: date,
    ceded_before: Sequence[Decimal] | None = None,
) -> list[Judged]:
    """Judge the cases of one day in order, and share free room out among those that would be granted.

    `ceded_before` is what each case already draws or holds and would be replaced (a renewal, an accepted offer): room
    is needed for the increment only. Locks the envelopes until the transaction ends, unless none of the cases asks for
    room. Runs inside acting(actor).
    """
    law = law_book.on(on)
    before = ceded_before or [ZERO] * len(cases)
    judged = [
        _judged(_with_room(case, case.requested_total), law, treaties, was)
        for case, was in zip(cases, before, strict=True)
    ]
    _share_exceptions(judged, law)
    wishes = [one for one in judged if one.can_be_offered]
    if wishes:
        _share_room(actor, wishes, law)
    return judged


def judge_running(
    actor: Actor, rows: Sequence[DueTerm], *, on: date, is_alone: bool = False
) -> list[tuple[DueTerm, Judged]]:
    """The running amounts judged as if they were asked for today, each on its latest notice; without one left out.

    `is_alone`: what runs beside under the same policy, since two buyers became one, is not counted.
    """
    known = [row for row in rows if row.buyer_limit_id is not None]
    wishes = [replace(row.asked(row.amount + (row.primary_amount or ZERO)), is_alone=is_alone) for row in known]
    judged = judge_batch(
        actor,
        request_facts.gather(actor, wishes, on=on),
        law_book=current_law_book(actor),
        treaties=open_treaties_on(actor, on=on),
        on=on,
        ceded_before=[row.ceded_amount for row in known],
    )
    return list(zip(known, judged, strict=True))


def open_treaties_on(actor: Actor, *, on: date) -> Treaties:
    """The insurer's open treaties of a day by kind and market; a pair that is missing has none."""
    book = treaty_book(actor)
    found: Treaties = {}
    for kind, market in PAIRS:
        treaty = book.open_on(on, kind=kind, market=market)
        if treaty is not None:
            found[kind, market] = treaty
    return found


def most_approvable(one: Judged) -> Decimal | None:
    """The most that an underwriter may approve of a case referred to an underwriter (D-35); None for any other case."""
    decision = one.decision
    if decision.referred_to != "underwriter" or decision.need is None or decision.maximum is None:
        return None
    return min(decision.need, decision.maximum)


def approve(one: Judged, *, amount: Decimal) -> None:
    """Answer the referral to an underwriter with an amount: every rule stands, the case becomes a grant."""
    decision = one.decision
    rate = decision.premium_rate
    one.decision = msgspec.structs.replace(
        decision,
        outcome=GRANT if amount == decision.need else GRANT_REDUCED,
        referred_to=None,
        granted=amount,
        premium=None if rate is None else to_cent_half_up(amount * rate),
    )
    _count(one)


def _with_room(case: Facts, room: Decimal | None) -> Facts:
    return facts.with_free_capacity(case, room)


def _judged(case: Facts, law: object, treaties: Treaties, before: Decimal) -> Judged:
    decision = engine.decide(case, law)  # type: ignore[arg-type]
    country = case.buyer.country or ""
    zone = _zone(law, country)
    treaty = treaties.get((kind_of(case.trigger.kind), case.market))
    if treaty is not None and not treaty.covers(country, zone=zone):
        treaty = None
    one = Judged(facts=case, decision=decision, treaty=treaty, ceded_before=before, zone=zone)
    _count(one)
    return one


def _ends_before(treaty: OpenTreaty, decision: Decision) -> bool:
    """Whether the term would begin after the treaty has ended: nothing is granted that cannot be ceded (D-43)."""
    return treaty.ended_on is not None and decision.term is not None and decision.term.first >= treaty.ended_on


def _zone(law: object, country: str) -> str:
    row = law.resolved.zones.get(country)  # type: ignore[attr-defined]
    return "" if row is None else str(row.zone)


def _count(one: Judged) -> None:
    """What the decision would draw, and what it still waits for."""
    if not one.is_grant or one.decision.granted is None:
        one.ceded_amount, one.waits_for = ZERO, ""
        return
    if one.treaty is None or _ends_before(one.treaty, one.decision):
        one.ceded_amount, one.waits_for = ZERO, "treaty"
        return
    one.ceded_amount = to_cent_half_up(one.decision.granted * one.treaty.ceded_ratio)
    one.waits_for = "" if one.decision.premium is not None else "tariff"


def _share_exceptions(judged: Sequence[Judged], law: object) -> None:
    """What one wish of the batch draws on an exception is no longer there for the next: in order, by the dossier.

    The facts of each wish tell what was left when the batch began; its own old cover is not counted there, so only
    what it adds is taken from the others.
    """
    drawn: dict[str, Decimal] = {}
    for one in judged:
        bounded = [it.evidence for it in one.facts.exceptions if it.amount is not None]
        if any(drawn.get(dossier) for dossier in bounded):
            one.facts = facts.with_exceptions_drawn(one.facts, drawn)
            one.decision = engine.decide(one.facts, law)  # type: ignore[arg-type]
            _count(one)
        if one.can_be_offered and one.treaty is not None and one.increment > 0:
            added = min(to_cent_half_up(one.increment / one.treaty.ceded_ratio), one.decision.granted or ZERO)
            for dossier in bounded:
                drawn[dossier] = drawn.get(dossier, ZERO) + added


def _none_asks_for_room(actor: Actor, wishes: Sequence[Judged], markets: set[str]) -> bool:
    """Whether each wish draws no more than it does already, and room is so plenty that it was rightly taken as given.

    Then nothing need be shared out, and judging waits for nobody at the envelopes.
    """
    if any(one.increment or one.treaty is None for one in wishes):
        return False
    rooms = free_room(actor, markets)  # type: ignore[arg-type]
    reserved = with_reserved_part(actor)
    return all(
        one.facts.requested_total is not None
        and one.facts.requested_total <= rooms[one.facts.market].room + one.ceded_before  # type: ignore[index]
        and one.treaty is not None
        and one.treaty.id not in reserved
        for one in wishes
    )


def _share_room(actor: Actor, wishes: Sequence[Judged], law: object) -> None:
    markets = {one.facts.market for one in wishes}
    if _none_asks_for_room(actor, wishes, markets):
        return
    drawn_under = {one.treaty.id for one in wishes if one.treaty is not None}
    rooms = locked_rooms(actor, markets, treaties=drawn_under)  # type: ignore[arg-type]
    free = {account_id: found.room for account_id, found in rooms.by_account.items()}
    for one in wishes:
        market = one.facts.market
        source = rooms.envelopes[market] if one.treaty is None else rooms.source(one.treaty.id, market)  # type: ignore[index,arg-type]
        room = free[source.id]
        # What it already holds or draws is its own: only the increment needs room in the envelope.
        own_room = max(room, ZERO) + one.ceded_before
        visible = min(own_room, one.facts.requested_total or own_room)
        if visible != one.facts.capacity.free:
            one.facts = _with_room(one.facts, visible)
            one.decision = engine.decide(one.facts, law)  # type: ignore[arg-type]
            _count(one)
        free[source.id] = room - one.increment
