"""Limit requests for people: the underwriter's queue with its filters, and everything about one request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from capweb.accounts.actor import Actor
from eligibility.queries.decisions import DecisionRow, decisions_by_id
from eligibility.queries.law_book import current_law_book
from policies.models import LimitRequest, Offer
from policies.queries import scope
from policies.queries.pages import Page, bounds, newest_after


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What a person filters the queue by; empty values do not filter. `text` finds names and numbers by their start."""

    status: str = ""
    referred_to: str = ""
    market: str = ""
    trigger: str = ""
    text: str = ""
    order: str = "-id"


ORDERS = {"-id": "-pk", "id": "pk", "-amount": "-requested_total", "amount": "requested_total"}


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One line of the queue. `offered_amount` and `product` are those of the latest offer, None without one."""

    public_id: str
    booked_on: date
    status: str
    referred_to: str
    waits_for: str
    policyholder: str
    policy_number: str
    buyer: str
    buyer_country: str
    buyer_identifier: str
    market: str
    trigger: str
    requested_total: Decimal
    primary_amount: Decimal
    product: str | None
    offered_amount: Decimal | None
    client_reference: str
    requested_by: str


@dataclass(frozen=True, slots=True)
class OfferState:
    """An offer as it is shown beside its request."""

    public_id: str
    status: str
    product: str
    amount: Decimal
    premium: Decimal
    premium_rate: Decimal
    is_premium_illustrative: bool
    insured_ratio: Decimal
    term_first: date
    term_end: date
    issued_on: date
    open_until: date
    answered_on: date | None
    answered_by: str


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """Everything about one request: the wish, the notice, the judgement with its reasons, the offers, the guarantee."""

    line: RequestLine
    amount_before: Decimal
    notified_on: date
    effective_on: date
    payment_days: int | None
    french_share: Decimal | None
    sale_currency: str
    is_construction_subcontract: bool
    settled_by: str
    settlement_reason: str
    decided_on: date | None
    decision: DecisionRow | None
    offers: list[OfferState]
    guarantee: str | None


class RequestUnknown(LookupError):
    """There is no such request, or this actor may not see it."""


def queue(actor: Actor, wanted: QueueFilter, *, on: date, page: int = 1, size: int = 50) -> Page[RequestLine]:
    """One page of the requests that this actor may see. Two queries; inside acting(actor)."""
    rows = _filtered(_visible(actor, on), wanted)
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    ordered = rows.order_by(ORDERS.get(wanted.order, "-pk"), "-pk")
    return Page([_line(row) for row in _joined(ordered)[first : first + size]], number, pages, total)


def counts_by_status(actor: Actor, *, on: date) -> dict[str, int]:
    """How many visible requests stand in each status. One query; inside acting(actor)."""
    found = _visible(actor, on).values_list("status").annotate(count=Count("pk")).order_by()
    return {str(status): count for status, count in found}


def detail(actor: Actor, public_id: str, *, on: date, language: str) -> RequestDetail:
    """One request with its reasons in a language. Raises RequestUnknown. Inside acting(actor)."""
    row = _joined(_visible(actor, on)).filter(public_id=public_id).first()
    if row is None:
        raise RequestUnknown(public_id)
    offers = Offer.objects.filter(limit_request_id=row.pk).order_by("-pk")
    guarantee = row.guarantees.order_by("-pk").values_list("public_id", flat=True).first()
    return RequestDetail(
        line=_line(row),
        amount_before=row.buyer_limit.amount_before,
        notified_on=row.buyer_limit.notified_on,
        effective_on=row.buyer_limit.effective_on,
        payment_days=row.payment_days,
        french_share=row.french_share,
        sale_currency=row.sale_currency,
        is_construction_subcontract=row.is_construction_subcontract,
        settled_by=row.settled_by,
        settlement_reason=row.settlement_reason,
        decided_on=row.decided_on,
        decision=_decision(actor, row.decision_id, language),
        offers=[offer_state(offer) for offer in offers],
        guarantee=guarantee,
    )


def _decision(actor: Actor, decision_id: int | None, language: str) -> DecisionRow | None:
    if decision_id is None:
        return None
    book = current_law_book(actor)
    return decisions_by_id(actor, [decision_id], book=book, language=language)[decision_id]


def by_reference(actor: Actor, reference: str, *, on: date) -> list[RequestLine]:
    """The requests that carry the client's own reference. Inside acting(actor)."""
    rows = _joined(_visible(actor, on)).filter(client_reference=reference).order_by("-pk")[:100]
    return [_line(row) for row in rows]


def after(
    actor: Actor, *, on: date, cursor: str = "", reference: str = "", status: str = "", limit: int = 100
) -> list[RequestLine]:
    """At most `limit` requests, newest first, older than the one whose public id is the cursor.

    Raises CursorUnknown. Inside acting(actor).
    """
    exact = {"client_reference": reference, "status": status}
    rows = _visible(actor, on).filter(**{name: value for name, value in exact.items() if value})
    return [_line(row) for row in newest_after(_joined(rows), cursor)[:limit]]


def _visible(actor: Actor, on: date) -> QuerySet[LimitRequest]:
    return LimitRequest.objects.filter(scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id)


def _joined(rows: QuerySet[LimitRequest]) -> QuerySet[LimitRequest]:
    latest = Offer.objects.filter(limit_request=OuterRef("pk")).order_by("-pk")
    return rows.select_related("policy__policyholder", "buyer", "buyer_limit").annotate(
        offered_product=Subquery(latest.values("product")[:1]),
        offered_amount=Subquery(latest.values("amount")[:1]),
    )


def _filtered(rows: QuerySet[LimitRequest], wanted: QueueFilter) -> QuerySet[LimitRequest]:
    exact = {
        "status": wanted.status,
        "referred_to": wanted.referred_to,
        "market": wanted.market,
        "buyer_limit__decision": wanted.trigger,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.text:
        rows = rows.filter(
            Q(buyer__name__istartswith=wanted.text)
            | Q(buyer__identifier__startswith=wanted.text)
            | Q(policy__policyholder__name__istartswith=wanted.text)
            | Q(policy__number__startswith=wanted.text)
            | Q(public_id=wanted.text)
            | Q(client_reference=wanted.text)
        )
    return rows


def _line(row: Any) -> RequestLine:
    return RequestLine(
        public_id=row.public_id,
        booked_on=row.booked_on,
        status=row.status,
        referred_to=row.referred_to,
        waits_for=row.waits_for,
        policyholder=row.policy.policyholder.name,
        policy_number=row.policy.number,
        buyer=row.buyer.name,
        buyer_country=row.buyer.country,
        buyer_identifier=row.buyer.identifier,
        market=row.market,
        trigger=row.buyer_limit.decision,
        requested_total=row.requested_total,
        primary_amount=row.buyer_limit.amount,
        product=row.offered_product,
        offered_amount=row.offered_amount,
        client_reference=row.client_reference,
        requested_by=row.requested_by,
    )


def offer_state(row: Offer) -> OfferState:
    """An offer's row as it is shown."""
    return OfferState(
        public_id=row.public_id,
        status=row.status,
        product=row.product,
        amount=row.amount,
        premium=row.premium,
        premium_rate=row.premium_rate,
        is_premium_illustrative=row.is_premium_illustrative,
        insured_ratio=row.insured_ratio,
        term_first=row.term_first,
        term_end=row.term_end,
        issued_on=row.issued_on,
        open_until=row.open_until,
        answered_on=row.answered_on,
        answered_by=row.answered_by,
    )
