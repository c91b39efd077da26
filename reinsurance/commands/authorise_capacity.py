"""Bring the envelopes to what the law authorises: the platform role alone writes these entries (D-4, D-18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from capweb.accounts.actor import PlatformActor
from capweb.audit.trail import Change
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.domain.capacity import CapacityReceipt, FreeRoom
from reinsurance.domain.chart import MARKET_CLASSES, Market
from reinsurance.domain.transfer import Account, NewEntry, NewTransfer
from reinsurance.models import JournalEntry, LedgerAccount
from reinsurance.queries.books import PLATFORM, writing_alias_of
from reinsurance.queries.free_room import locked_rooms


def authorise_capacity(
    actor: PlatformActor, *, market: Market, amount: Decimal, reference: str, on: date
) -> CapacityReceipt:
    """Credit an envelope with an amount that a text authorises. The same reference and market twice changes nothing.

    Runs inside acting_as_platform(). Raises NotAllowed for a role without `envelopes.write`.
    """
    _must_write_envelopes(actor)
    room = locked_rooms(actor, {market}).of(None, market)
    key = f"authorised:{market}:{reference}"
    if JournalEntry.objects.using(PLATFORM).filter(insurer__isnull=True, source_key=key).exists():
        return CapacityReceipt(market, before=room.room, after=room.room, limit=room.limit)
    return _moved(actor, room, amount, key=key, on=on)


def bring_envelopes_to_law(
    actor: PlatformActor, ceilings: Mapping[Market, Decimal], *, on: date
) -> dict[Market, CapacityReceipt]:
    """Raise or reduce each envelope to its ceiling in force on `on`; an envelope that is there already is left alone.

    A reduction may leave room below zero: then nothing is drawn until releases have made it good. A market without a
    ceiling (unset by law) is not touched. Runs inside acting_as_platform(). Raises NotAllowed for a role without
    `envelopes.write`.
    """
    _must_write_envelopes(actor)
    rooms = locked_rooms(actor, set(ceilings))
    law_of_the_day = JournalEntry.objects.using(PLATFORM).filter(insurer__isnull=True, booked_on=on)
    receipts: dict[Market, CapacityReceipt] = {}
    for market in sorted(ceilings):
        room, ceiling = rooms.of(None, market), ceilings[market]
        earlier = law_of_the_day.filter(source_key__startswith=f"law:{market}:").count()
        key = f"law:{market}:{on.isoformat()}:{earlier + 1}"
        receipts[market] = _moved(actor, room, ceiling - room.limit, key=key, on=on)
    return receipts


def _must_write_envelopes(actor: PlatformActor) -> None:
    writing_alias_of(actor)
    actor.must_be_allowed("envelopes.write")


def _moved(actor: PlatformActor, room: FreeRoom, amount: Decimal, *, key: str, on: date) -> CapacityReceipt:
    """Book the amount as authorised when above zero, as reduced by law when below; nothing when zero."""
    receipt = CapacityReceipt(room.market, before=room.room, after=room.room + amount, limit=room.limit + amount)
    if not amount:
        return receipt
    authority, envelope = _accounts(room.market)
    if amount > 0:
        transfer, kind = NewTransfer(authority, envelope, "authorised", amount), "authorisation"
    else:
        transfer, kind = NewTransfer(envelope, authority, "law_reduced", -amount), "law_reduction"
    book_entries(actor, [NewEntry(kind, key, None, (transfer,))], on=on)
    became: dict[str, object] = {"limit": str(receipt.limit), "source": key}
    change = Change(f"envelope.{transfer.code}", f"envelope:{room.market}", {"limit": str(room.limit)}, became)
    leave_trail(actor, [change], on=on)
    return receipt


def _accounts(market: Market) -> tuple[Account, Account]:
    rows = LedgerAccount.objects.using(PLATFORM).filter(account_class__in=MARKET_CLASSES, market=market)
    ids = dict(rows.values_list("account_class", "id"))
    return Account(ids["authority"], "authority"), Account(ids["envelope"], "envelope")
