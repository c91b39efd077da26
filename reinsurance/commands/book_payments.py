"""Book payments with a reinsurer, either way, and match them to statements: those named, else from the oldest on.

What is paid above what is open stays on the payment as credit, and is matched when there is something to pay again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change
from capweb.kernel.identifiers import new_public_id
from capweb.kernel.money import ZERO
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.settlement_refusals import PaymentBookedDifferently, PaymentNotYetMade, StatementUnknown
from reinsurance.domain.settlement import Direction, Matched, OpenAmount, matched
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.models import Treaty
from reinsurance.queries import settlements
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.free_room import locked_rooms
from reinsurance.queries.settlements import PaymentRow, StatementRow
from reinsurance.queries.treaties import treaty_named
from reinsurance.queries.treaty_book import TreatyBook, treaty_book


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """Money that was `paid` to the reinsurer of a treaty (its public id), or `received` from it, on a day.

    `reference` is the bank's, unique per insurer. `statements` names what it pays, in order; none named, the oldest.
    """

    treaty_id: str
    reference: str
    direction: Direction
    amount: Decimal
    paid_on: date
    statements: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.amount != self.amount.quantize(Decimal("0.01")) or not self.reference.strip():
            raise ValueError("a payment has a reference, and an amount above nothing in whole cents")


@dataclass(frozen=True, slots=True)
class PaymentReceipt:
    """What a payment pays, by statement, and what of it is credit; `is_repeat` when it was booked before."""

    public_id: str
    reference: str
    matched: tuple[tuple[str, Decimal], ...]
    unmatched: Decimal
    is_repeat: bool


def book_payments(actor: Actor, payments: Sequence[PaymentOrder], *, on: date) -> list[PaymentReceipt]:
    """The receipts in order; a fixed number of queries but one for each treaty. Runs inside acting(actor).

    Raises TreatyUnknown, StatementUnknown, PaymentNotYetMade, PaymentBookedDifferently; NotAllowed without
    `settlement.write`.
    """
    writing_alias_of(actor)
    actor.must_be_allowed("settlement.write")
    if not payments:
        return []
    treaties = {one: treaty_named(actor, one) for one in dict.fromkeys(order.treaty_id for order in payments)}
    locked_rooms(actor, (), treaties=[treaty.pk for treaty in treaties.values()])
    known = {row.reference: row for row in settlements.payments(actor, on=date.max)}
    ledger = _Open(settlements.statements(actor, on=date.max))
    receipts: dict[str, PaymentReceipt] = {}
    orders: dict[str, PaymentOrder] = {}
    new: list[_Booked] = []
    for order in payments:
        if order.reference in orders or order.reference in known:
            receipts[order.reference] = _repeated(order, orders.get(order.reference), known, receipts)
            continue
        if order.paid_on > on:
            raise PaymentNotYetMade.told(reference=order.reference)
        booked = _Booked(order, treaties[order.treaty_id], new_public_id("pay"), ledger.paid(order, treaties))
        new.append(booked)
        orders[order.reference] = order
        receipts[order.reference] = booked.receipt(ledger)
    _written(actor, new, on=on)
    return [receipts[order.reference] for order in payments]


def match_credits(actor: Actor, treaty_ids: Sequence[str], *, on: date) -> Decimal:
    """Match what is left of earlier payments of these treaties to what is open, the oldest to the oldest; the amount
    that found something to pay. Runs inside acting(actor). Raises TreatyUnknown, NotAllowed.
    """
    writing_alias_of(actor)
    actor.must_be_allowed("settlement.write")
    treaties = [treaty_named(actor, one) for one in dict.fromkeys(treaty_ids)]
    locked_rooms(actor, (), treaties=[treaty.pk for treaty in treaties])
    ledger = _Open(settlements.statements(actor, on=date.max))
    wanted = {treaty.pk for treaty in treaties}
    matches: list[tuple[PaymentRow, Matched]] = []
    for row in settlements.payments(actor, on=date.max):
        if row.treaty_id in wanted and row.unmatched:
            found = ledger.matched(row.treaty_id, row.unmatched, row.direction, ledger.open.get(row.treaty_id, []))
            matches += [(row, one) for one in found]
    _match(actor, [(row.id, one) for row, one in matches], on=on)
    told = [
        Change("payment.matched", row.public_id, became={"statement": ledger.names[one.statement_id]})
        for row, one in matches
    ]
    leave_trail(actor, told, on=on)
    return sum((one.amount for _, one in matches), ZERO)


class _Open:
    """What is open of each treaty's statements, moved on as payments meet them."""

    def __init__(self, rows: Sequence[StatementRow]) -> None:
        self.open = settlements.open_amounts(rows)
        self.names = {row.id: row.public_id for row in rows}
        self.ids = {row.public_id: row.id for row in rows}

    def paid(self, order: PaymentOrder, treaties: dict[str, Treaty]) -> list[Matched]:
        treaty_id = treaties[order.treaty_id].pk
        standing = self.open.get(treaty_id, [])
        if order.statements:
            by_id = {one.id: one for one in standing}
            sign = 1 if order.direction == "paid" else -1
            wanted = []
            for name in order.statements:
                one = by_id.get(self.ids.get(name, 0))
                if one is None or one.open_amount * sign <= 0:
                    raise StatementUnknown.told(statement=name)
                wanted.append(one)
            standing = wanted
        return self.matched(treaty_id, order.amount, order.direction, standing)

    def matched(
        self, treaty_id: int, amount: Decimal, direction: Direction, standing: Sequence[OpenAmount]
    ) -> list[Matched]:
        found = matched(amount, standing, direction=direction)
        sign = 1 if direction == "paid" else -1
        parts = {one.statement_id: one.amount * sign for one in found}
        moved = [OpenAmount(one.id, one.open_amount - parts.get(one.id, ZERO)) for one in self.open.get(treaty_id, [])]
        self.open[treaty_id] = [one for one in moved if one.open_amount]
        return found


