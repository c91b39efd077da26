"""Fix losses: the cause stands, each invoice finds its cover, and each cover learns what it owes.

The loss is what is unpaid before tax, in euro at the rate of each invoice's day (D-44, D-46). It is constituted by an
insolvency or a political event, or once the policy's waiting period has passed since the last due day. What the
top-ups owe of it becomes their case reserve in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change
from capweb.kernel.errors import FieldError, FieldErrors
from capweb.kernel.money import ZERO
from eligibility.queries.law_book import current_law_book
from policies.commands.claim_acts import found_claims, moved, tell
from policies.commands.claim_errors import (
    LateLinesUndecided,
    LossNotConstituted,
    PolicyDoesNotTell,
    RateMissing,
    ReasonMissing,
)
from policies.commands.reserve_losses import reserve_losses
from policies.domain.claim_life import CAUSES, Cause, constituted_on
from policies.domain.claim_lines import Attachment, LapseCover, Rate, attached, in_euro, rate_on
from policies.domain.indemnity import Indemnity, LostLine, indemnify
from policies.domain.moves import CLAIM, IllegalMove
from policies.models import Claim, ClaimInvoice
from policies.queries.claim_facts import ClaimFacts, Covers, InvoiceFacts, covers_of, rates_of

LAPSE = "contracts/settings/lapse_cover"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFixing:
    """Why the loss is constituted; whether invoices that were declared late count (`excused`, `left_out`), and why."""

    claim: str
    cause: str
    caused_on: date | None = None
    late_lines: str = ""
    late_reason: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """One invoice as it falls: its cover, the rate of its day, its loss in euro."""

    invoice: InvoiceFacts
    attachment: Attachment
    rate: Rate | None
    loss: Decimal


def fix_losses(actor: Actor, fixings: Sequence[LossFixing], *, on: date) -> list[Indemnity]:
    """What each loss is and how it falls before the disbursement limit, in order. Inside acting(actor).

    A fixed number of queries. Raises NotAllowed, ClaimUnknown, IllegalMove (a loss is fixed once), FieldErrors,
    LossNotConstituted, PolicyDoesNotTell, LateLinesUndecided, ReasonMissing, RateMissing.
    """
    claims = found_claims(actor, [one.claim for one in fixings], right="claims.handle", on=on)
    covers = covers_of(actor, [claim.pair for claim in claims.values()])
    rates = rates_of(actor, {line.currency for claim in claims.values() for line in claim.invoices})
    law_book = current_law_book(actor)
    done: list[Indemnity] = []
    lines: list[_Line] = []
    seen: set[str] = set()
    for one in fixings:
        claim = claims[one.claim]
        if claim.public_id in seen:
            raise IllegalMove(CLAIM, "loss_fixed", "fix", which=claim.public_id)
        seen.add(claim.public_id)
        moved(claim, "fix")
        cover = covers[claim.pair]
        _must_be_constituted(one, claim, cover, on=on)
        counted = _counted(one, claim)
        own = []
        for invoice in claim.invoices:
            lapse = cast("LapseCover", law_book.on(invoice.delivered_on).choices.get(LAPSE, "delivered_before_end"))
            own.append(_line(claim, invoice, cover, rates, lapse=lapse, is_counted=invoice.number in counted))
        lines += own
        done.append(indemnify([_lost(line, cover) for line in own if line.loss], used=cover.used))
    _write(actor, fixings, claims, done, lines, on=on)
    reserve_losses(actor, {one.claim: claims[one.claim].id for one in fixings}, on=on)
    return done


def _must_be_constituted(one: LossFixing, claim: ClaimFacts, cover: Covers, *, on: date) -> None:
    if one.cause not in CAUSES:
        raise FieldErrors([FieldError("cause", f"The cause is one of {', '.join(CAUSES)}.", code="unknown_cause")])
    cause: Cause = one.cause
    if (cause == "protracted_default") != (one.caused_on is None):
        message = "An insolvency or political event has its day, and a protracted default has none."
        raise FieldErrors([FieldError("caused_on", message, code="day_of_event")])
    due = [line.due_on for line in claim.invoices if line.open_amount]
    says = cover.says(min(line.delivered_on for line in claim.invoices))
    waiting = None if says is None else says.waiting_period_days
    day = constituted_on(cause, due=due or [on], caused_on=one.caused_on, waiting_days=waiting)
    if day is None:
        raise PolicyDoesNotTell.told(claim.public_id, missing="waiting_period_days")
    if day > on:
        raise LossNotConstituted.told(claim.public_id, day=day)


def _counted(one: LossFixing, claim: ClaimFacts) -> set[str]:
    """The invoices that count: all, or without those declared late where the insurer leaves them out."""
    late = [line.number for line in claim.invoices if line.is_late]
    if late and one.late_lines not in ("excused", "left_out"):
        raise LateLinesUndecided.told(claim.public_id, invoices=late)
    if late and not one.late_reason.strip():
        raise ReasonMissing.told(claim.public_id)
    left_out = set(late) if one.late_lines == "left_out" else set()
    return {line.number for line in claim.invoices} - left_out


def _line(
    claim: ClaimFacts,
    invoice: InvoiceFacts,
    cover: Covers,
    rates: Mapping[str, Sequence[Rate]],
    *,
    lapse: LapseCover,
    is_counted: bool,
) -> _Line:
    says = cover.says(invoice.delivered_on)
    if says is None:
        raise PolicyDoesNotTell.told(claim.public_id, missing="insured_ratio")
    attachment = attached(invoice.line, top_ups=cover.top_ups, primary=cover.primary, rules=says.rules(lapse))
    if attachment.outside == "invoicing_delay_unset":
        raise PolicyDoesNotTell.told(claim.public_id, missing="invoicing_delay_days")
    if not is_counted:
        return _Line(invoice, Attachment(ZERO, None, "declared_late"), None, ZERO)
    rate = rate_on(rates.get(invoice.currency, ()), invoice.invoiced_on)
    loss = in_euro(invoice.line.unpaid_before_tax, invoice.currency, rate)
    if loss is None:
        raise RateMissing.told(claim.public_id, currency=invoice.currency, day=invoice.invoiced_on)
    return _Line(invoice, attachment, rate, loss)


def _lost(line: _Line, cover: Covers) -> LostLine:
    says = cover.says(line.invoice.delivered_on)
    assert says is not None
    return LostLine(line.attachment, says.insured_ratio, line.loss)


def _write(
    actor: Actor,
    fixings: Sequence[LossFixing],
    claims: Mapping[str, ClaimFacts],
    done: Sequence[Indemnity],
    lines: Sequence[_Line],
    *,
    on: date,
) -> None:
    rows = Claim.objects.in_bulk([claims[one.claim].id for one in fixings])
    for one, indemnity in zip(fixings, done, strict=True):
        row = rows[claims[one.claim].id]
        row.status, row.cause, row.caused_on = "loss_fixed", one.cause, one.caused_on
        row.loss_amount, row.loss_fixed_on = indemnity.loss, on
        if any(line.is_late for line in claims[one.claim].invoices):
            row.late_lines, row.late_reason = one.late_lines, one.late_reason
    Claim.objects.bulk_update(
        rows.values(),
        ["status", "cause", "caused_on", "loss_amount", "loss_fixed_on", "late_lines", "late_reason"],
        batch_size=1_000,
    )
    invoices = ClaimInvoice.objects.in_bulk([line.invoice.id for line in lines])
    for line in lines:
        told = invoices[line.invoice.id]
        told.outside, told.loss_amount = line.attachment.outside, line.loss
        told.term_id = None if line.attachment.top_up is None else line.attachment.top_up.term_id
        told.primary_limit = line.attachment.primary_limit
        if line.rate is not None:
            told.rate_on, told.units_per_euro = line.rate.day, line.rate.units_per_euro
    ClaimInvoice.objects.bulk_update(
        invoices.values(),
        ["outside", "loss_amount", "term", "primary_limit", "rate_on", "units_per_euro"],
        batch_size=1_000,
    )
    shares = [
        (claims[one.claim].id, part)
        for one, indemnity in zip(fixings, done, strict=True)
        for part in sorted(indemnity.parts, key=lambda part: part.layer != "primary")
    ]
    copy_rows(
        "policies_claimshare",
        ("id", "insurer_id", "claim_id", "layer", "term_id", "loss_amount", "due_amount", "booked_on"),
        [
            (pk, actor.insurer_id, claim_id, part.layer, part.term_id, part.loss, part.due, on)
            for pk, (claim_id, part) in zip(draw_ids("policies_claimshare", len(shares)), shares, strict=True)
        ],
    )
    tell(
        actor,
        [
            Change(
                "claim.loss_fixed",
                one.claim,
                was={"status": claims[one.claim].status},
                became={
                    "cause": one.cause,
                    "loss": str(indemnity.loss),
                    "due": str(sum((part.due for part in indemnity.parts), ZERO)),
                    "late_lines": one.late_lines,
                },
            )
            for one, indemnity in zip(fixings, done, strict=True)
        ],
        on=on,
    )
