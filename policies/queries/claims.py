"""Claims for people: the list, one claim with its invoices, steps, shares, payments and recoveries, who bears what.

What is ceded is between the insurer and its reinsurer: a broker or policyholder sees the insurer's part as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO
from policies.domain import bearing
from policies.domain.bearing import Bearers, BorneShare
from policies.models import (
    Claim,
    ClaimInvoice,
    ClaimRecovery,
    CollectionStep,
    DueDayExtension,
    Guarantee,
    IndemnityPayment,
    InvoicePayment,
)
from policies.queries import scope
from policies.queries.claim_facts import ShareFacts, shares_of
from policies.queries.pages import Page, bounds, newest_after
from reinsurance.queries.claim_book import claim_positions
from reinsurance.queries.claims_anew import ceded_of_movements


class ClaimNotFound(LookupError):
    """There is no such claim, or this actor may not see it."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim in a list. Amounts are euro; the loss is null until it is fixed."""

    public_id: str
    status: str
    cause: str
    caused_on: date | None
    policyholder: str
    policy_number: str
    buyer: str
    buyer_country: str
    buyer_identifier: str
    declared_on: date
    declared_by: str
    loss: Decimal | None
    loss_fixed_on: date | None
    paid: Decimal
    invoice_count: int


@dataclass(frozen=True, slots=True)
class InvoiceLineShown:
    """One invoice: what was declared, what was paid since, and how it fell once the loss was fixed."""

    number: str
    delivered_on: date
    invoiced_on: date
    first_due_on: date
    due_on: date
    amount: Decimal
    vat: Decimal
    currency: str
    paid: Decimal
    is_late: bool
    outside: str
    guarantee: str
    sequence: int | None
    primary_limit: Decimal | None
    units_per_euro: Decimal | None
    loss: Decimal | None


@dataclass(frozen=True, slots=True)
class StepShown:
    kind: str
    done_on: date
    description: str
    costs: Decimal


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """An indemnity paid on one cover, what of it is ceded today, and what was on the day of payment (D-39: more, where
    its cession was corrected since).

    `beneficiary` is empty where the policyholder itself was paid.
    """

    layer: str
    guarantee: str
    amount: Decimal
    ceded: Decimal | None
    ceded_then: Decimal | None
    paid_on: date
    beneficiary: str
    movement: str


@dataclass(frozen=True, slots=True)
class RecoveryShown:
    """What came back, in its own currency, and how its net amount fell in euro; `ceded_then` on its own day."""

    public_id: str
    received_on: date
    received: Decimal
    costs: Decimal
    currency: str
    net: Decimal
    policyholder: Decimal
    ceded: Decimal | None
    ceded_then: Decimal | None
    kept: Decimal


@dataclass(frozen=True, slots=True)
class ClaimDetail:
    """One claim with everything on it; `indemnified` and `now` are null until there is something to tell.

    `outstanding` is the reinsurer's part of the case reserve: fixed and not paid; null for whom it is none of.
    """

    line: ClaimLine
    invoices: list[InvoiceLineShown]
    steps: list[StepShown]
    shares: list[ShareFacts]
    payments: list[PaymentShown]
    recoveries: list[RecoveryShown]
    guarantees: list[str]
    late_lines: str
    late_reason: str
    ended_on: date | None
    ended_reason: str
    before: Bearers | None
    indemnified: Bearers | None
    now: Bearers | None
    outstanding: Decimal | None

    @property
    def costs(self) -> Decimal:
        """What collection has cost so far."""
        return sum((step.costs for step in self.steps), ZERO)


def claims(
    actor: Actor, *, on: date, status: str = "", text: str = "", page: int = 1, size: int = 50
) -> Page[ClaimLine]:
    """One page of claims, the newest on top. Two queries; inside acting(actor)."""
    rows = _visible(actor, on)
    if status:
        rows = rows.filter(status=status)
    if text:
        rows = rows.filter(
            Q(buyer__name__istartswith=text)
            | Q(buyer__identifier__startswith=text)
            | Q(policy__policyholder__name__istartswith=text)
            | Q(policy__number__startswith=text)
            | Q(public_id=text)
        )
    total = rows.count()
    number, pages, first = bounds(total=total, number=page, size=size)
    return Page([_line(row) for row in _joined(rows).order_by("-pk")[first : first + size]], number, pages, total)


