"""Declare overdues: the unpaid invoices of a buyer become a claim; those declared after the policy's delay are named.

A declaration is taken as a whole or not at all, every error with its invoice. Covers are told when the loss is fixed:
payments may still come, and due days be put off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.accounts.acting import must_be_acting
from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change, record_changes
from capweb.kernel.errors import FieldError, FieldErrors
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import EURO, ZERO
from policies.commands.claim_errors import ClaimUnderWay, DeliveredToTwo, GuaranteeNotFound
from policies.domain.claim_life import CAUSES, DueDay, declared_late
from policies.models import Claim, ClaimInvoice, Guarantee
from policies.queries import scope
from policies.queries.claim_facts import Covers, Pair, covers_of, delivered_to

UNDER_WAY = ("overdue_declared", "in_collection", "loss_fixed")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenInvoice:
    """An invoice as it is declared: before tax, tax, and what was paid on it so far with tax, in its own currency."""

    number: str
    delivered_on: date
    invoiced_on: date
    due_on: date
    amount: Decimal
    vat: Decimal = ZERO
    currency: str = EURO
    paid: Decimal = ZERO
    paid_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueDeclaration:
    """The overdue of one buyer, named by any of its guarantees. `source_reference` is the sender's own, taken once."""

    source_reference: str
    guarantee: str
    invoices: tuple[GivenInvoice, ...]
    cause: str = ""
    caused_on: date | None = None


@dataclass(frozen=True, slots=True)
class DeclarationReceipt:
    """The claim that was declared; the invoices that came too late; whether it stood already."""

    claim: str
    late: tuple[str, ...]
    is_repeat: bool = False


def declare_overdues(actor: Actor, declarations: Sequence[OverdueDeclaration], *, on: date) -> list[DeclarationReceipt]:
    """The receipts in order; all are taken or none. A fixed number of queries; inside acting(actor).

    Raises NotAllowed, GuaranteeNotFound, ClaimUnderWay, FieldErrors.
    """
    must_be_acting(actor)
    actor.must_be_allowed("claims.declare")
    errors = [error for one in declarations for error in _errors(one, on=on)]
    if errors:
        raise FieldErrors(errors)
    known = _known(actor, declarations)
    new = [one for one in declarations if one.source_reference not in known]
    pairs = _pairs(actor, new, on=on)
    _must_be_free(actor, new, pairs)
    covers = covers_of(actor, pairs.values())
    late = {one.source_reference: tuple(_late(one, covers[pairs[one.guarantee]], on=on)) for one in new}
    ids = {one.source_reference: new_public_id("cla") for one in new}
    _write(actor, new, pairs, ids, late, on=on)
    known |= {reference: DeclarationReceipt(ids[reference], late[reference]) for reference in ids}
    return [known[one.source_reference] for one in declarations]


def _errors(one: OverdueDeclaration, *, on: date) -> Iterator[FieldError]:
    if not one.invoices:
        yield FieldError("invoices", _("A claim has at least one invoice."), code="no_invoice")
    if one.cause not in ("", *CAUSES):
        yield FieldError("cause", _("This is no cause of a loss."), code="unknown_cause")
    if (one.cause in ("insolvency", "political_event")) != (one.caused_on is not None):
        yield FieldError(
            "caused_on", _("An insolvency or political event has its day, and nothing else has."), code="day_of_event"
        )
    if one.caused_on is not None and one.caused_on > on:
        yield FieldError("caused_on", _("The event lies ahead of today."), code="in_the_future")
    numbers: set[str] = set()
    for place, invoice in enumerate(one.invoices, 1):
        for field, message, code in _invoice_errors(invoice, one, on=on):
            yield FieldError(f"invoices.{field}", message, code=code, line=place)
        if invoice.number in numbers:
            yield FieldError("invoices.number", _("This invoice is named twice."), code="invoice_twice", line=place)
        numbers.add(invoice.number)


def _invoice_errors(invoice: GivenInvoice, one: OverdueDeclaration, *, on: date) -> Iterator[tuple[str, str, str]]:
    if not invoice.number.strip():
        yield "number", _("An invoice has a number."), "number_missing"
    if invoice.amount <= 0 or invoice.vat < 0:
        yield (
            "amount",
            _("An invoice has an amount above nothing, and a tax of nothing or more."),
            "amount_not_positive",
        )
    elif not 0 <= invoice.paid < invoice.amount + invoice.vat:
        yield "paid", _("Less was paid than is owed, or nothing is overdue."), "paid_out_of_range"
    if (invoice.paid > 0) != (invoice.paid_on is not None):
        yield "paid_on", _("A payment has its day."), "day_of_payment"
    if invoice.paid_on is not None and invoice.paid_on > on:
        yield "paid_on", _("The payment lies ahead of today."), "in_the_future"
    if invoice.due_on < max(invoice.delivered_on, invoice.invoiced_on):
        yield "due_on", _("An invoice falls due after its delivery and its day."), "due_too_early"
    elif max(invoice.delivered_on, invoice.invoiced_on) > on:
        yield "invoiced_on", _("Delivery or invoice lie ahead of today."), "in_the_future"
    elif invoice.due_on >= on and one.cause != "insolvency":
        yield "due_on", _("The invoice is not overdue yet."), "not_overdue"
    if not (len(invoice.currency) == 3 and invoice.currency.isascii() and invoice.currency.isupper()):
        yield "currency", _("A currency is three capital letters."), "unknown_currency"


