"""Guarantees for people: the list, one guarantee with its terms and endorsements, and what falls due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from capweb.accounts.actor import Actor
from policies.domain.cover_terms import ceded_base
from policies.models import Endorsement, Guarantee, GuaranteeTerm, Offer, Reduction, RenderedEndorsement, RenewalRequest
from policies.queries import scope
from policies.queries.pages import Page, bounds, newest_after


@dataclass(frozen=True, slots=True)
class TermLine:
    """One term. Days are half-open; `cover_end` is earlier than `granted_end` where cover was cut short."""

    guarantee: str
    product: str
    kind: str
    market: str
    policyholder: str
    policy_number: str
    buyer: str
    buyer_country: str
    buyer_identifier: str
    sequence: int
    status: str
    granted_first: date
    granted_end: date
    cover_first: date
    cover_end: date
    amount: Decimal
    granted_amount: Decimal
    insured_ratio: Decimal
    ceded_ratio: Decimal
    premium: Decimal
    premium_rate: Decimal
    is_premium_illustrative: bool
    renewal_asked: bool
    cession_id: int
    right_amount: Decimal | None

    @property
    def excess_amount(self) -> Decimal:
        """What of the amount the insurer carries alone because its rating proved wrong (D-39)."""
        return self.amount - ceded_base(self.amount, self.right_amount)


@dataclass(frozen=True, slots=True)
class EndorsementLine:
    """One endorsement; `has_pdf` once it has been rendered."""

    number: str
    guarantee: str
    cause: str
    issued_on: date
    digest: str
    has_pdf: bool


@dataclass(frozen=True, slots=True)
class ReductionLine:
    """A cut that was announced: to `maximum` euro from `effective_on` on."""

    public_id: str
    cause: str
    status: str
    amount_before: Decimal
    maximum: Decimal
    announced_on: date
    effective_on: date


@dataclass(frozen=True, slots=True)
class GuaranteeDetail:
    """One guarantee: its terms from the first on, its endorsements, the request it came from, and what it replaced or
    was replaced by.
    """

    public_id: str
    terms: list[TermLine]
    endorsements: list[EndorsementLine]
    request: str
    replaces: str | None
    replaced_by: str | None

    @property
    def current(self) -> TermLine:
        """The latest term."""
        return self.terms[-1]


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer that awaits an answer."""

    public_id: str
    request: str
    product: str
    policyholder: str
    policy_number: str
    buyer: str
    buyer_country: str
    amount: Decimal
    premium: Decimal
    is_premium_illustrative: bool
    insured_ratio: Decimal
    term_first: date
    term_end: date
    open_until: date


class GuaranteeUnknown(LookupError):
    """There is no such guarantee, or this actor may not see it."""


class EndorsementUnknown(LookupError):
    """There is no such endorsement, or this actor may not see it."""


def terms(
    actor: Actor, *, on: date, status: str = "running", text: str = "", page: int = 1, size: int = 50
) -> Page[TermLine]:
    """One page of terms, the one that ends first on top. Two queries; inside acting(actor)."""
    rows = _visible(actor, on)
    if status:
        rows = rows.filter(status=status)
    if text:
        rows = rows.filter(
            Q(buyer__name__istartswith=text)
            | Q(buyer__identifier__startswith=text)
            | Q(policy__policyholder__name__istartswith=text)
            | Q(policy__number__startswith=text)
            | Q(guarantee__public_id=text)
        )
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    return Page(
        [_term(row) for row in _joined(rows).order_by("cover_end", "pk")[first : first + size]], number, pages, total
    )


def after(actor: Actor, *, on: date, cursor: str = "", status: str = "", limit: int = 100) -> list[TermLine]:
    """The latest term of at most `limit` guarantees, newest guarantee first, older than the one that is the cursor.

    `status` is that of the latest term. Raises CursorUnknown. Two queries; inside acting(actor).
    """
    latest = GuaranteeTerm.objects.filter(guarantee=OuterRef("pk")).order_by("-sequence")
    visible = Guarantee.objects.filter(
        scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id
    ).annotate(latest_id=Subquery(latest.values("pk")[:1]), latest_status=Subquery(latest.values("status")[:1]))
    if status:
        visible = visible.filter(latest_status=status)
    ids = list(newest_after(visible, cursor).values_list("latest_id", flat=True)[:limit])
    return [_term(row) for row in _joined(_visible(actor, on).filter(pk__in=ids)).order_by("-guarantee_id")]


def reductions(actor: Actor, public_id: str) -> list[ReductionLine]:
    """The cuts announced on a guarantee, newest first. One query; inside acting(actor)."""
    rows = Reduction.objects.filter(insurer_id=actor.insurer_id, term__guarantee__public_id=public_id)
    return [
        ReductionLine(
            row.public_id, row.cause, row.status, row.amount_before, row.maximum, row.announced_on, row.effective_on
        )
        for row in rows.order_by("-pk")
    ]


def renewals_due(actor: Actor, *, on: date, within_days: int = 30, limit: int = 100) -> list[TermLine]:
    """Running terms that end within some days, soonest first. One query; inside acting(actor)."""
    rows = _visible(actor, on).filter(status="running", cover_end__lte=on + timedelta(days=within_days))
    return [_term(row) for row in _joined(rows).order_by("cover_end", "pk")[:limit]]


