"""The policyholder's choice: accept an offer (judged again that day) or decline it.

The day of acceptance is the day of the grant (D-37): that day's law and facts decide, on exactly what was offered. The
hold becomes the cession in the same transaction; what can no longer be granted ends the offer, with its new reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from capweb.accounts.acting import acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change, record_changes
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import ZERO
from eligibility.domain.law import LawInForce
from eligibility.queries.law_book import current_law_book
from policies.commands.chunks import in_chunks
from policies.commands.issue_endorsements import EndorsementOrder, issue_endorsements
from policies.commands.judging import Judged, approve, judge_batch, most_approvable, open_treaties_on
from policies.commands.offering import standing_of, write_decisions
from policies.commands.replace_terms import ReplacedEnd, end_replaced_terms
from policies.commands.terms import NewTerm, grant_terms
from policies.models import LimitRequest, Offer, OfferStatus, RequestStatus
from policies.queries import offers as offer_rows
from policies.queries import replaced_terms, request_facts
from policies.queries.offers import OfferRow
from policies.queries.replaced_terms import ReplacedTerm
from policies.queries.request_facts import Asked
from reinsurance.commands.hold_capacity import void_holds
from reinsurance.domain.cession import CededRisk


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one answer: `accepted`, `declined`, `no_longer_grantable`, or why it could not be taken.

    `code` is `offer_unknown`, `offer_closed` (already answered or expired) or empty; `guarantee` and `endorsement` are
    set when accepted.
    """

    offer: str
    outcome: str
    code: str = ""
    message: str = ""
    guarantee: str | None = None
    endorsement: str | None = None


def accept_offers(actor: Actor, offers: Sequence[str], *, on: date, at: datetime) -> list[Answer]:
    """Accept offers by public id; one answer each, in order. Twice gives `offer_closed` the second time.

    `at` is the moment printed as that of acceptance. Raises NotAllowed.
    """
    actor.must_be_allowed("offers.answer")
    answers: dict[str, Answer] = {}
    for chunk in in_chunks(list(dict.fromkeys(offers)), size=500):
        with acting(actor):
            found = offer_rows.locked(actor, chunk, on=on)
            live = [row for row in found.values() if row.status == OfferStatus.LIVE and row.open_until > on]
            answers.update(
                {one: _cannot(one, found.get(one)) for one in chunk if one not in {r.public_id for r in live}}
            )
            if live:
                answers.update(_accept(actor, live, on=on, at=at))
    return [answers[one] for one in offers]


def decline_offers(actor: Actor, offers: Sequence[str], *, on: date) -> list[Answer]:
    """Decline offers by public id: what they held is given back, the request ends declined. Raises NotAllowed."""
    actor.must_be_allowed("offers.answer")
    with acting(actor):
        found = offer_rows.locked(actor, offers, on=on)
        live = [row for row in found.values() if row.status == OfferStatus.LIVE]
        end_offers(actor, live, offer=OfferStatus.DECLINED, request=RequestStatus.DECLINED, on=on)
    ended = {row.public_id for row in live}
    return [Answer(one, "declined") if one in ended else _cannot(one, found.get(one)) for one in offers]


def end_offers(actor: Actor, rows: Sequence[OfferRow], *, offer: str, request: str, on: date) -> None:
    """End live offers without a grant: status, holds given back, trail. Inside acting(actor), rows locked."""
    if not rows:
        return
    Offer.objects.filter(pk__in=[row.id for row in rows]).update(status=offer, answered_on=on, answered_by=actor.name)
    LimitRequest.objects.filter(pk__in=[row.request_id for row in rows]).update(status=request)
    void_holds(actor, [row.public_id for row in rows], on=on)
    _record(actor, [Change(f"offer.{offer}", row.public_id) for row in rows], on)


