"""Cede a batch of guarantee terms: cession, draw on the envelope and ceded premium in one journal entry each.

A replacement is netted with the term it replaces in the same entry (D-22, D-36), so only what exposure rises by must
find room, and what does not raise it passes even a frozen envelope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from capweb.accounts.actor import Actor
from capweb.audit.copying import copy_rows, draw_ids
from capweb.audit.trail import Change
from capweb.kernel.identifiers import public_id_from
from reinsurance.commands import plan_cession
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.plan_cession import Found, PlannedCession
from reinsurance.commands.refusals import CededDifferently
from reinsurance.commands.take_room import take_room
from reinsurance.commands.write_changes import write_changes
from reinsurance.domain.capacity import CapacityReceipt
from reinsurance.domain.cession import CededShares, CessionOrder, CessionReceipt
from reinsurance.domain.chart import Market
from reinsurance.domain.transfer import NewEntry
from reinsurance.models import Cession
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.cession_states import cession_states
from reinsurance.queries.cessions_made import cessions_made
from reinsurance.queries.free_room import locked_rooms, rooms_unasked
from reinsurance.queries.holds import holds
from reinsurance.queries.treaty_book import treaty_book


def cede(actor: Actor, orders: Sequence[CessionOrder], *, on: date) -> list[CessionReceipt]:
    """The receipts, in the order of the orders; a fixed number of queries. Runs inside acting(actor).

    `on` is the day it is booked. An order given twice (same source key) answers with the first result.

    Raises CeilingReached when the envelope has no room for what exposure rises by, NoOpenTreaty when no treaty of the
    insurer covers the kind and market on the term's first day, CountryNotCovered when its amendments leave the buyer's
    country out, HoldNotLive when the offer's hold was already resolved,
    CessionNotLive when what is to be replaced has ended, CededDifferently when the source key stands with other
    figures, CreditExceedsPremium. Nothing is written in any of these cases.
    """
    writing_alias_of(actor)
    if not orders:
        return []
    found = _found(actor, orders)
    made = cessions_made(actor, [order.source_key for order in orders])
    receipts: dict[str, CessionReceipt] = {}
    new: list[_Ceded] = []
    for order in orders:
        if order.source_key in receipts or order.source_key in made:
            receipts[order.source_key] = _repeated(order, made.get(order.source_key), receipts)
            continue
        plan = plan_cession.plan(order, found)
        capacity = _taken(plan, found)
        # Named by what it cedes: a night that was cut off and done again tells the reinsurer the same (ADR 0015).
        new.append(_Ceded(plan, public_id_from("ces", actor.insurer_id, order.source_key, on=on), capacity))
        receipts[order.source_key] = new[-1].receipt(cession_id=0)
    for ceded, cession_id in zip(new, _written(actor, new, on=on), strict=True):
        receipts[ceded.plan.order.source_key] = ceded.receipt(cession_id=cession_id)
    return [receipts[order.source_key] for order in orders]


def replace_cessions(actor: Actor, orders: Sequence[CessionOrder], *, on: date) -> list[CessionReceipt]:
    """`cede` for renewals and replacements: every order names what it replaces (ValueError otherwise)."""
    if any(order.replaces_cession_id is None for order in orders):
        raise ValueError("a replacement names the cession it replaces")
    return cede(actor, orders, on=on)


@dataclass(frozen=True, slots=True)
class _Ceded:
    plan: PlannedCession
    public_id: str
    capacity: CapacityReceipt

    def receipt(self, *, cession_id: int) -> CessionReceipt:
        treaty = self.plan.treaty
        return CessionReceipt(
            source_key=self.plan.order.source_key,
            cession_id=cession_id,
            public_id=self.public_id,
            treaty_id=treaty.id,
            treaty_public_id=treaty.public_id,
            reinsurer_code=treaty.reinsurer_code,
            treaty_year=self.plan.treaty_year,
            shares=self.plan.shares,
            capacity=self.capacity,
            is_repeat=False,
        )


def _taken(plan: PlannedCession, found: Found) -> CapacityReceipt:
    """What an order does to capacity: to its treaty's, and before that to another treaty's that it replaces under."""
    *others, own = plan.room_changes
    for source, change in others:
        take_room(found.rooms, source, source_key=plan.order.source_key, change=change)
    source, change = own
    return take_room(found.rooms, source, source_key=plan.order.source_key, change=change)


def _found(actor: Actor, orders: Sequence[CessionOrder]) -> Found:
    """What the orders refer to, read under the lock: none of it can change before this transaction ends.

    The envelopes are locked where an order may ask for room, and left alone where none does (ADR 0016).
    """
    book = treaty_book(actor)
    markets: set[Market] = {order.market for order in orders}
    replaced = [order.replaces_cession_id for order in orders if order.replaces_cession_id is not None]
    # A look before the lock tells which lock is needed: the envelopes come first in the order of locks.
    glance = cession_states(actor, replaced) if len(replaced) == len(orders) else {}
    if plan_cession.asks_for_room(orders, book, glance):
        rooms = locked_rooms(actor, markets, treaties=book.ids(markets))
        states = cession_states(actor, replaced)
    else:
        envelopes = {market: book.envelopes[market] for market in markets}
        rooms = rooms_unasked(actor, envelopes, treaties=book.ids(markets))
        states = cession_states(actor, replaced)
        if plan_cession.asks_for_room(orders, book, states):
            # What is followed became smaller between the look and the lock.
            rooms = locked_rooms(actor, markets, treaties=book.ids(markets))
    held = [order.hold_source_key for order in orders if order.hold_source_key is not None]
    return Found(book=book, rooms=rooms, holds=holds(actor, held), replaced=states)


def _repeated(order: CessionOrder, made: Cession | None, receipts: dict[str, CessionReceipt]) -> CessionReceipt:
    if made is None:
        receipt = receipts[order.source_key]
        same = (order.amount, order.premium) == (receipt.shares.amount, receipt.shares.premium)
        public_id = receipt.public_id
    else:
        receipt = _receipt_of(made)
        same = (order.amount, order.premium, order.term.first, order.term.end) == (
            made.amount,
            made.premium,
            made.term_first,
            made.term_end,
        )
        public_id = made.public_id
    if not same:
        raise CededDifferently.told(source_key=order.source_key, public_id=public_id)
    return receipt


def _receipt_of(made: Cession) -> CessionReceipt:
    shares = CededShares(
        amount=made.amount,
        ceded_ratio=made.ceded_ratio,
        ceded_amount=made.ceded_amount,
        kept_amount=made.amount - made.ceded_amount,
        premium=made.premium,
        ceded_premium=made.ceded_premium,
        kept_premium=made.premium - made.ceded_premium,
        commission=made.commission,
    )
    return CessionReceipt(
        source_key=made.source_key,
        cession_id=made.pk,
        public_id=made.public_id,
        treaty_id=made.treaty_id,
        treaty_public_id=made.treaty.public_id,
        reinsurer_code=made.treaty.reinsurer.code,
        treaty_year=made.treaty_year,
        shares=shares,
        capacity=None,
        is_repeat=True,
    )


def _written(actor: Actor, new: list[_Ceded], *, on: date) -> list[int]:
    if not new:
        return []
    alias = writing_alias_of(actor)
    ids = draw_ids("reinsurance_cession", len(new), using=alias)
    rows = (_row(actor, ceded, cession_id, on=on) for ceded, cession_id in zip(new, ids, strict=True))
    copy_rows("reinsurance_cession", _COLUMNS, rows, using=alias)
    changes = [ceded.plan.change for ceded in new if ceded.plan.change is not None]
    write_changes(actor, changes, on=on)
    entries = [
        NewEntry(
            "cession" if ceded.plan.change is None else "replacement",
            f"cession:{ceded.plan.order.source_key}",
            actor.insurer_id,
            ceded.plan.transfers,
            cession_id,
        )
        for ceded, cession_id in zip(new, ids, strict=True)
    ]
    book_entries(actor, entries, on=on)
    leave_trail(actor, [_told(ceded) for ceded in new] + [change.told() for change in changes], on=on)
    return ids


def _told(ceded: _Ceded) -> Change:
    shares = ceded.plan.shares
    became: dict[str, object] = {
        "source": ceded.plan.order.source_key,
        "ceded": str(shares.ceded_amount),
        "ceded_premium": str(shares.ceded_premium),
    }
    return Change("cession.made", ceded.public_id, became=became)


_COLUMNS = (
    "id",
    "insurer_id",
    "public_id",
    "treaty_id",
    "source_key",
    "treaty_year",
    "replaces_id",
    "guarantee_id",
    "product",
    "policy_number",
    "policyholder_id",
    "policyholder_name",
    "buyer_id",
    "buyer_name",
    "buyer_country",
    "term_first",
    "term_end",
    "amount",
    "ceded_ratio",
    "ceded_amount",
    "premium",
    "ceded_premium",
    "ceding_commission",
    "commission",
    "premium_rate",
    "is_illustrative",
    "booked_on",
)


def _row(actor: Actor, ceded: _Ceded, cession_id: int, *, on: date) -> tuple[object, ...]:
    plan, order, risk, shares = ceded.plan, ceded.plan.order, ceded.plan.order.risk, ceded.plan.shares
    return (
        cession_id,
        actor.insurer_id,
        ceded.public_id,
        plan.treaty.id,
        order.source_key,
        plan.treaty_year,
        order.replaces_cession_id,
        risk.guarantee_id,
        risk.product,
        risk.policy_number,
        risk.policyholder_id,
        risk.policyholder_name,
        risk.buyer_id,
        risk.buyer_name,
        risk.buyer_country,
        order.term.first,
        order.term.end,
        order.amount,
        shares.ceded_ratio,
        shares.ceded_amount,
        order.premium,
        shares.ceded_premium,
        plan.treaty.ceding_commission,
        shares.commission,
        order.premium_rate,
        order.is_illustrative,
        on,
    )
