"""Let cessions follow down (D-27) or be corrected (D-39): what falls goes to run-off, or back as never ceded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO, to_cent_half_up
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.plan_correction import corrected
from reinsurance.commands.premium_transfers import credit_on, premium_credited
from reinsurance.commands.refusals import AmendmentRaises, CessionNotLive, CessionUnknown
from reinsurance.commands.write_changes import NewChange, write_changes
from reinsurance.domain.cession import Amendment, ChangeReceipt
from reinsurance.domain.chart import Market
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.cession_states import CessionState, cession_states, run_off_of, taken_over_and_engaged
from reinsurance.queries.free_room import LockedRooms, locked_rooms
from reinsurance.queries.treaty_book import TreatyBook, treaty_book


def amend_cessions(actor: Actor, amendments: Sequence[Amendment], *, on: date) -> list[ChangeReceipt]:
    """The receipts in order; a fixed number of queries. Runs inside acting(actor). What changes nothing is a repeat:
    an amendment to the amount that it has, a correction to no less than it carries.

    Raises CessionUnknown, CreditExceedsPremium; of what is no correction CessionNotLive when it has ended, and
    AmendmentRaises when the amount would grow (that is a new cession). Nothing is written then.
    """
    writing_alias_of(actor)
    if not amendments:
        return []
    book = treaty_book(actor)
    to_correct = {one.cession_id for one in amendments if one.is_correction}
    # What is amended stays engaged; only a correction gives room back, and locks the envelopes (ADR 0016).
    given_back: set[Market] = set(book.envelopes) if to_correct else set()
    rooms = locked_rooms(actor, given_back, treaties=book.ids(set(book.envelopes)))
    states = cession_states(actor, [amendment.cession_id for amendment in amendments])
    lots = run_off_of(actor, to_correct) if to_correct else {}
    before = taken_over_and_engaged(actor, to_correct, on=on) if to_correct else {}
    receipts: list[ChangeReceipt] = []
    changes: list[NewChange] = []
    changed: set[int] = set()
    for amendment in amendments:
        state = states.get(amendment.cession_id)
        if state is None:
            raise CessionUnknown.told(cession_id=amendment.cession_id)
        if amendment.is_correction:
            # What it finds in run-off was read before the batch.
            if state.id in changed:
                raise ValueError(f"{state.public_id} is corrected in a batch that changes it otherwise")
            change = corrected(amendment, state, lots.get(state.id, []), before=before.get(state.id))
        else:
            change = _lower(amendment, state)
        receipts.append(_receipt(state, change))
        if change is not None:
            changes.append(change)
            changed.add(state.id)
            states[state.id] = _after(change)
    write_changes(actor, changes, on=on)
    book_entries(actor, [_entry(actor, change, book, rooms) for change in changes], on=on)
    leave_trail(actor, [change.told() for change in changes], on=on)
    return receipts


def _after(change: NewChange) -> CessionState:
    state, credit = change.state, change.credit
    return replace(
        state,
        premium_left=state.premium_left - credit.premium,
        ceded_premium_left=state.ceded_premium_left - credit.ceded_premium,
        commission_left=state.commission_left - credit.commission,
        live_amount=change.live_amount,
        live_ceded_amount=change.live_ceded_amount,
        carried_amount=state.carried_amount if change.right_amount is None else change.right_amount,
        position=state.position + 1,
    )


def _lower(amendment: Amendment, state: CessionState) -> NewChange | None:
    if not state.is_live:
        raise CessionNotLive.told(public_id=state.public_id, state=str(state.ended_as))
    if amendment.amount > state.live_amount:
        raise AmendmentRaises.told(public_id=state.public_id, amount=amendment.amount, live_amount=state.live_amount)
    if amendment.amount == state.live_amount:
        return None
    ceded = to_cent_half_up(amendment.amount * state.ceded_ratio)
    return NewChange(
        state=state,
        kind="amended",
        live_amount=amendment.amount,
        live_ceded_amount=ceded,
        run_off_amount=state.live_ceded_amount - ceded,
        run_off_until=amendment.run_off_until,
        credit=credit_on(state, amendment.premium_credited),
        effective_on=amendment.effective_on,
    )


def _entry(actor: Actor, change: NewChange, book: TreatyBook, rooms: LockedRooms) -> NewEntry:
    state = change.state
    live, run_off = book.account(state.treaty_id, "live"), book.account(state.treaty_id, "run_off")
    fallen = state.live_ceded_amount - change.live_ceded_amount
    transfers = premium_credited(book, state.treaty_id, change.credit)
    if change.kind == "corrected":
        source = rooms.source(state.treaty_id, book.market_of(state.treaty_id))
        kept = max(change.run_off_change, ZERO)
        moves = (
            (live, source, "reversed", fallen - kept),
            (live, run_off, "reduced", kept),
            (run_off, source, "reversed", kept - change.run_off_change),
        )
        transfers += [NewTransfer(*move) for move in moves if move[3]]
    elif fallen:
        transfers.append(NewTransfer(live, run_off, "reduced", fallen))
    kind = "correction" if change.kind == "corrected" else "amendment"
    key = f"amend:{state.source_key}:{state.position + 1}"
    return NewEntry(kind, key, actor.insurer_id, tuple(transfers), state.id)


def _receipt(state: CessionState, change: NewChange | None) -> ChangeReceipt:
    if change is None:
        return ChangeReceipt(state.id, state.live_ceded_amount, ZERO, is_repeat=True)
    return ChangeReceipt(state.id, change.live_ceded_amount, change.run_off_change, is_repeat=False)