@dataclass(frozen=True, slots=True)
class _Booked:
    order: PaymentOrder
    treaty: Treaty
    public_id: str
    matches: list[Matched]

    def receipt(self, ledger: _Open) -> PaymentReceipt:
        pairs = tuple((ledger.names[one.statement_id], one.amount) for one in self.matches)
        left = self.order.amount - sum((amount for _, amount in pairs), ZERO)
        return PaymentReceipt(self.public_id, self.order.reference, pairs, left, is_repeat=False)


def _repeated(
    order: PaymentOrder,
    twin: PaymentOrder | None,
    known: dict[str, PaymentRow],
    receipts: dict[str, PaymentReceipt],
) -> PaymentReceipt:
    if twin is not None:
        first = receipts[order.reference]
        same = twin == order
        again = PaymentReceipt(first.public_id, order.reference, first.matched, first.unmatched, is_repeat=True)
    else:
        row = known[order.reference]
        same = (row.treaty, row.direction, row.amount, row.paid_on) == (
            order.treaty_id,
            order.direction,
            order.amount,
            order.paid_on,
        )
        again = PaymentReceipt(row.public_id, order.reference, (), row.unmatched, is_repeat=True)
    if not same:
        raise PaymentBookedDifferently.told(reference=order.reference, public_id=again.public_id)
    return again


_COLUMNS = (
    "id",
    "insurer_id",
    "public_id",
    "treaty_id",
    "reference",
    "direction",
    "amount",
    "paid_on",
    "booked_on",
)


def _written(actor: Actor, new: Sequence[_Booked], *, on: date) -> None:
    if not new:
        return
    alias = writing_alias_of(actor)
    ids = draw_ids("reinsurance_payment", len(new), using=alias)
    copy_rows(
        "reinsurance_payment",
        _COLUMNS,
        (
            (
                pk,
                actor.insurer_id,
                one.public_id,
                one.treaty.pk,
                one.order.reference,
                one.order.direction,
                one.order.amount,
                one.order.paid_on,
                on,
            )
            for pk, one in zip(ids, new, strict=True)
        ),
        using=alias,
    )
    _match(actor, [(pk, match) for pk, one in zip(ids, new, strict=True) for match in one.matches], on=on)
    book = treaty_book(actor)
    book_entries(actor, [_entry(actor, one, book) for one in new], on=on)
    leave_trail(actor, [_told(one) for one in new], on=on)


def _match(actor: Actor, matches: Sequence[tuple[int, Matched]], *, on: date) -> None:
    if matches:
        copy_rows(
            "reinsurance_paymentmatch",
            ("insurer_id", "payment_id", "statement_id", "amount", "booked_on"),
            ((actor.insurer_id, payment_id, one.statement_id, one.amount, on) for payment_id, one in matches),
            using=writing_alias_of(actor),
        )


def _entry(actor: Actor, one: _Booked, book: TreatyBook) -> NewEntry:
    settlement, bank = book.account(one.treaty.pk, "settlement"), book.account(one.treaty.pk, "bank")
    if one.order.direction == "paid":
        transfer = NewTransfer(settlement, bank, "paid", one.order.amount)
    else:
        transfer = NewTransfer(bank, settlement, "received", one.order.amount)
    return NewEntry("payment", f"payment:{one.public_id}", actor.insurer_id, (transfer,))


def _told(one: _Booked) -> Change:
    became: dict[str, object] = {
        "treaty": one.treaty.public_id,
        "direction": one.order.direction,
        "amount": str(one.order.amount),
        "reference": one.order.reference,
    }
    return Change("payment.booked", one.public_id, became=became)
