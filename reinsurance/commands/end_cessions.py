"""End cessions: what was live stays engaged as run-off until it has passed (D-36)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from capweb.accounts.actor import Actor
from capweb.kernel.money import ZERO
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.premium_transfers import credit_on, premium_credited
from reinsurance.commands.refusals import CessionNotLive, CessionUnknown
from reinsurance.commands.write_changes import NewChange, write_changes
from reinsurance.domain.cession import ChangeReceipt, Ending
from reinsurance.domain.transfer import NewEntry, NewTransfer
from reinsurance.queries.books import writing_alias_of
from reinsurance.queries.cession_states import CessionState, cession_states
from reinsurance.queries.free_room import locked_rooms
from reinsurance.queries.treaty_book import TreatyBook, treaty_book


def end_cessions(actor: Actor, endings: Sequence[Ending], *, on: date) -> list[ChangeReceipt]:
    """The receipts in order; a fixed number of queries. Runs inside acting(actor). Ending twice changes nothing.

    Raises CessionUnknown when the insurer has no such cession, CessionNotLive when it was replaced, and
    CreditExceedsPremium; nothing is written then.
    """
    writing_alias_of(actor)
    if not endings:
        return []
    book = treaty_book(actor)
    # What ends stays engaged: no envelope moves, so the insurer's own accounts are lock enough (ADR 0016).
    locked_rooms(actor, (), treaties=book.ids(set(book.envelopes)))
    states = cession_states(actor, [ending.cession_id for ending in endings])
    receipts: dict[int, ChangeReceipt] = {}
    changes: list[NewChange] = []
    for ending in endings:
        state = states.get(ending.cession_id)
        if state is None:
            raise CessionUnknown.told(cession_id=ending.cession_id)
        if state.ended_as == "replaced":
            raise CessionNotLive.told(public_id=state.public_id, state="replaced")
        if not state.is_live:
            receipts[state.id] = ChangeReceipt(state.id, ZERO, state.end_run_off, is_repeat=True)
        elif state.id not in receipts:
            receipts[state.id] = ChangeReceipt(state.id, ZERO, state.live_ceded_amount, is_repeat=False)
            changes.append(_change(ending, state))
    write_changes(actor, changes, on=on)
    book_entries(actor, [_entry(actor, change, book) for change in changes], on=on)
    leave_trail(actor, [change.told() for change in changes], on=on)
    return [receipts[ending.cession_id] for ending in endings]


def _change(ending: Ending, state: CessionState) -> NewChange:
    return NewChange(
        state=state,
        kind="ended",
        live_amount=ZERO,
        live_ceded_amount=ZERO,
        run_off_amount=state.live_ceded_amount,
        run_off_until=ending.run_off_until,
        credit=credit_on(state, ending.premium_credited),
        effective_on=ending.effective_on,
    )


def _entry(actor: Actor, change: NewChange, book: TreatyBook) -> NewEntry:
    state = change.state
    transfers = premium_credited(book, state.treaty_id, change.credit)
    if state.live_ceded_amount:
        live, run_off = book.account(state.treaty_id, "live"), book.account(state.treaty_id, "run_off")
        transfers.append(NewTransfer(live, run_off, "end_of_term", state.live_ceded_amount))
    return NewEntry("ending", f"end:{state.source_key}", actor.insurer_id, tuple(transfers), state.id)