def after(actor: Actor, *, on: date, cursor: str = "", status: str = "", limit: int = 100) -> list[ClaimLine]:
    """At most `limit` claims, newest first, older than the one that is the cursor. Raises CursorUnknown."""
    rows = _visible(actor, on)
    if status:
        rows = rows.filter(status=status)
    return [_line(row) for row in _joined(newest_after(rows, cursor))[:limit]]


def totals(actor: Actor, *, on: date) -> dict[str, int]:
    """How many claims stand in each state. One query; inside acting(actor)."""
    found = _visible(actor, on).values_list("status").annotate(count=Count("pk")).order_by()
    return {str(status): count for status, count in found}


def must_be_visible(actor: Actor, public_id: str, *, on: date) -> None:
    """Raises ClaimNotFound. One query; inside acting(actor)."""
    if not _visible(actor, on).filter(public_id=public_id).exists():
        raise ClaimNotFound(public_id)


def detail(actor: Actor, public_id: str, *, on: date) -> ClaimDetail:
    """One claim. Raises ClaimNotFound. A fixed number of queries; inside acting(actor)."""
    row = _joined(_visible(actor, on).filter(public_id=public_id)).first()
    if row is None:
        raise ClaimNotFound(public_id)
    shares = shares_of(actor, [row.pk])[row.pk]
    paid = list(_payments(row))
    came_back = list(_recoveries(row))
    ceded = ceded_of_movements(
        actor, {one.movement for one in paid} | {name for one in came_back for name in _movements(one)}
    )
    recoveries = [_recovery(one, ceded) for one in came_back]
    is_paid = any(share.paid for share in shares)
    loss = row.loss_amount
    borne = [_borne(share) for share in shares]
    indemnified = now = None
    if loss is not None:
        indemnified = bearing.after_indemnity(loss, borne) if is_paid else bearing.as_owed(loss, borne)
        if recoveries:
            returned = sum((one.policyholder for one in recoveries), ZERO)
            now = bearing.after_recoveries(loss, borne, returned=returned)
    return ClaimDetail(
        line=_line(row),
        invoices=_invoices(row),
        steps=[
            StepShown(one.kind, one.done_on, one.description, one.costs)
            for one in CollectionStep.objects.filter(claim_id=row.pk).order_by("done_on", "pk")
        ],
        shares=shares,
        payments=[_payment(one, ceded, is_split=actor.is_insurer) for one in paid],
        recoveries=recoveries if actor.is_insurer else [_unsplit_recovery(one) for one in recoveries],
        guarantees=list(
            Guarantee.objects.filter(
                Q(buyer_id=row.buyer_id) | Q(terms__buyer_id=row.buyer_id), policy_id=row.policy_id
            )
            .distinct()
            .order_by("pk")
            .values_list("public_id", flat=True)
        ),
        late_lines=row.late_lines,
        late_reason=row.late_reason,
        ended_on=row.ended_on,
        ended_reason=row.ended_reason,
        before=None if loss is None else bearing.before(loss),
        indemnified=indemnified if actor.is_insurer else _unsplit(indemnified),
        now=now if actor.is_insurer else _unsplit(now),
        outstanding=_outstanding(actor, public_id, shares) if actor.is_insurer else None,
    )


def _outstanding(actor: Actor, public_id: str, shares: Sequence[ShareFacts]) -> Decimal:
    cessions = {share.cession_id for share in shares if share.cession_id is not None}
    positions = claim_positions(actor, actor.insurer_id, cessions)
    return sum((one.reserve.ceded for (_, claim), one in positions.items() if claim == public_id), ZERO)


def _visible(actor: Actor, on: date) -> QuerySet[Claim]:
    return Claim.objects.filter(scope.of_policies(actor, on=on, through="policy"), insurer_id=actor.insurer_id)


def _joined(rows: QuerySet[Claim]) -> QuerySet[Claim]:
    paid = IndemnityPayment.objects.filter(claim_id=OuterRef("pk")).order_by().values("claim_id")
    lines = ClaimInvoice.objects.filter(claim_id=OuterRef("pk")).order_by().values("claim_id")
    return rows.select_related("policy__policyholder", "buyer").annotate(
        paid_amount=Subquery(paid.annotate(all=Sum("amount")).values("all")),
        line_count=Subquery(lines.annotate(all=Count("pk")).values("all")),
    )


