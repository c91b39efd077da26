"""Let cessions follow down (D-27) or be corrected (D-39): what falls goes to run-off, or back as never ceded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO, to_cent_half_up
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.premium_transfers import credit_on, premium_credited
from reinsurance.commands.refusals import AmendmentRaises, CessionNotLive, CessionUnknown
from reinsurance.commands.write_changes import NewChange, write_changes
from reinsurance.domain.cession import Amendment, ChangeReceipt
from reinsurance.domain.chart import Market
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.cession_states import CessionState, cession_states
from reinsurance.queries.free_room import LockedRooms, locked_rooms
from reinsurance.queries.treaty_book import TreatyBook, treaty_book


def amend_cessions(actor: Actor, amendments: Sequence[Amendment], *, on: date) -> list[ChangeReceipt]:
    """The receipts in order; a fixed number of queries. Runs inside acting(actor). To the amount it has: no change.

    Raises CessionUnknown, CessionNotLive when it has ended, AmendmentRaises when the amount would grow (that is a new
    cession), CreditExceedsPremium. Nothing is written then.
    """
    writing_alias_of(actor)
    if not amendments:
        return []
    book = treaty_book(actor)
    # What is amended stays engaged; only a correction gives room back, and locks the envelopes (ADR 0016).
    given_back: set[Market] = set(book.envelopes) if any(one.is_correction for one in amendments) else set()
    rooms = locked_rooms(actor, given_back, treaties=book.ids(set(book.envelopes)))
    states = cession_states(actor, [amendment.cession_id for amendment in amendments])
    receipts, changes, entries = [], [], []
    for amendment in amendments:
        change = _change(amendment, states.get(amendment.cession_id))
        receipts.append(_receipt(amendment, states[amendment.cession_id], change))
        if change is not None:
            changes.append(change)
            entries.append(_entry(actor, change, book, rooms))
            states[amendment.cession_id] = _after(change)
    write_changes(actor, changes, on=on)
    book_entries(actor, entries, on=on)
    leave_trail(actor, [change.told() for change in changes], on=on)
    return receipts


def _change(amendment: Amendment, state: CessionState | None) -> NewChange | None:
    if state is None:
        raise CessionUnknown.told(cession_id=amendment.cession_id)
    if not state.is_live:
        raise CessionNotLive.told(public_id=state.public_id, state=str(state.last_change))
    if amendment.amount > state.live_amount:
        raise AmendmentRaises.told(public_id=state.public_id, amount=amendment.amount, live_amount=state.live_amount)
    if amendment.amount == state.live_amount:
        return None
    ceded = to_cent_half_up(amendment.amount * state.ceded_ratio)
    return NewChange(
        state=state,
        kind="corrected" if amendment.is_correction else "amended",
        live_amount=amendment.amount,
        live_ceded_amount=ceded,
        run_off_amount=ZERO if amendment.is_correction else state.live_ceded_amount - ceded,
        run_off_until=amendment.run_off_until,
        credit=credit_on(state, amendment.premium_credited),
        effective_on=amendment.effective_on,
    )


def _after(change: NewChange) -> CessionState:
    return replace(
        change.state,
        premium_left=change.state.premium_left - change.credit.premium,
        ceded_premium_left=change.state.ceded_premium_left - change.credit.ceded_premium,
        commission_left=change.state.commission_left - change.credit.commission,
        live_amount=change.live_amount,
        live_ceded_amount=change.live_ceded_amount,
        run_off_amount=change.run_off_amount,
        position=change.state.position + 1,
        last_change=change.kind,
    )


def _entry(actor: Actor, change: NewChange, book: TreatyBook, rooms: LockedRooms) -> NewEntry:
    state = change.state
    live = book.account(state.treaty_id, "live")
    fallen = state.live_ceded_amount - change.live_ceded_amount
    transfers = premium_credited(book, state.treaty_id, change.credit)
    if fallen and change.kind == "corrected":
        source = rooms.source(state.treaty_id, book.market_of(state.treaty_id))
        transfers.append(NewTransfer(live, source, "reversed", fallen))
    elif fallen:
        transfers.append(NewTransfer(live, book.account(state.treaty_id, "run_off"), "reduced", fallen))
    kind = "correction" if change.kind == "corrected" else "amendment"
    key = f"amend:{state.source_key}:{state.position + 1}"
    return NewEntry(kind, key, actor.insurer_id, tuple(transfers), state.id)


def _receipt(amendment: Amendment, state: CessionState, change: NewChange | None) -> ChangeReceipt:
    if change is None:
        return ChangeReceipt(amendment.cession_id, state.live_ceded_amount, ZERO, is_repeat=True)
    return ChangeReceipt(amendment.cession_id, change.live_ceded_amount, change.run_off_amount, is_repeat=False)
