"""Reserve a part of an envelope to a treaty, change it, or give it back to all: the platform role alone.

What a treaty has engaged counts against its part from the moment it has one, so the other insurers find exactly what is
left: envelope and parts together are never more than the law authorises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from capweb.accounts.actor import PlatformActor
from capweb.audit.trail import Change
from capweb.kernel.errors import DomainError
from capweb.kernel.money import ZERO
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.take_room import take_room
from reinsurance.domain.capacity import CapacityReceipt
from reinsurance.domain.chart import Market
from reinsurance.domain.transfer import Account, NewEntry, NewTransfer
from reinsurance.models import LedgerAccount, TreatyAllotment
from reinsurance.queries.books import PLATFORM, writing_alias_of
from reinsurance.queries.free_room import LockedRooms, locked_rooms
from reinsurance.queries.treaties import treaty_named
from reinsurance.queries.treaty_book import TreatyBook, treaty_book


class HoldsUnderWay(DomainError):
    """Offers hold capacity under the treaty: what they hold must stay where it was taken from. Facts: treaty, held."""

    code = "holds_under_way"
    status = 409


class AllotmentBelowUse(DomainError):
    """The part would be smaller than what the treaty has engaged. Facts: treaty, engaged, amount."""

    code = "allotment_below_use"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """A treaty (its public id) and the part of its market's envelope reserved to it; None gives the part back."""

    treaty_id: str
    amount: Decimal | None
    reference: str


def allot_capacity(actor: PlatformActor, allotments: Sequence[Allotment], *, on: date) -> list[CapacityReceipt]:
    """The receipts, in order: what each left of the shared envelope. A part that stands already changes nothing.

    Runs inside acting_as_platform(). Raises NotAllowed without `envelopes.write`, TreatyUnknown, CeilingReached when
    the envelope has not so much left, AllotmentBelowUse, and HoldsUnderWay when a treaty without a part is to have one,
    or one with a part none, while offers hold capacity under it.
    """
    writing_alias_of(actor)
    actor.must_be_allowed("envelopes.write")
    book = treaty_book(actor)
    rooms = locked_rooms(actor, set(book.envelopes), treaties=book.ids(set(book.envelopes)))
    return [_allotted(actor, allotment, book, rooms, on=on) for allotment in allotments]


def _allotted(
    actor: PlatformActor, allotment: Allotment, book: TreatyBook, rooms: LockedRooms, *, on: date
) -> CapacityReceipt:
    treaty = treaty_named(actor, allotment.treaty_id)
    market = book.market_of(treaty.pk)
    own, shared = book.account(treaty.pk, "allotment"), rooms.envelopes[market]
    engaged, held, left = _standing(treaty.pk)
    rows = TreatyAllotment.objects.using(PLATFORM).filter(treaty=treaty)
    last = rows.order_by("-position").first()
    was = None if last is None else last.amount
    if was == allotment.amount:
        return take_room(rooms, shared, source_key=treaty.public_id, change=ZERO)
    if held and (was is None) != (allotment.amount is None):
        raise HoldsUnderWay(
            _("Offers hold %(held)s EUR under the treaty %(treaty)s; change its part when they have been answered.")
            % {"held": held, "treaty": treaty.public_id},
            treaty=treaty.public_id,
            held=held,
        )
    target = ZERO if allotment.amount is None else allotment.amount - engaged - held
    if target < 0:
        raise AllotmentBelowUse(
            _("The treaty %(treaty)s has %(engaged)s EUR engaged; its part cannot be %(amount)s EUR.")
            % {"treaty": treaty.public_id, "engaged": engaged + held, "amount": allotment.amount},
            treaty=treaty.public_id,
            engaged=engaged + held,
            amount=allotment.amount,
        )
    receipt = take_room(rooms, shared, source_key=treaty.public_id, change=left - target)
    position = 1 if last is None else last.position + 1
    TreatyAllotment.objects.using(PLATFORM).create(
        insurer_id=treaty.insurer_id,
        treaty=treaty,
        position=position,
        amount=allotment.amount,
        reference=allotment.reference,
        booked_on=on,
    )
    transfers = _moved(shared, own, target - left)
    key = f"allotment:{treaty.public_id}:{position}"
    book_entries(actor, [NewEntry("allotment", key, treaty.insurer_id, transfers)], on=on)
    leave_trail(actor, [_told(market, treaty.public_id, was, allotment)], on=on)
    return receipt


def _standing(treaty_id: int) -> tuple[Decimal, Decimal, Decimal]:
    """Engaged (live and in run-off), held by offers, and what is left of the treaty's part; under the lock."""
    accounts = LedgerAccount.objects.using(PLATFORM).filter(
        treaty_id=treaty_id, account_class__in=("live", "run_off", "allotment")
    )
    by_class = {account.account_class: account for account in accounts}
    live, run_off, part = by_class["live"], by_class["run_off"], by_class["allotment"]
    engaged = live.credits_posted - live.debits_posted + run_off.credits_posted - run_off.debits_posted
    return engaged, live.credits_pending, part.credits_posted - part.debits_posted - part.debits_pending


def _moved(shared: Account, own: Account, amount: Decimal) -> tuple[NewTransfer, ...]:
    if amount > 0:
        return (NewTransfer(shared, own, "allotted", amount),)
    if amount < 0:
        return (NewTransfer(own, shared, "allotment_returned", -amount),)
    return ()


def _told(market: Market, treaty: str, was: Decimal | None, allotment: Allotment) -> Change:
    return Change(
        "capacity.allotted",
        treaty,
        {"amount": None if was is None else str(was)},
        {
            "amount": None if allotment.amount is None else str(allotment.amount),
            "market": market,
            "reference": allotment.reference,
        },
    )
