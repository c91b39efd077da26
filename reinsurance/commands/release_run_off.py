"""Give run-off that has passed back to the envelope (D-36)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from capweb.accounts.actor import Actor, PlatformActor
from capweb.audit.copying import copy_rows
from capweb.audit.trail import Change
from capweb.kernel.money import ZERO
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.domain.cession import ReleaseReceipt
from reinsurance.domain.chart import Market
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.cession_states import RunOffLot, run_off_to_release
from reinsurance.queries.free_room import LockedRooms, locked_rooms
from reinsurance.queries.treaty_book import TreatyBook, treaty_book

_COLUMNS = ("insurer_id", "change_id", "is_declared_nil", "booked_on")


def release_run_off(
    actor: Actor | PlatformActor, *, on: date, declared_nil: Collection[int] = ()
) -> list[ReleaseReceipt]:
    """One receipt per market: every lot whose `run_off_until` is on or before `on`, and all lots of the cessions whose
    outstanding is declared nil. An actor releases its insurer's, the platform everybody's. Twice changes nothing.
    """
    alias = writing_alias_of(actor)
    book = treaty_book(actor)
    rooms = locked_rooms(actor, set(book.envelopes), treaties=book.ids(set(book.envelopes)))
    lots = run_off_to_release(actor, on=on, declared_nil=declared_nil)
    if not lots:
        return []
    rows = ((lot.insurer_id, lot.change_id, lot.run_off_until > on, on) for lot in lots)
    copy_rows("reinsurance_runoffrelease", _COLUMNS, rows, using=alias)
    book_entries(actor, [_entry(lot, book, rooms) for lot in lots], on=on)
    receipts = _receipts(lots, book)
    leave_trail(actor, [_told(receipt) for receipt in receipts], on=on)
    return receipts


def _entry(lot: RunOffLot, book: TreatyBook, rooms: LockedRooms) -> NewEntry:
    run_off = book.account(lot.treaty_id, "run_off")
    source = rooms.source(lot.treaty_id, book.market_of(lot.treaty_id))
    transfer = NewTransfer(run_off, source, "run_off_released", lot.amount)
    return NewEntry("release", f"release:{lot.source_key}:{lot.position}", lot.insurer_id, (transfer,), lot.cession_id)


def _receipts(lots: Sequence[RunOffLot], book: TreatyBook) -> list[ReleaseReceipt]:
    by_market: dict[Market, list[RunOffLot]] = defaultdict(list)
    for lot in lots:
        by_market[book.market_of(lot.treaty_id)].append(lot)
    return [
        ReleaseReceipt(market, len(released), sum((lot.amount for lot in released), ZERO))
        for market, released in sorted(by_market.items())
    ]


def _told(receipt: ReleaseReceipt) -> Change:
    became: dict[str, object] = {"lots": receipt.lots, "released": str(receipt.amount)}
    return Change("run_off.released", f"envelope:{receipt.market}", became=became)
