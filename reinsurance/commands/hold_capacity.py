"""Hold capacity for offers, and give it back: a hold is a pending transfer, so it takes room as a cession would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from capweb.accounts.actor import Actor
from capweb.audit.trail import Change
from capweb.kernel.money import ZERO
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.refusals import HoldNotLive, NoOpenTreaty
from reinsurance.commands.take_room import take_room
from reinsurance.domain.cession import HoldOrder, HoldReceipt, VoidReceipt
from reinsurance.domain.chart import Market
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.domain.treaty import OpenTreaty
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.free_room import LockedRooms, locked_rooms
from reinsurance.queries.holds import Hold, hold_key, void_key
from reinsurance.queries.holds import holds as holds_made
from reinsurance.queries.treaty_book import TreatyBook, treaty_book


def hold_capacity(actor: Actor, holds: Sequence[HoldOrder], *, on: date) -> list[HoldReceipt]:
    """The receipts, in the order of the holds; a fixed number of queries. Runs inside acting(actor).

    The treaty is the one open on `on`. A hold asked twice (same source key) answers with the first.
    Raises CeilingReached, NoOpenTreaty, or HoldNotLive for an offer that held before and no longer does; nothing is
    written then.
    """
    writing_alias_of(actor)
    if not holds:
        return []
    book = treaty_book(actor)
    treaties = {(hold.kind, hold.market): _open(book, hold, on=on) for hold in holds}
    markets: set[Market] = {hold.market for hold in holds}
    rooms = locked_rooms(actor, markets, treaties=book.ids(markets))
    standing = holds_made(actor, [hold.source_key for hold in holds])
    receipts: dict[str, HoldReceipt] = {}
    entries: list[NewEntry] = []
    for hold in holds:
        treaty = treaties[hold.kind, hold.market]
        if hold.source_key in receipts:
            continue
        if hold.source_key in standing:
            receipts[hold.source_key] = _repeated(standing[hold.source_key], treaty)
            continue
        receipts[hold.source_key] = _held(hold, treaty, rooms)
        entries.append(_entry(actor, hold, treaty, book, rooms))
    book_entries(actor, entries, on=on)
    leave_trail(actor, [_told(receipt) for receipt in receipts.values() if not receipt.is_repeat], on=on)
    return [receipts[hold.source_key] for hold in holds]


def void_holds(actor: Actor, source_keys: Sequence[str], *, on: date) -> list[VoidReceipt]:
    """Give back what offers held: declined, expired, or superseded. Voiding twice changes nothing.

    Raises HoldNotLive for a key never held, or already turned into a cession.
    """
    writing_alias_of(actor)
    if not source_keys:
        return []
    book = treaty_book(actor)
    locked_rooms(actor, set(book.envelopes), treaties=book.ids(set(book.envelopes)))
    standing = holds_made(actor, source_keys)
    receipts: dict[str, VoidReceipt] = {}
    entries: list[NewEntry] = []
    for key in source_keys:
        hold = standing.get(key)
        if hold is None or hold.state == "posted":
            raise HoldNotLive.told(source_key=key, state="unknown" if hold is None else hold.state)
        if key not in receipts:
            is_repeat = hold.state == "voided"
            receipts[key] = VoidReceipt(key, hold.held_amount, is_repeat=is_repeat)
            if not is_repeat:
                entries.append(NewEntry("hold_voided", void_key(key), actor.insurer_id, tuple(_voided(hold, book))))
    book_entries(actor, entries, on=on)
    voided = [receipt for receipt in receipts.values() if not receipt.is_repeat]
    leave_trail(
        actor,
        [Change("capacity.given_back", r.source_key, became={"voided": str(r.voided_amount)}) for r in voided],
        on=on,
    )
    return [receipts[key] for key in source_keys]


def _voided(hold: Hold, book: TreatyBook) -> list[NewTransfer]:
    if hold.source is None or hold.treaty_id is None:
        return []
    live = book.account(hold.treaty_id, "live")
    return [NewTransfer(hold.source, live, "hold_voided", hold.held_amount, state="void", pending_id=hold.pending_id)]


def _open(book: TreatyBook, hold: HoldOrder, *, on: date) -> OpenTreaty:
    treaty = book.open_on(on, kind=hold.kind, market=hold.market)
    if treaty is None:
        raise NoOpenTreaty.told(kind=hold.kind, market=hold.market, on=on)
    return treaty


def _held(hold: HoldOrder, treaty: OpenTreaty, rooms: LockedRooms) -> HoldReceipt:
    amount = hold.increment_amount
    capacity = take_room(rooms, rooms.source(treaty.id, hold.market), source_key=hold.source_key, change=-amount)
    return HoldReceipt(hold.source_key, treaty.id, amount, capacity, is_repeat=False)


def _repeated(hold: Hold, treaty: OpenTreaty) -> HoldReceipt:
    if hold.state != "live":
        raise HoldNotLive.told(source_key=hold.source_key, state=hold.state)
    return HoldReceipt(
        hold.source_key, treaty.id if hold.treaty_id is None else hold.treaty_id, hold.held_amount, None, is_repeat=True
    )


def _entry(actor: Actor, hold: HoldOrder, treaty: OpenTreaty, book: TreatyBook, rooms: LockedRooms) -> NewEntry:
    transfers: tuple[NewTransfer, ...] = ()
    if hold.increment_amount > ZERO:
        source, live = rooms.source(treaty.id, hold.market), book.account(treaty.id, "live")
        transfers = (NewTransfer(source, live, "hold", hold.increment_amount, state="pending"),)
    return NewEntry("hold", hold_key(hold.source_key), actor.insurer_id, transfers)


def _told(receipt: HoldReceipt) -> Change:
    became: Mapping[str, object] = {"held": str(receipt.held_amount), "treaty": receipt.treaty_id}
    return Change("capacity.held", receipt.source_key, became=became)
