"""The premium side of an entry: ceded premium and commission of a treaty, and their return (D-23, D-28, D-43)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from capweb.kernel.money import to_cent_half_up
from reinsurance.commands.refusals import CreditExceedsPremium
from reinsurance.domain.transfer import NewTransfer
from reinsurance.queries.cession_states import CessionState
from reinsurance.queries.treaty_book import TreatyBook


@dataclass(frozen=True, slots=True)
class Credit:
    """Premium that comes back: before cession, the ceded part, and the commission returned on it."""

    premium: Decimal
    ceded_premium: Decimal
    commission: Decimal


def credit_on(state: CessionState, premium: Decimal) -> Credit:
    """The ceded part of a premium credited on a term, half up to the cent, never more than was ceded and is left.

    Raises CreditExceedsPremium when more would come back than the term's premium.
    """
    if premium > state.premium_left:
        raise CreditExceedsPremium.told(public_id=state.public_id, credited=premium, premium_left=state.premium_left)
    # What comes back in full must come back to the cent, however parts of it were rounded before.
    if premium == state.premium_left:
        return Credit(premium, state.ceded_premium_left, state.commission_left)
    ceded = min(to_cent_half_up(premium * state.ceded_ratio), state.ceded_premium_left)
    commission = min(to_cent_half_up(ceded * state.ceding_commission), state.commission_left)
    return Credit(premium, ceded, commission)


def premium_ceded(
    book: TreatyBook, treaty_id: int, *, ceded_premium: Decimal, commission: Decimal
) -> list[NewTransfer]:
    """Ceded premium owed to the reinsurer, and the commission it grants back; nothing for nothing."""
    current = book.account(treaty_id, "current_account")
    transfers = []
    if ceded_premium:
        transfers.append(NewTransfer(book.account(treaty_id, "ceded_premium"), current, "premium_ceded", ceded_premium))
    if commission:
        transfers.append(NewTransfer(current, book.account(treaty_id, "commission"), "commission_earned", commission))
    return transfers


def premium_credited(book: TreatyBook, treaty_id: int, credit: Credit) -> list[NewTransfer]:
    """The reverse, for the unearned part of a term that was replaced or corrected."""
    current = book.account(treaty_id, "current_account")
    transfers = []
    if credit.ceded_premium:
        premium = book.account(treaty_id, "ceded_premium")
        transfers.append(NewTransfer(current, premium, "premium_credited", credit.ceded_premium))
    if credit.commission:
        commission = book.account(treaty_id, "commission")
        transfers.append(NewTransfer(commission, current, "commission_returned", credit.commission))
    return transfers
