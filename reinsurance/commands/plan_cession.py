"""What one order becomes: shares, the transfers of its entry, and the change of the term it replaces.

Nothing is written here; what was found under the lock goes in, the plan comes out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from capweb.kernel.money import ZERO, to_cent_half_up
from reinsurance.commands.premium_transfers import credit_on, premium_ceded, premium_credited
from reinsurance.commands.refusals import CessionNotLive, CessionUnknown, CountryNotCovered, HoldNotLive, NoOpenTreaty
from reinsurance.commands.write_changes import NewChange
from reinsurance.domain.cession import CededShares, CessionOrder, shares_of
from reinsurance.domain.transfer import Account, NewTransfer
from reinsurance.domain.treaty import OpenTreaty, treaty_year
from reinsurance.queries.cession_states import CessionState
from reinsurance.queries.free_room import LockedRooms
from reinsurance.queries.holds import Hold
from reinsurance.queries.treaty_book import TreatyBook


@dataclass(frozen=True, slots=True)
class Found:
    """What a chunk's orders refer to. A hold or cession used by one order is taken out, so that none is used twice."""

    book: TreatyBook
    rooms: LockedRooms
    holds: dict[str, Hold]
    replaced: dict[int, CessionState]


@dataclass(frozen=True, slots=True)
class PlannedCession:
    """An order with its treaty and shares, ready to be written.

    `room_changes` is what it does to free room, account by account; the treaty's own comes last.
    """

    order: CessionOrder
    treaty: OpenTreaty
    treaty_year: int
    shares: CededShares
    transfers: tuple[NewTransfer, ...]
    change: NewChange | None
    room_changes: tuple[tuple[Account, Decimal], ...]


def plan(order: CessionOrder, found: Found) -> PlannedCession:
    """Raises NoOpenTreaty, CountryNotCovered, HoldNotLive, CessionUnknown, CessionNotLive, CreditExceedsPremium.

    When each is raised, `cede` tells.
    """
    treaty = found.book.open_on(order.term.first, kind=order.kind, market=order.market)
    if treaty is None:
        raise NoOpenTreaty.told(kind=order.kind, market=order.market, on=order.term.first)
    if not treaty.covers(order.risk.buyer_country, zone=order.buyer_zone):
        raise CountryNotCovered.told(treaty=treaty.public_id, country=order.risk.buyer_country, on=order.term.first)
    shares = shares_of(
        amount=order.amount,
        premium=order.premium,
        ceded_ratio=treaty.ceded_ratio if order.ceded_ratio is None else order.ceded_ratio,
        ceding_commission=treaty.ceding_commission,
    )
    old = _replaced(order, found)
    hold = _hold(order, found)
    change = None if old is None else _replacing(order, old, shares)
    draws, room_changes = _draws(order, treaty, found, old=old, hold=hold, ceded=shares.ceded_amount)
    transfers = [*draws, *(_old_side(found.book, change) if change is not None else ())]
    transfers += premium_ceded(found.book, treaty.id, ceded_premium=shares.ceded_premium, commission=shares.commission)
    year = treaty_year(order.term.first, opened_on=treaty.opened_on)
    return PlannedCession(order, treaty, year, shares, tuple(transfers), change, room_changes)


def asks_for_room(orders: Sequence[CessionOrder], book: TreatyBook, states: Mapping[int, CessionState]) -> bool:
    """Whether any order may change the room of an envelope: all but those that follow, under their own treaty,
    something live of at least their amount.
    """
    return not all(_asks_for_none(order, book, states.get(order.replaces_cession_id or 0)) for order in orders)


def _asks_for_none(order: CessionOrder, book: TreatyBook, old: CessionState | None) -> bool:
    treaty = book.open_on(order.term.first, kind=order.kind, market=order.market)
    if old is None or treaty is None or order.hold_source_key is not None or old.treaty_id != treaty.id:
        return False
    ratio = treaty.ceded_ratio if order.ceded_ratio is None else order.ceded_ratio
    return to_cent_half_up(order.amount * ratio) <= old.live_ceded_amount