def _line(row: Claim) -> ClaimLine:
    return ClaimLine(
        public_id=row.public_id,
        status=row.status,
        cause=row.cause,
        caused_on=row.caused_on,
        policyholder=row.policy.policyholder.name,
        policy_number=row.policy.number,
        buyer=row.buyer.name,
        buyer_country=row.buyer.country,
        buyer_identifier=row.buyer.identifier,
        declared_on=row.declared_on,
        declared_by=row.declared_by,
        loss=row.loss_amount,
        loss_fixed_on=row.loss_fixed_on,
        paid=row.paid_amount or ZERO,  # type: ignore[attr-defined]
        invoice_count=row.line_count or 0,  # type: ignore[attr-defined]
    )


def _invoices(row: Claim) -> list[InvoiceLineShown]:
    paid = InvoicePayment.objects.filter(invoice_id=OuterRef("pk")).order_by().values("invoice_id")
    later = DueDayExtension.objects.filter(invoice_id=OuterRef("pk")).order_by("-pk").values("due_on")[:1]
    rows = (
        ClaimInvoice.objects.filter(claim_id=row.pk)
        .select_related("term__guarantee")
        .annotate(paid_amount=Subquery(paid.annotate(all=Sum("amount")).values("all")), later_due_on=Subquery(later))
        .order_by("delivered_on", "pk")
    )
    return [
        InvoiceLineShown(
            number=one.number,
            delivered_on=one.delivered_on,
            invoiced_on=one.invoiced_on,
            first_due_on=one.due_on,
            due_on=one.later_due_on or one.due_on,
            amount=one.amount,
            vat=one.vat_amount,
            currency=one.currency,
            paid=one.paid_amount or ZERO,
            is_late=one.is_late,
            outside=one.outside,
            guarantee="" if one.term is None else one.term.guarantee.public_id,
            sequence=None if one.term is None else one.term.sequence,
            primary_limit=one.primary_limit,
            units_per_euro=one.units_per_euro,
            loss=one.loss_amount,
        )
        for one in rows
    ]


def _payments(row: Claim) -> QuerySet[IndemnityPayment]:
    rows = IndemnityPayment.objects.filter(claim_id=row.pk)
    return rows.select_related("share__term__guarantee", "beneficiary").order_by("pk")


def _payment(one: IndemnityPayment, ceded: Mapping[str, Decimal], *, is_split: bool) -> PaymentShown:
    return PaymentShown(
        layer=one.share.layer,
        guarantee="" if one.share.term is None else one.share.term.guarantee.public_id,
        amount=one.amount,
        ceded=ceded.get(one.movement, ZERO) if is_split else None,
        ceded_then=one.ceded_amount if is_split else None,
        paid_on=one.paid_on,
        beneficiary="" if one.beneficiary is None else one.beneficiary.name,
        movement=one.movement if is_split else "",
    )


def _recoveries(row: Claim) -> QuerySet[ClaimRecovery]:
    return ClaimRecovery.objects.filter(claim_id=row.pk).prefetch_related("shares").order_by("pk")


def _movements(one: ClaimRecovery) -> list[str]:
    return [share.movement for share in one.shares.all()]


def _recovery(one: ClaimRecovery, ceded_today: Mapping[str, Decimal]) -> RecoveryShown:
    ceded = sum((ceded_today.get(name, ZERO) for name in _movements(one)), ZERO)
    return RecoveryShown(
        public_id=one.public_id,
        received_on=one.received_on,
        received=one.received_amount,
        costs=one.costs,
        currency=one.currency,
        net=one.net_amount,
        policyholder=one.policyholder_amount,
        ceded=ceded,
        ceded_then=sum((share.ceded_amount for share in one.shares.all()), ZERO),
        kept=one.net_amount - one.policyholder_amount - ceded,
    )


def _unsplit(borne: Bearers | None) -> Bearers | None:
    if borne is None:
        return None
    return replace(borne, kept=borne.kept + borne.reinsurer, reinsurer=ZERO)


def _unsplit_recovery(one: RecoveryShown) -> RecoveryShown:
    return replace(one, kept=one.kept + (one.ceded or ZERO), ceded=None, ceded_then=None)


def _borne(share: ShareFacts) -> BorneShare:
    return BorneShare(
        layer=share.layer,
        due=share.due,
        paid=share.paid,
        ceded=share.ceded,
        recovered=share.recovered,
        ceded_back=share.ceded_back,
        ceded_ratio=share.ceded_ratio,
        right_amount=share.right_amount,
    )