def _accept(actor: Actor, rows: Sequence[OfferRow], *, on: date, at: datetime) -> dict[str, Answer]:
    law_book = current_law_book(actor)
    treaties = open_treaties_on(actor, on=on)
    replaced = replaced_terms.of_requests(actor, [row.request_id for row in rows if row.is_change], on=on)
    cases = request_facts.gather(actor, [_asked(row, replaced.get(row.request_id)) for row in rows], on=on)
    own = [row.held_amount + _drawn(replaced.get(row.request_id)) for row in rows]
    judged = judge_batch(actor, cases, law_book=law_book, treaties=treaties, on=on, ceded_before=own)
    decision_ids = write_decisions(actor, judged, law_book=law_book, on=on)
    for row, one in zip(rows, judged, strict=True):
        _keep_approval(row, one)
    granted = [place for place, one in enumerate(judged) if one.can_be_offered]
    answers = _drop(actor, rows, judged, decision_ids, on=on)
    if granted:
        answers.update(
            _grant(
                actor,
                [rows[place] for place in granted],
                [judged[place] for place in granted],
                [decision_ids[place] for place in granted],
                replaced=replaced,
                law=law_book.on(on),
                on=on,
                at=at,
            )
        )
    return answers


def _drawn(replaced: ReplacedTerm | None) -> Decimal:
    return ZERO if replaced is None else replaced.ceded_amount


def _keep_approval(row: OfferRow, one: Judged) -> None:
    """What an underwriter approved stays approved for the amount offered, as long as no rule now allows less."""
    if row.was_approved and (most := most_approvable(one)) is not None:
        approve(one, amount=min(row.amount, most))


def _grant(
    actor: Actor,
    rows: Sequence[OfferRow],
    judged: Sequence[Judged],
    decision_ids: Sequence[int],
    *,
    replaced: Mapping[int, ReplacedTerm],
    law: LawInForce,
    on: date,
    at: datetime,
) -> dict[str, Answer]:
    guarantee_ids = draw_ids("policies_guarantee", len(rows))
    public_ids = [new_public_id("gar") for _ in rows]
    copy_rows(
        "policies_guarantee",
        ("id", "insurer_id", "public_id", "policy_id", "buyer_id", "limit_request_id", "replaces_id", "product",
         "kind", "market", "anchor_day", "booked_on"),
        [
            (row_id, actor.insurer_id, public_id, row.policy_id, row.buyer_id, row.request_id,
             replaced[row.request_id].guarantee_id if row.request_id in replaced else None, one.decision.product,
             row.kind, row.market, one.decision.term.first, on)
            for row_id, public_id, row, one in zip(guarantee_ids, public_ids, rows, judged, strict=True)
            if one.decision.term is not None
        ],
    )  # fmt: skip
    ends = [_ending(replaced.get(row.request_id), one, law) for row, one in zip(rows, judged, strict=True)]
    end_numbers = end_replaced_terms(actor, [end for end in ends if end is not None], on=on, at=at)
    terms = [
        _new_term(row, one, decision_id, row_id, public_id, end=end)
        for row, one, decision_id, row_id, public_id, end in zip(
            rows, judged, decision_ids, guarantee_ids, public_ids, ends, strict=True
        )
    ]
    term_ids, _ = grant_terms(actor, terms, on=on)
    numbers = issue_endorsements(
        actor,
        [
            _endorsement(actor, term_id, term, row, end=end, end_numbers=end_numbers)
            for term_id, term, row, end in zip(term_ids, terms, rows, ends, strict=True)
        ],
        law=law,
        on=on,
        at=at,
    )
    Offer.objects.filter(pk__in=[row.id for row in rows]).update(
        status=OfferStatus.ACCEPTED, answered_on=on, answered_by=actor.name
    )
    LimitRequest.objects.filter(pk__in=[row.request_id for row in rows]).update(status=RequestStatus.GRANTED)
    _record(
        actor,
        [
            Change("offer.accepted", row.public_id, became={"guarantee": public_id, "endorsement": number})
            for row, public_id, number in zip(rows, public_ids, numbers, strict=True)
        ],
        on,
    )
    return {
        row.public_id: Answer(row.public_id, "accepted", guarantee=public_id, endorsement=number)
        for row, public_id, number in zip(rows, public_ids, numbers, strict=True)
    }


def _ending(replaced: ReplacedTerm | None, one: Judged, law: LawInForce) -> ReplacedEnd | None:
    if replaced is None:
        return None
    assert one.decision.term is not None
    assert one.decision.granted is not None
    return ReplacedEnd.at(one.decision.term.first, replaced, new_amount=one.decision.granted, law=law)


