"""Pursue claims until their loss is fixed, and end them: later due days, payments of the buyer, steps of collection.

Each act has the sender's own reference and is taken once. All acts of a batch are taken, or none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

from capweb.accounts.actor import Actor
from capweb.audit.trail import Change
from capweb.kernel.money import ZERO
from policies.commands.claim_acts import found_claims, moved, must_lie_between, tell, write_states
from policies.commands.claim_errors import InvoiceDayUnfit, InvoiceUnknown, PaymentAboveInvoice, ReasonMissing
from policies.commands.reserve_losses import release_losses
from policies.models import CollectionStep, DueDayExtension, InvoicePayment
from policies.queries.claim_facts import ClaimFacts, InvoiceFacts

RIGHT = "claims.handle"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    source_reference: str
    claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension(_Act):
    """A later due day that was agreed for an invoice, and why."""

    invoice: str
    due_on: date
    agreed_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerPayment(_Act):
    """What the buyer paid on an invoice, tax included, in its currency, before the loss is fixed."""

    invoice: str
    received_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionAct(_Act):
    """A step of collection and what it cost, in euro."""

    kind: Literal["amicable", "judicial"]
    done_on: date
    description: str
    costs: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEnding:
    """A claim that is closed (nothing more is expected) or withdrawn (the buyer paid, or it was a mistake), and why."""

    claim: str
    act: Literal["close", "withdraw"]
    reason: str


_AnyAct = TypeVar("_AnyAct", bound=_Act)


def extend_due_days(actor: Actor, extensions: Sequence[Extension], *, on: date) -> int:
    """Record later due days; how many were new. A fixed number of queries; inside acting(actor).

    Raises NotAllowed, ClaimUnknown, IllegalMove, InvoiceUnknown, InvoiceDayUnfit, PaymentDayUnfit, ReasonMissing.
    """
    claims = found_claims(actor, [one.claim for one in extensions], right=RIGHT, on=on)
    new = _new(actor, extensions, DueDayExtension)
    due: dict[int, date] = {}
    rows, told = [], []
    for one in new:
        claim = claims[one.claim]
        moved(claim, "extend")
        invoice = _invoice(claim, one.invoice)
        was = due.get(invoice.id, invoice.due_on)
        if one.due_on <= was:
            raise InvoiceDayUnfit.told(claim.public_id, number=invoice.number, due_on=was)
        if not one.reason.strip():
            raise ReasonMissing.told(claim.public_id)
        must_lie_between(claim, one.agreed_on, first=invoice.invoiced_on, last=on)
        due[invoice.id] = one.due_on
        rows.append(
            DueDayExtension(
                insurer_id=actor.insurer_id,
                invoice_id=invoice.id,
                due_on=one.due_on,
                agreed_on=one.agreed_on,
                reason=one.reason,
                source_reference=one.source_reference,
                booked_on=on,
            )
        )
        became = {"invoice": invoice.number, "due_on": one.due_on.isoformat(), "reason": one.reason}
        told.append(Change("claim.due_day_extended", claim.public_id, was={"due_on": was.isoformat()}, became=became))
    DueDayExtension.objects.bulk_create(rows)
    tell(actor, told, on=on)
    return len(rows)


def record_buyer_payments(actor: Actor, payments: Sequence[BuyerPayment], *, on: date) -> int:
    """Record what the buyer paid before the loss is fixed; how many were new. Inside acting(actor).

    Raises NotAllowed, ClaimUnknown, IllegalMove (after that it is a recovery), InvoiceUnknown,
    PaymentAboveInvoice, PaymentDayUnfit.
    """
    claims = found_claims(actor, [one.claim for one in payments], right=RIGHT, on=on)
    new = _new(actor, payments, InvoicePayment)
    known: dict[int, InvoiceFacts] = {}
    rows, told = [], []
    for one in new:
        claim = claims[one.claim]
        moved(claim, "pay")
        found = _invoice(claim, one.invoice)
        invoice = known.get(found.id, found)
        if not 0 < one.amount <= invoice.open_amount:
            raise PaymentAboveInvoice.told(claim.public_id, number=invoice.number, left=invoice.open_amount)
        must_lie_between(claim, one.received_on, first=invoice.delivered_on, last=on)
        known[invoice.id] = replace(invoice, paid=invoice.paid + one.amount)
        rows.append(
            InvoicePayment(
                insurer_id=actor.insurer_id,
                invoice_id=invoice.id,
                received_on=one.received_on,
                amount=one.amount,
                source_reference=one.source_reference,
                booked_on=on,
            )
        )
        became = {"invoice": invoice.number, "amount": str(one.amount), "currency": invoice.currency}
        told.append(Change("claim.invoice_paid", claim.public_id, became=became))
    InvoicePayment.objects.bulk_create(rows)
    tell(actor, told, on=on)
    return len(rows)


def record_collection(actor: Actor, steps: Sequence[CollectionAct], *, on: date) -> int:
    """Record steps of collection; how many were new. The first takes a claim into collection. Inside acting(actor).

    Raises NotAllowed, ClaimUnknown, IllegalMove, PaymentDayUnfit, ReasonMissing.
    """
    claims = found_claims(actor, [one.claim for one in steps], right=RIGHT, on=on)
    new = _new(actor, steps, CollectionStep)
    states: dict[str, str] = {}
    rows, told = [], []
    for one in new:
        claim = claims[one.claim]
        states[one.claim] = moved(claim, "collect")
        if not one.description.strip():
            raise ReasonMissing.told(claim.public_id)
        must_lie_between(claim, one.done_on, first=min(line.invoiced_on for line in claim.invoices), last=on)
        rows.append(
            CollectionStep(
                insurer_id=actor.insurer_id,
                claim_id=claim.id,
                kind=one.kind,
                done_on=one.done_on,
                description=one.description,
                costs=one.costs,
                source_reference=one.source_reference,
                booked_on=on,
            )
        )
        became = {"kind": one.kind, "costs": str(one.costs), "description": one.description}
        told.append(Change("claim.collected", claim.public_id, became=became))
    CollectionStep.objects.bulk_create(rows)
    write_states((claims[name], state) for name, state in states.items())
    tell(actor, told, on=on)
    return len(rows)


def end_claims(actor: Actor, endings: Sequence[ClaimEnding], *, on: date) -> int:
    """Close or withdraw claims; how many changed (one that ended so before does not). Inside acting(actor).

    What was reserved for a loss that is closed unpaid is released.
    Raises NotAllowed, ClaimUnknown, IllegalMove, ReasonMissing.
    """
    claims = found_claims(actor, [one.claim for one in endings], right=RIGHT, on=on)
    states: dict[tuple[str, str], tuple[ClaimFacts, str]] = {}
    told = []
    for one in endings:
        claim = claims[one.claim]
        ended: str = "closed" if one.act == "close" else "withdrawn"
        if claim.status == ended:
            continue
        if not one.reason.strip():
            raise ReasonMissing.told(claim.public_id)
        states[one.reason, one.claim] = (claim, moved(claim, one.act))
        told.append(
            Change(f"claim.{ended}", claim.public_id, was={"status": claim.status}, became={"reason": one.reason})
        )
    for reason in {reason for reason, _ in states}:
        ending = [state for (why, _), state in states.items() if why == reason]
        write_states(ending, ended_on=on, ended_reason=reason)
    unpaid = {claim.public_id: claim.id for claim, _ in states.values() if claim.status == "loss_fixed"}
    release_losses(actor, unpaid, on=on)
    tell(actor, told, on=on)
    return len(states)


def _new(actor: Actor, acts: Sequence[_AnyAct], table: Any) -> list[_AnyAct]:
    """The acts whose reference is not known yet, each once."""
    references: Collection[str] = {one.source_reference for one in acts}
    rows = table.objects.filter(insurer_id=actor.insurer_id, source_reference__in=references)
    known = set(rows.values_list("source_reference", flat=True))
    new = []
    for one in acts:
        if one.source_reference not in known:
            known.add(one.source_reference)
            new.append(one)
    return new


def _invoice(claim: ClaimFacts, number: str) -> InvoiceFacts:
    for invoice in claim.invoices:
        if invoice.number == number:
            return invoice
    raise InvoiceUnknown.told(claim.public_id, number=number)