def _known(actor: Actor, declarations: Sequence[OverdueDeclaration]) -> dict[str, DeclarationReceipt]:
    rows = Claim.objects.filter(
        insurer_id=actor.insurer_id, source_reference__in=[one.source_reference for one in declarations]
    )
    found = {row.pk: row for row in rows}
    late: dict[int, list[str]] = {pk: [] for pk in found}
    invoices = ClaimInvoice.objects.filter(insurer_id=actor.insurer_id, claim_id__in=found, is_late=True).order_by("pk")
    for claim_id, number in invoices.values_list("claim_id", "number"):
        late[claim_id].append(number)
    return {
        row.source_reference: DeclarationReceipt(row.public_id, tuple(late[pk]), is_repeat=True)
        for pk, row in found.items()
    }


def _pairs(actor: Actor, new: Sequence[OverdueDeclaration], *, on: date) -> dict[str, Pair]:
    """The policy and buyer behind each guarantee that is named."""
    rows = Guarantee.objects.filter(
        scope.of_policies(actor, on=on, through="policy"),
        insurer_id=actor.insurer_id,
        public_id__in={one.guarantee for one in new},
    )
    found: dict[str, Pair] = {
        name: (policy, buyer) for name, policy, buyer in rows.values_list("public_id", "policy_id", "buyer_id")
    }
    for one in new:
        if one.guarantee not in found:
            raise GuaranteeNotFound.told(one.guarantee)
    delivered = delivered_to(actor, [(one.guarantee, invoice.delivered_on) for one in new for invoice in one.invoices])
    for one in new:
        pairs = delivered.get(one.guarantee, set())
        if len(pairs) > 1:
            raise DeliveredToTwo.told(one.guarantee)
        found[one.guarantee] = next(iter(pairs), found[one.guarantee])
    return found


def _must_be_free(actor: Actor, new: Sequence[OverdueDeclaration], pairs: Mapping[str, Pair]) -> None:
    wanted = {pairs[one.guarantee] for one in new}
    rows = Claim.objects.filter(
        insurer_id=actor.insurer_id, policy_id__in={policy for policy, _ in wanted}, status__in=UNDER_WAY
    )
    taken: dict[Pair, str] = {
        (policy, buyer): name for policy, buyer, name in rows.values_list("policy_id", "buyer_id", "public_id")
    }
    for one in new:
        pair = pairs[one.guarantee]
        if pair in taken:
            raise ClaimUnderWay.told(taken[pair])
        taken[pair] = one.source_reference


def _late(one: OverdueDeclaration, covers: Covers, *, on: date) -> Iterator[str]:
    """The invoices declared after the delay that the policy told on the day when they fell due."""
    for invoice in one.invoices:
        says = covers.says(invoice.due_on)
        if says is not None:
            due = [DueDay(invoice.number, invoice.due_on)]
            yield from declared_late(due, declared_on=on, delay_days=says.declaration_delay_days)


def _write(
    actor: Actor,
    new: Sequence[OverdueDeclaration],
    pairs: Mapping[str, Pair],
    ids: Mapping[str, str],
    late: Mapping[str, tuple[str, ...]],
    *,
    on: date,
) -> None:
    claim_ids = draw_ids("policies_claim", len(new))
    copy_rows(
        "policies_claim",
        ("id", "insurer_id", "public_id", "policy_id", "buyer_id", "source_reference", "status", "cause", "caused_on",
         "declared_on", "declared_by", "late_lines", "late_reason", "ended_reason", "booked_on"),
        [
            (pk, actor.insurer_id, ids[one.source_reference], *pairs[one.guarantee], one.source_reference,
             "overdue_declared", one.cause, one.caused_on, on, actor.name, "", "", "", on)
            for pk, one in zip(claim_ids, new, strict=True)
        ],
    )  # fmt: skip
    lines = [(pk, one, invoice) for pk, one in zip(claim_ids, new, strict=True) for invoice in one.invoices]
    invoice_ids = draw_ids("policies_claiminvoice", len(lines))
    copy_rows(
        "policies_claiminvoice",
        ("id", "insurer_id", "claim_id", "number", "delivered_on", "invoiced_on", "due_on", "amount", "vat_amount",
         "currency", "is_late", "outside"),
        [
            (invoice_id, actor.insurer_id, pk, line.number, line.delivered_on, line.invoiced_on, line.due_on,
             line.amount, line.vat, line.currency, line.number in late[one.source_reference], "")
            for invoice_id, (pk, one, line) in zip(invoice_ids, lines, strict=True)
        ],
    )  # fmt: skip
    paid = [
        (actor.insurer_id, invoice_id, line.paid_on, line.paid, f"{ids[one.source_reference]}/{line.number}"[:100], on)
        for invoice_id, (_pk, one, line) in zip(invoice_ids, lines, strict=True)
        if line.paid
    ]
    if paid:
        copy_rows(
            "policies_invoicepayment",
            ("insurer_id", "invoice_id", "received_on", "amount", "source_reference", "booked_on"),
            paid,
        )
    record_changes(
        [
            Change(
                "claim.declared",
                ids[one.source_reference],
                became={
                    "guarantee": one.guarantee,
                    "invoices": len(one.invoices),
                    "late": list(late[one.source_reference]),
                    "cause": one.cause,
                },
            )
            for one in new
        ],
        insurer_id=actor.insurer_id,
        actor=actor.name,
        actor_role=actor.role,
        booked_on=on,
    )