def _new_term(
    row: OfferRow,
    one: Judged,
    decision_id: int,
    guarantee_id: int,
    public_id: str,
    *,
    end: ReplacedEnd | None,
) -> NewTerm:
    assert one.decision.term is not None
    return NewTerm(
        guarantee_id=guarantee_id,
        guarantee_public_id=public_id,
        policy_id=row.policy_id,
        buyer_id=row.buyer_id,
        sequence=1,
        term=one.decision.term,
        judged=one,
        decision_id=decision_id,
        risk=CededRisk(
            guarantee_id=public_id,
            product=one.decision.product,
            policy_number=row.policy_number,
            policyholder_id=row.holder_public_id,
            policyholder_name=row.holder_name,
            buyer_id=row.buyer_identifier,
            buyer_name=row.buyer_name,
            buyer_country=row.buyer_country,
        ),
        offer_id=row.id,
        hold_source_key=row.public_id,
        replaces_cession_id=None if end is None else end.replaced.cession_id,
        run_off_until=None if end is None else end.run_off_until,
        premium_credited=ZERO if end is None else end.ceded_base_credit,
    )


def _endorsement(
    actor: Actor, term_id: int, new: NewTerm, row: OfferRow, *, end: ReplacedEnd | None, end_numbers: Mapping[int, str]
) -> EndorsementOrder:
    decision, treaty = new.judged.decision, new.judged.treaty
    assert decision.premium is not None
    assert decision.premium_rate is not None
    assert treaty is not None
    return EndorsementOrder(
        term_id=term_id,
        cause="grant" if end is None else end.cause,
        facts=new.judged.facts,
        decision=decision,
        treaty=treaty,
        granted_term=new.term,
        amount=new.amount,
        premium=decision.premium,
        premium_rate=decision.premium_rate,
        is_premium_illustrative=decision.premium_illustrative,
        effective_on=new.term.first,
        previous_amount=None if end is None else end.replaced.amount,
        premium_credited=None if end is None else end.premium_credited,
        replaces=None if end is None else end_numbers.get(end.replaced.term_id),
        accepted_by=actor.name,
        accepted_role=actor.role,
        offer=row.public_id,
    )


def _drop(
    actor: Actor, rows: Sequence[OfferRow], judged: Sequence[Judged], decision_ids: Sequence[int], *, on: date
) -> dict[str, Answer]:
    """Offers that today's law and facts no longer carry: ended, the request under its new decision."""
    answers: dict[str, Answer] = {}
    dropped = [place for place, one in enumerate(judged) if not one.can_be_offered]
    for place in dropped:
        row, one = rows[place], judged[place]
        status, referred_to, waits_for = standing_of(one)
        LimitRequest.objects.filter(pk=row.request_id).update(
            status=status, referred_to=referred_to, waits_for=waits_for, decision_id=decision_ids[place], decided_on=on
        )
        end_offers(actor, [row], offer=OfferStatus.WITHDRAWN, request=status, on=on)
        answers[row.public_id] = Answer(
            row.public_id,
            "no_longer_grantable",
            code="no_longer_grantable",
            message="Today's law and facts no longer allow this grant; the request shows the reasons.",
        )
    return answers


def _asked(row: OfferRow, replaced: ReplacedTerm | None) -> Asked:
    """What is accepted is what was offered, no more: the wish is the primary left plus the offered amount."""
    return Asked(
        policy_id=row.policy_id,
        buyer_id=row.buyer_id,
        buyer_limit_id=row.buyer_limit_id,
        market=row.market,
        requested_total=row.amount + (row.primary_amount if row.kind == "complement" else 0),
        payment_days=row.payment_days,
        french_share=row.french_share,
        sale_currency=row.sale_currency,
        is_construction_subcontract=row.is_construction_subcontract,
        own_term_id=None if replaced is None else replaced.term_id,
        own_offer_id=row.id,
    )


def _cannot(offer: str, row: OfferRow | None) -> Answer:
    if row is None:
        return Answer(offer, "failed", code="offer_unknown", message=f"There is no offer {offer} that you may answer.")
    return Answer(
        offer,
        "failed",
        code="offer_closed",
        message=f"The offer is {row.status} and could be accepted until the day before {row.open_until}.",
    )


def _record(actor: Actor, changes: Sequence[Change], on: date) -> None:
    record_changes(changes, insurer_id=actor.insurer_id, actor=actor.name, actor_role=actor.role, booked_on=on)