def _replaced(order: CessionOrder, found: Found) -> CessionState | None:
    if order.replaces_cession_id is None:
        return None
    old = found.replaced.pop(order.replaces_cession_id, None)
    if old is None:
        raise CessionUnknown.told(cession_id=order.replaces_cession_id)
    if not old.is_live:
        raise CessionNotLive.told(public_id=old.public_id, state=str(old.ended_as))
    if found.book.market_of(old.treaty_id) != order.market:
        raise ValueError("a cession is replaced within its own market")
    return old


def _hold(order: CessionOrder, found: Found) -> Hold | None:
    if order.hold_source_key is None:
        return None
    hold = found.holds.pop(order.hold_source_key, None)
    if hold is None or hold.state != "live":
        raise HoldNotLive.told(source_key=order.hold_source_key, state="unknown" if hold is None else hold.state)
    return hold


def _replacing(order: CessionOrder, old: CessionState, shares: CededShares) -> NewChange:
    # Counted once, the larger of old and new (D-36): only what the old had above the new stays behind as run-off.
    excess = max(old.live_ceded_amount - shares.ceded_amount, ZERO)
    if excess and order.run_off_until is None:
        raise ValueError("the old amount is larger: what it has above the new runs off until a day (run_off_until)")
    return NewChange(
        state=old,
        kind="replaced",
        live_amount=ZERO,
        live_ceded_amount=ZERO,
        run_off_amount=excess,
        run_off_until=order.run_off_until,
        credit=credit_on(old, order.premium_credited),
        effective_on=order.term.first,
    )


def _old_side(book: TreatyBook, change: NewChange) -> list[NewTransfer]:
    treaty_id = change.state.treaty_id
    transfers = premium_credited(book, treaty_id, change.credit)
    if change.run_off_amount:
        live, run_off = book.account(treaty_id, "live"), book.account(treaty_id, "run_off")
        transfers.append(NewTransfer(live, run_off, "reduced", change.run_off_amount))
    return transfers


def _draws(
    order: CessionOrder,
    treaty: OpenTreaty,
    found: Found,
    *,
    old: CessionState | None,
    hold: Hold | None,
    ceded: Decimal,
) -> tuple[list[NewTransfer], tuple[tuple[Account, Decimal], ...]]:
    """The transfers that bring live to the new amount, and what they change of free room."""
    book, source = found.book, found.rooms.source(treaty.id, order.market)
    live = book.account(treaty.id, "live")
    changes: dict[Account, Decimal] = defaultdict(Decimal)
    transfers: list[NewTransfer] = []
    kept_on = ZERO if old is None else min(old.live_ceded_amount, ceded)
    if old is not None and old.treaty_id != treaty.id and kept_on:
        old_live, old_source = book.account(old.treaty_id, "live"), found.rooms.source(old.treaty_id, order.market)
        if old_source == source:
            transfers.append(NewTransfer(old_live, live, "taken_over", kept_on))
        else:
            transfers.append(NewTransfer(old_live, old_source, "draw_moved", kept_on))
            changes[old_source] += kept_on
            kept_on = ZERO
    increment = ceded - kept_on
    posted = ZERO
    if hold is not None and hold.source is not None:
        posted = min(increment, hold.held_amount) if (hold.treaty_id, hold.source) == (treaty.id, source) else ZERO
        transfers.append(_resolved(hold, book, posted=posted))
        changes[hold.source] += hold.held_amount
    if increment > posted:
        transfers.append(NewTransfer(source, live, "ceded", increment - posted))
    own = changes.pop(source, ZERO) - increment
    return transfers, (*changes.items(), (source, own))


def _resolved(hold: Hold, book: TreatyBook, *, posted: Decimal) -> NewTransfer:
    assert hold.treaty_id is not None
    assert hold.source is not None
    live = book.account(hold.treaty_id, "live")
    if posted:
        return NewTransfer(hold.source, live, "hold_posted", posted, state="post", pending_id=hold.pending_id)
    return NewTransfer(hold.source, live, "hold_voided", hold.held_amount, state="void", pending_id=hold.pending_id)