def detail(actor: Actor, public_id: str, *, on: date) -> GuaranteeDetail:
    """One guarantee. Raises GuaranteeUnknown. Three queries; inside acting(actor)."""
    found = list(_joined(_visible(actor, on).filter(guarantee__public_id=public_id)).order_by("sequence"))
    if not found:
        raise GuaranteeUnknown(public_id)
    endorsements = _with_pdf(Endorsement.objects.filter(term__in=[row.pk for row in found])).order_by("-pk")
    guarantee_id, replaced_id = found[0].guarantee_id, found[0].guarantee.replaces_id
    linked = Guarantee.objects.filter(Q(pk=replaced_id) | Q(replaces=guarantee_id)).values_list("pk", "public_id")
    neighbours = {pk == replaced_id: public_id for pk, public_id in linked}
    return GuaranteeDetail(
        public_id=public_id,
        terms=[_term(row) for row in found],
        endorsements=[_endorsement(row) for row in endorsements],
        request=found[0].guarantee.limit_request.public_id,
        replaces=neighbours.get(True),
        replaced_by=neighbours.get(False),
    )


def offers_open(actor: Actor, *, on: date, limit: int = 200) -> list[OfferLine]:
    """Offers that this actor may answer, the one that closes first on top. One query; inside acting(actor)."""
    rows = (
        Offer.objects.filter(
            scope.of_policies(actor, on=on, through="limit_request__policy"),
            insurer_id=actor.insurer_id,
            status="live",
            open_until__gt=on,
        )
        .select_related("limit_request__policy__policyholder", "limit_request__buyer")
        .order_by("open_until", "pk")[:limit]
    )
    return [
        OfferLine(
            public_id=row.public_id,
            request=row.limit_request.public_id,
            product=row.product,
            policyholder=row.limit_request.policy.policyholder.name,
            policy_number=row.limit_request.policy.number,
            buyer=row.limit_request.buyer.name,
            buyer_country=row.limit_request.buyer.country,
            amount=row.amount,
            premium=row.premium,
            is_premium_illustrative=row.is_premium_illustrative,
            insured_ratio=row.insured_ratio,
            term_first=row.term_first,
            term_end=row.term_end,
            open_until=row.open_until,
        )
        for row in rows
    ]


def totals(actor: Actor, *, on: date) -> dict[str, int]:
    """How many terms stand in each status. One query; inside acting(actor)."""
    found = _visible(actor, on).values_list("status").annotate(count=Count("pk")).order_by()
    return {str(status): count for status, count in found}


def endorsement(actor: Actor, number: str, *, on: date) -> tuple[int, EndorsementLine]:
    """The row id (for rendering) and the line of one endorsement. Raises EndorsementUnknown. Inside acting(actor)."""
    row = (
        _with_pdf(Endorsement.objects.filter(number=number, insurer_id=actor.insurer_id))
        .filter(scope.of_policies(actor, on=on, through="term__policy"))
        .first()
    )
    if row is None:
        raise EndorsementUnknown(number)
    return row.pk, _endorsement(row)


def _visible(actor: Actor, on: date) -> QuerySet[GuaranteeTerm]:
    return GuaranteeTerm.objects.filter(scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id)


def _joined(rows: QuerySet[GuaranteeTerm]) -> QuerySet[GuaranteeTerm]:
    asked = RenewalRequest.objects.filter(term=OuterRef("pk"))
    return rows.select_related("guarantee__limit_request", "policy__policyholder", "buyer").annotate(
        asked=Exists(asked)
    )


def _with_pdf(rows: QuerySet[Endorsement]) -> QuerySet[Endorsement]:
    made = RenderedEndorsement.objects.filter(endorsement=OuterRef("pk"))
    return rows.select_related("term__guarantee").annotate(has_pdf=Exists(made))


def _term(row: Any) -> TermLine:
    return TermLine(
        guarantee=row.guarantee.public_id,
        product=row.guarantee.product,
        kind=row.guarantee.kind,
        market=row.guarantee.market,
        policyholder=row.policy.policyholder.name,
        policy_number=row.policy.number,
        buyer=row.buyer.name,
        buyer_country=row.buyer.country,
        buyer_identifier=row.buyer.identifier,
        sequence=row.sequence,
        status=row.status,
        granted_first=row.granted_first,
        granted_end=row.granted_end,
        cover_first=row.cover_first,
        cover_end=row.cover_end,
        amount=row.amount,
        granted_amount=row.granted_amount,
        insured_ratio=row.insured_ratio,
        ceded_ratio=row.ceded_ratio,
        premium=row.premium,
        premium_rate=row.premium_rate,
        is_premium_illustrative=row.is_premium_illustrative,
        renewal_asked=row.asked,
        cession_id=row.cession_id,
        right_amount=row.right_amount,
    )


def _endorsement(row: Any) -> EndorsementLine:
    return EndorsementLine(
        number=row.number,
        guarantee=row.term.guarantee.public_id,
        cause=row.cause,
        issued_on=row.issued_on,
        digest=row.digest,
        has_pdf=row.has_pdf,
    )
