"""Enter what a reinsurer advises of the account it keeps for the State, as memorandum: it enters no insurer's balance.

CCR keeps one account and one special reserve for each category (décret 2020-397, articles 6 and 7), Bpifrance one
account for the State. No amount is derived here: each is entered with the document that states it. How the 2009 scheme
fed and used its reserve is not written in the decree, so nothing but the reserve's own balance is enforced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, cast

from django.db import connections
from django.utils.translation import gettext as _

from capweb.accounts.actor import PlatformActor
from capweb.audit.trail import Change
from capweb.kernel.identifiers import new_public_id
from reinsurance.commands.book_entries import book_entries, leave_trail
from reinsurance.commands.settlement_refusals import AdviceBookedDifferently, AdviceUnfit, ReserveExceeded
from reinsurance.domain.chart import AccountClass, Kind, Market
from reinsurance.domain.transfer import Account, NewEntry, NewTransfer
from reinsurance.models import AccountAdvice, LedgerAccount, Treaty
from reinsurance.queries.books import PLATFORM, writing_alias_of

AdviceCode = Literal["result_advised", "loss_advised", "reserve_allocated", "reserve_used"]
_SIDES: Final[dict[AdviceCode, tuple[AccountClass, AccountClass]]] = {
    "result_advised": ("reinsurer_advice", "category_account"),
    "loss_advised": ("category_account", "reinsurer_advice"),
    "reserve_allocated": ("category_account", "special_reserve"),
    "reserve_used": ("special_reserve", "category_account"),
}
# Any number will do, as long as nobody else takes this lock.
_ADVISING: Final = 2_020_397
_Accounts = dict[tuple[str, str | None, str], LedgerAccount]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a reinsurer (its code) advises on `effective_on` under a reference of its own. At home an advice is of one
    category; abroad there is one account (`kind` None) and no special reserve.
    """

    reinsurer: str
    market: Market
    kind: Kind | None
    code: AdviceCode
    amount: Decimal
    reference: str
    effective_on: date

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.amount != self.amount.quantize(Decimal("0.01")) or not self.reference.strip():
            raise ValueError("an advice has a reference, and an amount above nothing in whole cents")


@dataclass(frozen=True, slots=True)
class AdviceReceipt:
    """What was entered; `is_repeat` when it had been before."""

    public_id: str
    reference: str
    is_repeat: bool


def advise_accounts(actor: PlatformActor, advices: Sequence[Advice], *, on: date) -> list[AdviceReceipt]:
    """The receipts in order. Runs inside acting_as_platform(). A reinsurer advises of its own accounts only.

    Raises AdviceUnfit, AdviceBookedDifferently, ReserveExceeded; NotAllowed without `accounts.advise`.
    """
    alias = writing_alias_of(actor)
    actor.must_be_allowed("accounts.advise")
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISING])
    return [_advised(actor, advice, on=on) for advice in advices]


def _advised(actor: PlatformActor, advice: Advice, *, on: date) -> AdviceReceipt:
    reinsurer_id = _reinsurer(actor, advice, on=on)
    made = AccountAdvice.objects.using(PLATFORM).filter(reinsurer_id=reinsurer_id, reference=advice.reference).first()
    if made is not None:
        return _repeated(advice, made)
    accounts: _Accounts = {
        (row.market, row.kind, row.account_class): row
        for row in LedgerAccount.objects.using(PLATFORM).filter(
            account_class__in={c for s in _SIDES.values() for c in s}
        )
    }
    debit, credit = (accounts[advice.market, advice.kind, name] for name in _SIDES[advice.code])
    left = debit.credits_posted - debit.debits_posted
    if debit.account_class == "special_reserve" and advice.amount > left:
        raise ReserveExceeded.told(left=left, asked=advice.amount)
    public_id = new_public_id("adv")
    AccountAdvice.objects.using(PLATFORM).create(
        public_id=public_id,
        reinsurer_id=reinsurer_id,
        market=advice.market,
        kind=advice.kind,
        code=advice.code,
        amount=advice.amount,
        reference=advice.reference,
        effective_on=advice.effective_on,
        entered_by=actor.name,
        booked_on=on,
    )
    transfer = NewTransfer(_account(debit), _account(credit), advice.code, advice.amount)
    book_entries(actor, [NewEntry("advice", f"advice:{public_id}", None, (transfer,))], on=on)
    became: dict[str, object] = {"code": advice.code, "amount": str(advice.amount), "reference": advice.reference}
    leave_trail(actor, [Change("account.advised", public_id, became=became)], on=on)
    return AdviceReceipt(public_id, advice.reference, is_repeat=False)


def _account(row: LedgerAccount) -> Account:
    return Account(row.pk, cast("AccountClass", row.account_class))


def _reinsurer(actor: PlatformActor, advice: Advice, *, on: date) -> int:
    """The reinsurer's row number. Raises AdviceUnfit where it keeps no such account."""
    treaties = Treaty.objects.using(PLATFORM).filter(reinsurer__code=advice.reinsurer, market=advice.market)
    reinsurer_id = treaties.values_list("reinsurer_id", flat=True).first()
    is_own = actor.role != "reinsurer" or reinsurer_id == actor.organisation_id
    is_kept = (advice.kind is not None) == (advice.market == "domestic")
    has_reserve = advice.market == "domestic" or "special_reserve" not in _SIDES[advice.code]
    if reinsurer_id is None or not (is_own and is_kept and has_reserve) or advice.effective_on > on:
        raise AdviceUnfit(
            _("%(reinsurer)s keeps no such account, or this is not yet its day: check market, category and day.")
            % {"reinsurer": advice.reinsurer},
            reinsurer=advice.reinsurer,
            market=advice.market,
        )
    return int(reinsurer_id)


def _repeated(advice: Advice, made: AccountAdvice) -> AdviceReceipt:
    stands = (made.market, made.kind, made.code, made.amount, made.effective_on)
    if stands != (advice.market, advice.kind, advice.code, advice.amount, advice.effective_on):
        raise AdviceBookedDifferently.told(reference=advice.reference)
    return AdviceReceipt(made.public_id, made.reference, is_repeat=True)
